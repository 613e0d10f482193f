"""Is it a Docker API still with nginx in front? Hijacked connections, streams, large bodies."""

import pytest

DOCKER = "docker --tlsverify -H tcp://192.168.3.201:2376"
WHOLE = ["methods/nginx-mtls", "methods/nginx-basic-auth"]
READ_ONLY = ["methods/nginx-read-only"]


def input_stays_open(command, text=""):
    """The command with an input that says `text`, and is not closed before the command ends.

    nginx hangs up on who closes it: see below.
    """
    return (
        f"rm -f /tmp/in; mkfifo /tmp/in; (printf '{text}'; exec sleep 60) >/tmp/in & {command}"
        " </tmp/in; code=$?; kill $!; exit $code"
    )


@pytest.fixture
def container(client, observation):
    """A container that runs, made through nginx."""
    script = "echo early; while read line; do echo heard $line; [ $line != end ] || exit; done"
    run = f"{DOCKER} run -d -i --network none --name held busybox sh -c '{script}'"
    client.check_output(run)
    yield "held"
    client.check_output(f"{DOCKER} rm -f held")


@pytest.mark.lab_cases(name=WHOLE)
def test_run_shows_what_the_container_says(client, observation):
    run = f"{DOCKER} run -i --rm --network none busybox echo said"
    assert client.check_output(input_stays_open(f"timeout -k 1 30 {run}")) == "said"


@pytest.mark.lab_cases(name=WHOLE)
def test_who_closes_a_half_of_the_connection_hears_nothing_more(client, observation):
    """Without -i docker says at once that it has no input; nginx then closes both directions.

    The container runs all the same. `docker run -d` and `docker logs -f` are the way out.
    """
    run = f"{DOCKER} run --name unheard --network none busybox sh -c 'sleep 2; echo said'"
    assert client.run(f"timeout -k 1 20 {run}").stdout == ""
    assert client.check_output(f"{DOCKER} wait unheard") == "0"
    assert client.check_output(f"{DOCKER} logs unheard") == "said"
    client.check_output(f"{DOCKER} rm unheard")


@pytest.mark.lab_cases(name=WHOLE)
def test_logs_are_followed(client, container):
    """The line arrives while the container runs on: nginx does not wait for more."""
    observed = client.run(f"timeout 6 {DOCKER} logs -f {container}")
    assert observed.rc == 124, "the stream stays open"
    assert observed.stdout == "early\n"


@pytest.mark.lab_cases(name=WHOLE)
def test_exec_with_input(client, container):
    inside = "read line; echo heard $line"
    run = f"timeout -k 1 30 {DOCKER} exec -i {container} sh -c '{inside}'"
    result = client.run(input_stays_open(run, "word\\n"))
    assert result.stdout == "heard word\n", result.stderr


@pytest.mark.lab_cases(name=WHOLE)
def test_attach(client, container):
    attach = f"timeout -k 1 30 {DOCKER} attach --sig-proxy=false {container}"
    result = client.run(input_stays_open(attach, "word\\nend\\n"))
    assert "heard word" in result.stdout, result.stderr


@pytest.mark.lab_cases(name=WHOLE)
def test_build(client, observation):
    """One line, and an image that is there: nothing is pulled."""
    result = client.run(
        f"printf 'FROM busybox:latest\n' | DOCKER_BUILDKIT=0 {DOCKER} build -t built -"
    )
    assert result.rc == 0, result.stderr
    assert "Successfully tagged built:latest" in result.stdout


@pytest.mark.lab_cases(name=WHOLE)
def test_a_large_image_is_built_and_loaded(client, observation):
    """8 MB, where nginx by default refuses more than 1."""
    client.check_output(
        "mkdir -p /tmp/large && cd /tmp/large && head -c 8000000 /dev/urandom >blob &&"
        " printf 'FROM busybox:latest\nCOPY blob /\n' >Dockerfile &&"
        f" DOCKER_BUILDKIT=0 {DOCKER} build -q -t large:latest ."
    )
    client.check_output(f"{DOCKER} save -o /tmp/large.tar large:latest")
    client.check_output(f"{DOCKER} rmi large:latest")
    assert client.file("/tmp/large.tar").size > 8_000_000
    assert "large:latest" in client.check_output(f"{DOCKER} load -i /tmp/large.tar")


@pytest.mark.lab_cases(name=["methods/nginx-basic-auth"])
def test_curl_with_the_password(client, observation):
    url = "https://192.168.3.201:2376/_ping"
    curl = "curl -sS --cacert ~/.docker/ca.pem"
    assert client.check_output(f"{curl} -u operator:in-this-lab-only {url}") == "OK"
    assert "401 Authorization Required" in client.check_output(f"{curl} -u operator:wrong {url}")


@pytest.mark.lab_cases(name=READ_ONLY)
@pytest.mark.parametrize(
    "command", ["run busybox true", "create busybox", "rmi busybox", "network create new", "pull x"]
)
def test_what_changes_something_is_refused(client, observation, command):
    result = client.run(f"docker -H tcp://192.168.3.201:2375 {command}")
    assert result.rc != 0
    assert "403 Forbidden" in result.stderr


@pytest.mark.lab_cases(name=READ_ONLY)
@pytest.mark.parametrize(
    "path",
    [
        "/containers/any/attach/ws",
        "/v1.40/containers/any/archive?path=/",
        "/containers/any/export",
        "/containers/web/db/export",
        "/v1.41/images/busybox/get",
        "/images/get?names=busybox",
        "/v1.40//containers/any/export",
        "/containers/any/%65xport",
        "/swarm",
        "/v1.41/swarm/unlockkey",
    ],
)
def test_reads_that_carry_something_away_are_refused(client, observation, path):
    got = client.check_output(
        f"curl -sS -o /dev/null -w '%{{http_code}}' 'http://192.168.3.201:2375{path}'"
    )
    assert got == "403"


@pytest.mark.lab_cases(name=READ_ONLY)
def test_what_reads_is_let_through(client, daemon, observation):
    """HEAD, and a stream: the line arrives while the container runs on."""
    head = client.check_output("curl -sSI http://192.168.3.201:2375/_ping")
    assert head.startswith("HTTP/1.1 200 OK")
    daemon.check_output(
        "docker run -d --network none --name read busybox sh -c 'echo early; exec sleep 60'"
    )
    try:
        observed = client.run("timeout 6 docker -H tcp://192.168.3.201:2375 logs -f read")
        assert observed.rc == 124, "the stream stays open"
        assert observed.stdout == "early\n"
    finally:
        daemon.check_output("docker rm -f read")
