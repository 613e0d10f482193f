"""What do other machines get? The docker client, curl and the SDK are run on `client` itself."""

import pytest

from dockerd_lab.observe.remote import API, CONTAINER, json_of


def test_client(observation, case):
    assert_level(observation, observation.client, case.expect.client)


def test_outsider(observation, case):
    assert_level(observation, observation.outsider, case.expect.outsider)


def test_each_tool_agrees(observation, case):
    """Where the API answers every tool gets its answer; where it is refused, each says so."""
    address = "192.168.3.201:2375"
    answers = observation.client.answers
    if case.expect.client == "answers":
        assert answers["ps"].exit_code == 0, answers["ps"].said
        assert answers["ps"].stdout.startswith("CONTAINER ID")
        assert answers["ping"].stdout == "OK"
        assert json_of(answers["containers"]) == [], f"GET /{API}/containers/json"
        tags = [image["RepoTags"] for image in json_of(answers["images"])]
        assert tags == [["busybox:latest"]], f"GET /{API}/images/json"
        sdk = json_of(answers["sdk"])
        assert sdk is not None, answers["sdk"].said
        assert sdk["ping"] is True
        assert sdk["images"] == ["busybox:latest"]
    else:
        assert answers["ps"].exit_code == 1
        assert answers["ps"].stderr.strip() == (
            f"Cannot connect to the Docker daemon at tcp://{address}. Is the docker daemon running?"
        )
        for request in ("ping", "containers", "images"):
            assert answers[request].exit_code == 7
            assert "Failed to connect to 192.168.3.201 port 2375" in answers[request].stderr
        assert "Connection refused" in answers["ping"].stderr
        assert answers["sdk"].exit_code == 1
        assert "[Errno 111] Connection refused" in answers["sdk"].stderr


def test_container_started_remotely_is_seen_locally(observation, case):
    started = observation.client.answers["run"]
    local = observation.daemon.containers.split()
    if case.expect.client == "answers":
        assert started.exit_code == 0, started.said
        assert local == [CONTAINER, "busybox"]
    else:
        assert started.exit_code != 0
        assert local == []


def assert_level(observation, seen, expected):
    __tracebackhide__ = True
    ps, ping = seen.answers["ps"], seen.answers["ping"]
    assert seen.level == expected, (
        f"{seen.machine}: the daemon '{seen.level}' at tcp://192.168.3.201:2375,"
        f" {observation.case} expects '{expected}'.\n"
        f"Listeners on daemon: {'; '.join(map(str, observation.daemon.listeners)) or 'none'}\n"
        "(another machine reaches :::2375 or 192.168.3.201:2375, never 127.0.0.1:2375)\n"
        f"$ {ps.command}\n{ps.said}\n$ {ping.command}\n{ping.said}"
    )


@pytest.mark.cases(name=["methods/systemd-dropin", "methods/daemon-json"])
def test_an_open_port_is_root(observation):
    """The daemon's own warning, which everybody should have read."""
    warned = [line for line in observation.daemon.log if "level=warning" in line]
    assert any("gives root access on this machine to everyone" in line for line in warned)
