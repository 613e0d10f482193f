"""What the files ask for: hosts and flags, as units, variables and options have them."""

import pytest
from prepared import UNIT_D, script

from dockerd_lab.config.declared import read_config
from dockerd_lab.config.dockerd_command import parse_dockerd_command


def test_flags_in_a_drop_in_and_in_options(ready):
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd \\\n  -H tcp://:2376 --tls=false\n"
    options = 'DOCKER_OPTS="--tlscacert=/etc/docker/ca.pem -H tcp://0.0.0.0:1234"\n'
    made = ready({f"{UNIT_D}/x.conf": drop_in, "etc/default/docker": options})
    assert [host.value for host in made.declared.hosts] == ["tcp://:2376", "tcp://0.0.0.0:1234"]
    assert made.declared.hosts[0].place.line == 3
    assert not made.declared.tls
    assert list(made.configuration.credentials.daemon) == ["/etc/docker/ca.pem"]


SOCKET_D = "etc/systemd/system/docker.socket.d"


def test_a_drop_in_of_the_socket_is_read(ready):
    drop_in = "[Socket]\nListenStream=\nListenStream=10.9.8.7:2375\n"
    made = ready({f"{SOCKET_D}/x.conf": drop_in})
    assert "ip address replace 10.9.8.7/32" in script(made)
    assert "docker.socket; do" in script(made, "restart.sh")
    assert "socket.socket" not in script(made, "restart.sh")


def test_options_that_a_drop_in_puts_into_the_packaged_command(ready):
    drop_in = '[Service]\nEnvironment="DOCKER_OPTS=-H 10.9.8.7:2376 --tlscert=/a/c --tlskey=/a/k"\n'
    made = ready({f"{UNIT_D}/x.conf": drop_in})
    assert [(host.value, host.place.line) for host in made.declared.hosts] == [("10.9.8.7:2376", 2)]
    assert set(made.configuration.credentials.daemon) == {"/a/c", "/a/k"}


def test_a_comment_in_etc_default_takes_nothing_back(ready):
    drop_in = "[Service]\nExecStart=\nExecStart=dockerd $DOCKER_OPTS\nEnvironment=DOCKER_OPTS=-D\n"
    made = ready({f"{UNIT_D}/x.conf": drop_in, "etc/default/docker": "#DOCKER_OPTS=\n"})
    assert made.declared.commands[0].value == "dockerd -D"


def test_of_several_options_in_etc_default_the_last_count(ready):
    text = 'DOCKER_OPTS="-H 10.9.8.7:1"\nDOCKER_OPTS=\'-H :2 --label "a=b"\'\n'
    made = ready({"etc/default/docker": text})
    assert [each.value for each in made.declared.options] == ["-H :2 --label a=b"]
    assert "ip address" not in script(made)


def test_what_a_shell_makes_of_a_host_is_not_known(ready):
    start = "ExecStart=/bin/sh -c 'exec dockerd -H tcp://$(hostname -i):2375'"
    made = ready({f"{UNIT_D}/x.conf": f"[Service]\nExecStart=\n{start}\n"})
    assert made.stand_in_notes == ()
    assert "/etc/hosts" not in script(made)


def test_a_byte_order_mark_hides_no_section(ready):
    made = ready(
        {f"{UNIT_D}/x.conf": "\ufeff[Service]\r\nExecStart=\r\nExecStart=dockerd -H :1\r\n"}
    )
    assert [host.value for host in made.declared.hosts] == [":1"]


def test_options_over_several_lines(ready):
    made = ready({"etc/default/docker": 'DOCKER_OPTS="-D \\\n  -H tcp://0.0.0.0:1"\n'})
    assert [host.value for host in made.declared.hosts] == ["tcp://0.0.0.0:1"]


def test_no_shell_expands_a_home_within_a_flag(ready):
    made = ready({}, command="dockerd --tlsverify --tlscacert=~/.docker/ca.pem")
    assert made.configuration.credentials.daemon == {}


@pytest.mark.parametrize(
    ("daemon_json", "command", "tls"),
    [
        ('{"tls": true}', "dockerd", True),
        ('{"tls": false}', "dockerd", False),
        ('{"tlsverify": false}', "dockerd", True),
        ("{}", "dockerd --tls", True),
        ("{}", "dockerd --tls=true", True),
        ("{}", "dockerd --tls=false", False),
        ("{}", "dockerd --tlsverify=false", True),
        ("{}", "dockerd --tlscacert=x", False),
    ],
)
def test_what_turns_tls_on(daemon_json, command, tls):
    texts = {
        "/etc/docker/daemon.json": daemon_json,
        "/etc/systemd/system/docker.service": f"[Service]\nExecStart={command}\n",
    }
    assert read_config(texts).tls is tls


