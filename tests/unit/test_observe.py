"""What the machines print, as it is read. The texts are what a debian-12 machine printed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.config import flags
from dockerd_lab.observe import daemon, journal, listeners, unit

TCP = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      238/sshd: /usr/sbin 
tcp        0      0 127.0.0.1:2375          0.0.0.0:*               LISTEN      807/dockerd         
tcp        0      0 127.0.0.1:43469         0.0.0.0:*               LISTEN      236/containerd      
tcp6       0      0 :::22                   :::*                    LISTEN      238/sshd: /usr/sbin 
tcp6       0      0 :::2376                 :::*                    LISTEN      1/init              
"""  # noqa: W291
UNIX = """\
Active UNIX domain sockets (only servers)
Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
unix  2      [ ACC ]     STREAM     LISTENING     857      236/containerd       /run/containerd/containerd.sock
unix  2      [ ACC ]     STREAM     LISTENING     961      260/dockerd          /var/run/docker/metrics.sock
unix  2      [ ACC ]     STREAM     LISTENING     11927    1/init               /run/docker.sock
unix  2      [ ACC ]     STREAM     LISTENING     11583    1/init               /run/systemd/private
unix  2      [ ACC ]     SEQPACKET  LISTENING     11607    1/init               /run/udev/control
"""  # noqa: E501


def test_listeners_without_the_named_exceptions():
    seen = listeners.reachable(listeners.parse(TCP) + listeners.parse(UNIX))
    assert [str(listener) for listener in seen] == [
        "tcp 127.0.0.1:2375 dockerd",
        "tcp6 :::2376 init",
        "unix /run/docker.sock init",
    ]


@pytest.mark.parametrize(
    "suspicious",
    [
        listeners.Listener("tcp", "0.0.0.0:2222", "sshd: /usr/sbin"),
        listeners.Listener("tcp", "0.0.0.0:43469", "containerd"),
        listeners.Listener("tcp", "127.0.0.1:43469", "dockerd"),
        listeners.Listener("tcp", "0.0.0.0:22", "dockerd"),
        listeners.Listener("unix", "/run/docker.sock", "dockerd"),
        listeners.Listener("unix", "/run/docker/api.sock", "dockerd"),
        listeners.Listener("unix", "/run/containerd/containerd.sock", "nginx"),
    ],
    ids=str,
)
def test_what_is_no_exception(suspicious):
    assert listeners.reachable([suspicious]) == [suspicious]


def test_dockerd_s_own_sockets_are_below_its_exec_root():
    paths = ("/x/libnetwork/0a1b2c.sock", "/x/metrics.sock", "/x/docker.sock", "/srv/metrics.sock")
    seen = [listeners.Listener("unix", path, "dockerd") for path in paths]
    assert [each.address for each in listeners.reachable(seen)] == [
        "/srv/metrics.sock",
        "/x/docker.sock",
    ]


@pytest.mark.parametrize(
    ("command", "hosts"),
    [
        ("/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375", ["fd://", "tcp://0.0.0.0:2375"]),
        ("dockerd --host=unix:///a -Htcp://b:1 --host c", ["unix:///a", "tcp://b:1", "c"]),
        ("dockerd -H=0.0.0.0:2376", ["0.0.0.0:2376"]),
        ("dockerd", ["unix:///var/run/docker.sock"]),
        (None, []),
    ],
)
def test_hosts_by_flags(command, hosts):
    assert flags.effective_hosts(command, "") == hosts


def test_hosts_by_file():
    file = json.dumps({"hosts": ["tcp://0.0.0.0:2375"]})
    assert flags.effective_hosts("/usr/bin/dockerd", file) == ["tcp://0.0.0.0:2375"]
    assert flags.effective_hosts("/usr/bin/dockerd", "{not json") == [flags.DEFAULT_HOST]
    assert flags.effective_hosts(None, file) == []


@given(st.lists(st.text(max_size=20)))
def test_any_command_line_is_read(words):
    flags.flag_values(" ".join(["dockerd", *words]), "-H", "--host")


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (None, "/etc/docker/daemon.json"),
        ("/usr/bin/dockerd -H fd://", "/etc/docker/daemon.json"),
        ("/usr/bin/dockerd --config-file /a.json -H fd://", "/a.json"),
        ("/usr/bin/dockerd --config-file=/a.json --config-file=/b.json", "/b.json"),
    ],
)
def test_the_file_that_dockerd_was_told_to_read(command, file):
    assert flags.config_file(command) == file


def test_command_of_the_running_dockerd():
    assert (
        daemon._parse_command("    807 /usr/bin/dockerd -H fd://\n") == "/usr/bin/dockerd -H fd://"
    )
    assert daemon._parse_command("") is None


def entry(message, **fields):
    return json.dumps({"__REALTIME_TIMESTAMP": "1795530431845095", "MESSAGE": message, **fields})


def test_journal():
    text = "\n".join(
        [
            entry("Starting", SYSLOG_IDENTIFIER="systemd"),
            entry([104, 105, 255]),
            entry("x", MESSAGE_ID=journal.PROCESS_EXITED, EXIT_STATUS="1"),
        ]
    )
    first, second, third = journal.parse(text)
    assert str(first) == "Nov 24 14:27:11.845095 systemd: Starting"
    assert second.message == "hi\ufffd"
    assert (third.message_id, third.exit_status) == (journal.PROCESS_EXITED, "1")
    assert journal.parse("-- No entries --\n") == []


def test_unit():
    show = (
        "ActiveState=active\nSubState=running\nLoadState=loaded\nMainPID=807\n"
        "ExecMainStartTimestampMonotonic=1000000\nActiveEnterTimestampMonotonic=9500000\n"
        "\nActiveState=inactive\nLoadState=masked\n"
    )
    seen, socket = unit.parse(show)
    assert (socket.active_state, socket.load_state) == ("inactive", "masked")
    assert (seen.active_state, seen.sub_state, seen.main_pid) == ("active", "running", 807)
    assert seen.start_seconds == 8.5
    assert [each.main_pid for each in unit.parse("")] == [0, 0]
