"""One trial's steps and their order, with machines that are made up."""

from types import SimpleNamespace

import pytest
from observations import answer
from prepared import CASES, SETTINGS

from dockerd_lab.cases.discover import select
from dockerd_lab.errors import HarnessError
from dockerd_lab.project import find_project
from dockerd_lab.trial import trial

(CASE,) = select(CASES, ["key-misspelt"])


@pytest.fixture
def steps(monkeypatch):
    """What was done with the machines, in its order."""
    steps = []

    def apply(lab, project, configuration, address, unit, *, restart_limit):
        steps.append(("apply", configuration.short_name, unit, restart_limit))

    def observe(fleet, configuration, subject, since, **options):
        steps.append(("observe", options["show_output"], options["fix"]))
        return subject

    monkeypatch.setattr(trial, "apply", apply)
    monkeypatch.setattr(trial, "observe", observe)
    monkeypatch.setattr(trial, "wait_after_reboot", lambda *_: steps.append("await the boot"))
    monkeypatch.setattr(trial.scripts, "run_show_scripts", lambda *_: {"daemon": "$ docker ps"})
    monkeypatch.setattr(trial.scripts, "run_fix_scripts", lambda *_: {"daemon": "$ rm"})
    return steps


@pytest.fixture
def fleet(steps):
    return SimpleNamespace(
        lab=None,
        project=find_project(),
        settings=SETTINGS,
        engine="debian-12",
        address="192.168.3.201",
        restore=lambda: steps.append("restore"),
        reboot=lambda: steps.append("reboot"),
    )


APPLY = ("apply", "key-misspelt", "docker-ce", None)
SHOWN = ("observe", {"daemon": "$ docker ps"}, {})
MENDED = ("observe", {}, {"daemon": "$ rm"})


@pytest.mark.parametrize(
    ("then", "already_applied", "expected"),
    [
        ("nothing", False, ["restore", APPLY, SHOWN]),
        ("fix", False, ["restore", APPLY, MENDED]),
        ("fix", True, [MENDED]),
        ("reboot", False, ["restore", APPLY, "reboot", "await the boot", SHOWN]),
        ("reboot", True, ["reboot", "await the boot", SHOWN]),
    ],
)
def test_the_steps_of_a_trial(fleet, steps, then, already_applied, expected):
    plan = trial.Plan(CASE, "debian-12/x", unit="docker-ce", then=then)
    observed = trial.run_trial(fleet, plan, already_applied=already_applied, quiet=True)
    assert (observed, steps) == ("debian-12/x", expected)


def test_a_route_that_cannot_be_added_is_the_harness_s_failure(fleet, steps, monkeypatch):
    monkeypatch.setattr(trial, "run_on", lambda *_: {"route": answer("no such device", 2)})
    plan = trial.Plan(CASE, "debian-12/x", routes={"client": "ip route …"})
    with pytest.raises(HarnessError, match="adding routes on client: no such device"):
        trial.run_trial(fleet, plan, quiet=True)
    assert steps == ["restore"]


UNIT = "[Service]\nType=notify\nExecStart=/usr/bin/docker {}\n"


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("daemon -H fd://", "/usr/bin/docker daemon -H fd://"),
        ("-d -H fd://", "/usr/bin/docker -d -H fd://"),
        ("system dial-stdio", None),
    ],
)
def test_a_unit_that_starts_the_client_is_known_by_its_command(ready, arguments, command):
    made = ready({"etc/systemd/system/docker.service": UNIT.format(arguments)})
    assert made.declared.client_command == command


def test_the_client_is_not_waited_for(fleet, steps, capsys):
    """It would wait for dockerd for good: until apply.sh's own limit, two minutes."""
    trial.run_trial(fleet, trial.Plan(CASE, "x", starts_client="docker daemon"), quiet=True)
    assert steps[1] == ("apply", "key-misspelt", None, trial.NO_DAEMON_LIMIT)
    assert "`docker daemon`: docker is the client, and starts no daemon" in capsys.readouterr().err
