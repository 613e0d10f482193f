"""Flags on dockerd's command line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.config import flags


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


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("tcp://10.1.2.3:1", ("10.1.2.3", 1)),
        ("tcp://host", ("host", 2375)),
        ("tcp://[fd00::5]:1", ("fd00::5", 1)),
        (":4243", ("", 4243)),
        ("", None),
        ("fd://", None),
        ("unix:///run/x:1", None),
        ("tcp://$IP:1", None),
        ("tcp://`ip`:1", None),
        ("tcp://[", None),
        ("tcp://a:port", None),
    ],
)
def test_the_place_of_a_tcp_host(host, place):
    assert flags.tcp_address(host) == place


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("dockerd -DH a -DDHb -H=c", ["a", "b", "c"]),
        ("-H a -H b", ["b"]),  # the first word is the program, and the next no flag
        ("dockerd --hosts=a --host", [""]),
        ("dockerd -D --debug --label -H", [""]),
    ],
)
def test_values_of_a_flag(command, values):
    assert flags.flag_values(command, "-H", "--host") == values


@pytest.mark.parametrize(
    ("daemon_json", "hosts"),
    [
        ('\ufeff{"hosts": ["a"]}', ["a"]),
        ('{"hosts": ["a", 1]}', ["a"]),
        ('{"hosts": "a"}', [flags.DEFAULT_HOST]),
        ('["hosts"]', [flags.DEFAULT_HOST]),
        ("", [flags.DEFAULT_HOST]),
    ],
)
def test_hosts_of_odd_files(daemon_json, hosts):
    assert flags.effective_hosts("dockerd", daemon_json) == hosts
    assert flags.effective_hosts("dockerd -H x", daemon_json) == ["x"]


def test_the_last_of_several_command_lines_names_the_file():
    assert flags.config_file("dockerd --config-file=/a", None, "dockerd -D") == "/a"
    assert flags.config_file("dockerd --config-file=/a", "dockerd --config-file /b") == "/b"
