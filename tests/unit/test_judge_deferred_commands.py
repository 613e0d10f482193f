"""Commands of the input that come later than the trial."""

import pytest
from observations import observation

from dockerd_lab.observe.unit_states import UnitState

UNIT, SCRIPT = "etc/systemd/system/later.service", "usr/local/sbin/later"


def told(judged, exec_start, script=None, *, sub_state="running"):
    files = {UNIT: f"[Service]\nExecStart={exec_start}\n[Install]\nWantedBy=multi-user.target\n"}
    files |= {SCRIPT: script} if script else {}
    state = UnitState(
        name="later.service",
        load_state="loaded",
        active_state="active",
        sub_state=sub_state,
        result="success",
        exit_status=0,
        started=True,
        skipped=False,
        starters=(),
        files=(f"/{UNIT}",),
    )
    seen = observation(units={"later.service": state})
    messages = [(each.where or "", each.message) for each in judged(files, seen).not_judged]
    return [where for where, message in messages if message.startswith("it sleeps for ")]


@pytest.mark.parametrize("command", ["/bin/sleep 600", "/bin/sh -c 'sleep 1m; socat x y'"])
def test_a_unit_that_sleeps(judged, command):
    (where,) = told(judged, command)
    assert where.endswith(f"{UNIT}:2")


def test_a_script_that_does_something_after_its_sleep(judged):
    script = "#!/bin/sh\nuntil ping -c1 x; do\n  sleep 10\ndone\nexec socat a b\n"
    (where,) = told(judged, "/bin/sh /usr/local/sbin/later", script)
    assert where.endswith(f"{SCRIPT}:3")


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nwhile true; do\n  check\n  sleep 60\ndone\n# the end\n",
        "#!/bin/sh\nsleep 2\nexec socat a b\n",
    ],
)
def test_a_loop_has_done_what_it_does_and_a_short_sleep_is_over(judged, script):
    assert told(judged, "/bin/sh /usr/local/sbin/later", script) == []


def test_a_unit_that_has_ended_does_not_sleep(judged):
    assert told(judged, "/bin/sleep 600", sub_state="dead") == []