def test_the_files_of_tls_and_their_places():
    texts = {
        "/etc/docker/daemon.json": '{"tlscacert": "/j/ca",\n"tlscert": "", "tlskey": 5}',
        "/etc/systemd/system/docker.service": "[Service]\nExecStart=dockerd --tlscert=/f/cert\n",
        "/etc/nginx/x.conf": "ssl_certificate c;\nssl_certificate_key $k;\n"
        "ssl_client_certificate /n/ca;\nssl_trusted_certificate t;\n",
    }
    files = read_config(texts).tls_files
    places = {
        name: [(each.value, each.place.file, each.place.line) for each in values]
        for name, values in files.items()
    }
    assert places == {
        "ca": [
            ("/j/ca", "/etc/docker/daemon.json", 1),
            ("/n/ca", "/etc/nginx/x.conf", 3),
            ("/etc/nginx/t", "/etc/nginx/x.conf", 4),
        ],
        "server-cert": [
            ("/f/cert", "/etc/systemd/system/docker.service", 2),
            ("/etc/nginx/c", "/etc/nginx/x.conf", 1),
        ],
        "server-key": [],
    }


def test_values_of_a_setting_wherever_it_is():
    texts = {
        "/etc/docker/daemon.json": '{"bridge": "a", "group": ["x"]}',
        "/etc/default/docker": "DOCKER_OPTS='--bridge=c --group d'\n",
        "/etc/systemd/system/docker.service": "[Service]\nExecStart=dockerd -b b $DOCKER_OPTS\n",
    }
    declared = read_config(texts)
    assert declared.values_of("bridge", "-b", "--bridge") == ["a", "b", "c"]
    assert declared.values_of("group", "--group") == ["d"]
    assert [line.value for line in declared.lines] == [
        "dockerd -b b $DOCKER_OPTS",
        "dockerd --bridge=c --group d",
    ]


@pytest.mark.parametrize(
    ("start", "starts_client"),
    [
        ("/usr/bin/docker daemon -D", True),
        ("docker -d", True),
        ("/usr/bin/dockerd daemon", False),
        ("sh -c docker daemon", False),
        ("docker daemonize", False),
    ],
)
def test_the_command_of_the_client(start, starts_client):
    unit = f"[Service]\nExecStart={start}\n"
    declared = read_config({"/etc/systemd/system/docker.service": unit})
    assert declared.client_command == (start if starts_client else None)


def test_a_command_that_was_typed_counts_instead_of_the_unit():
    texts = {
        "/etc/systemd/system/docker.service": "[Service]\nExecStart=dockerd -H :1\n",
        "/root/my.json": '{"hosts": [":3"]}',
        "/etc/systemd/system/docker.socket": "[Socket]\nListenStream=1\nListenStream=2\n",
    }
    by_hand = parse_dockerd_command("dockerd -H :2 --config-file my.json --tlskey=~/k --tlscert=c")
    declared = read_config(texts, by_hand)
    hosts = [(host.value, host.place.file, host.place.line) for host in declared.hosts]
    assert hosts == [(":3", "/root/my.json", 1), (":2", "--command", None)]
    assert [(stream.value, stream.place.line) for stream in declared.streams] == [
        ("1", 2),
        ("2", 3),
    ]
    assert [file.value for file in declared.tls_files["server-cert"]] == ["/root/c"]
    assert declared.tls_files["server-key"] == ()
    usual = read_config(texts, parse_dockerd_command("dockerd"))
    assert usual.daemon_json.path == "/etc/docker/daemon.json"


def test_a_second_daemon_in_a_unit_of_its_own(ready):
    unit = (
        "[Service]\nExecStart=/opt/docker/dockerd --config-file /etc/docker2.json"
        " --data-root /srv/docker2 -H unix:///srv/x/docker.sock\n"
    )
    second = {"hosts": ["tcp://10.9.8.7:2376"], "tlsverify": True, "tlskey": "/etc/docker2/key.pem"}
    files = {
        "etc/systemd/system/docker2.service": unit,
        "etc/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/x -H tcp://10.1.1.1:1\n",
        "etc/docker2.json": second,
        "etc/docker/daemon.json": {"hosts": ["fd://"]},
    }
    made = ready(files)
    hosts = ["fd://", "tcp://10.9.8.7:2376", "unix:///srv/x/docker.sock"]
    assert [host.value for host in made.declared.hosts] == hosts
    assert made.declared.tls
    assert "/etc/docker2/key.pem" in made.configuration.credentials.daemon
    for line in ("10.9.8.7/32", "mkdir -p /srv/docker2", "mkdir -p /srv/x", "/opt/docker/dockerd"):
        assert line in script(made)


def test_a_daemon_json_of_two_daemons_counts_once(ready):
    files = {
        "etc/systemd/system/docker2.service": "[Service]\nExecStart=/usr/sbin/dockerd\n",
        "etc/docker/daemon.json": {"hosts": ["tcp://127.0.0.1:2375"]},
    }
    assert len(ready(files).declared.hosts) == 1
