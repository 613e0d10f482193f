"""What the input does later than the trial, and servers of which nobody knows what they do."""

import dataclasses

import pytest
from observations import observation

from dockerd_lab.observe.exposure import Attempt, Exposure
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.observe.unit_states import UnitState

ROTATE = "/var/log/x {\n  daily\n  %s\n}\n"
UNIT = "etc/systemd/system/late.service"


def running(sub_state="running"):
    fields = dict.fromkeys(("started",), True)
    return {
        "late.service": UnitState(
            "late.service",
            "loaded",
            "active",
            sub_state,
            "success",
            0,
            skipped=False,
            starters=(),
            files=(f"/{UNIT}",),
            **fields,
        )
    }


@pytest.mark.parametrize(
    ("file", "text", "when"),
    [
        (
            "etc/logrotate.d/x",
            ROTATE % "postrotate\n  chmod 666 /run/docker.sock\n  endscript",
            "day",
        ),
        ("etc/apt/apt.conf.d/9x", 'DPkg::Post-Invoke {"chmod 666 /run/docker.sock";};', "package"),
        ("etc/update-motd.d/9x", "chmod 666 /run/docker.sock", "login"),
    ],
)
def test_commands_that_a_program_runs_later_are_no_pass(judged, file, text, when):
    result = judged({file: text}, observation(files_read=()))
    assert result.verdict == "incomplete"
    (message,) = (each.message for each in result.not_judged if each.name == f"/{file}")
    assert message.endswith(f"{when}, and did not in the trial")


def test_a_file_of_such_a_program_without_a_command_is_nothing_to_tell(judged):
    result = judged({"etc/logrotate.d/x": ROTATE % "compress"}, observation(files_read=()))
    assert result.not_judged == []


@pytest.mark.parametrize(
    ("command", "sub_state", "told"),
    [
        ("/bin/sh -c 'sleep 150; chmod 666 /run/docker.sock'", "running", "sleeps for 150 s"),
        ("/bin/sh -c 'sleep 2m; chmod 666 /run/docker.sock'", "running", "sleeps for 120 s"),
        ("/bin/sh -c 'sleep 1; exec socat'", "running", ""),
        ("/bin/sh -c 'while true; do chmod 660 /run/docker.sock; sleep 60; done'", "running", ""),
        ("/bin/sh -c 'sleep 20'", "exited", ""),
    ],
)
def test_a_unit_that_was_still_asleep_is_no_pass(judged, command, sub_state, told):
    files = {UNIT: f"[Service]\nExecStart={command}\n"}
    result = judged(files, observation(units=running(sub_state)))
    assert told in "".join(each.message for each in result.not_judged)
    assert bool(result.not_judged) == bool(told)


@pytest.mark.parametrize(
    ("program", "evidence", "incomplete"),
    [
        ("python3", "no API: GET /containers/json: HTTP 404: no such hook", True),
        ("python3", "Connection refused", False),
        ("nginx", "no API: GET /containers/json: HTTP 404: ", False),
        ("dockerd", "no API: the daemon's metrics", False),
    ],
)
def test_a_server_whose_answers_nobody_knows_is_no_pass(judged, program, evidence, incomplete):
    seen = observation(listeners=[Listener("tcp", "0.0.0.0:9000", program)])
    attempt = Attempt("tcp://192.168.3.201:9000", "refused", evidence)
    seen = dataclasses.replace(
        seen, exposure={**seen.exposure, "outsider": Exposure("outsider", [attempt])}
    )
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert (program in [each.name for each in result.not_judged]) == incomplete


def test_another_program_at_the_same_port_hides_no_server(judged):
    """The one on loopback is known, and the other answers outsiders."""
    places = [("192.168.3.201", "python3"), ("127.0.0.1", "nginx")]
    listeners = [Listener("tcp", f"{address}:9000", program) for address, program in places]
    attempt = Attempt("tcp://192.168.3.201:9000", "refused", "no API: HTTP 404: no such hook")
    seen = observation(listeners=listeners)
    seen = dataclasses.replace(
        seen, exposure={**seen.exposure, "outsider": Exposure("outsider", [attempt])}
    )
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert "python3" in [each.name for each in result.not_judged]
