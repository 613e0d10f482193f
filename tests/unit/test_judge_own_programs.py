"""The user's own programs that go on running as root, or that dockerd runs as root."""

from dataclasses import replace

import pytest
from observations import observation

from dockerd_lab.judge.own_programs import find_own_programs
from dockerd_lab.observe.unit_states import UnitState

UNIT = "etc/systemd/system/helper.service"
NAME = "helper.service"
RUNNING = UnitState(NAME, "loaded", "active", "running", "success", 0, True, False, (), ())


def entries(ready, files, *, units=None, scripts=()):
    made = ready(files)
    seen = observation(units={"helper.service": RUNNING} if units is None else units)
    return [e.name for e in find_own_programs(made.inputs, made.declared, seen, scripts)]


@pytest.mark.parametrize(
    "lines",
    [
        "ExecStart=/usr/local/sbin/helper",
        "ExecStart=/usr/bin/python3 /opt/helper/main.py --all",
        "ExecStart=/bin/sh -c 'while read line; do $line; done'",
        "ExecStart=/usr/local/sbin/helper\nUser=ci\nSupplementaryGroups=docker",
    ],
)
def test_a_service_of_the_user_s_own(ready, lines):
    assert entries(ready, {UNIT: f"[Service]\n{lines}\n"}) == ["helper.service"]


@pytest.mark.parametrize(
    ("script", "names"), [("usermod -aG docker ci\n", ["helper.service"]), ("useradd ci\n", [])]
)
def test_a_user_whom_the_script_puts_into_group_docker(ready, script, names):
    files = {UNIT: "[Service]\nUser=ci\nExecStart=/opt/helper\n"}
    assert entries(ready, files, scripts=[script]) == names


@pytest.mark.parametrize(
    "lines",
    [
        "ExecStart=/usr/bin/sleep infinity",
        "ExecStart=/usr/local/sbin/helper\nDynamicUser=yes",
        "ExecStart=/bin/sh -c 'exec /usr/sbin/haproxy -f /run/x'",
    ],
)
def test_services_that_are_known_or_of_no_account_with_rights(ready, lines):
    assert entries(ready, {UNIT: f"[Service]\n{lines}\n"}) == []


def test_one_that_has_ended_is_judged_by_what_it_left(ready):
    ended = replace(RUNNING, active_state="inactive", sub_state="dead")
    files = {UNIT: "[Service]\nType=oneshot\nExecStart=/opt/helper\n"}
    assert entries(ready, files, units={"helper.service": ended}) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ({"runtimes": {"a": {"path": "/opt/a"}}, "default-runtime": "a"}, ["/opt/a"]),
        ({"runtimes": {"kata": {"path": "/usr/bin/kata-runtime"}}}, []),
        ({"userland-proxy-path": "/opt/proxy"}, ["/opt/proxy"]),
        ({"init-path": "/opt/init"}, ["/opt/init"]),
        ({"runtimes": {}}, []),
    ],
)
def test_programs_that_daemon_json_names(ready, text, names):
    assert entries(ready, {"etc/docker/daemon.json": text}, units={}) == names
