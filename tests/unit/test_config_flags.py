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
