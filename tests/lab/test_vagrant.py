"""Does `CASE=… vagrant provision` lead to the same as the harness's own way?"""

import pytest

from dockerd_lab.machines.vagrant import LabVagrant
from dockerd_lab.observe.daemon import observe_daemon_alone


# Vagrant's provisioner applies the case as it lies: to the packaged unit, without a reboot. What it
# does depends on no engine, and takes long: one is enough.
@pytest.mark.lab_cases(
    name=["methods/daemon-json-loopback", "failures/hosts-in-file-stock-unit"],
    engine=["debian-12"],
    rebooted=False,
    fixed=False,
    unit="docker.io",
)
def test_vagrant_provision(fleet, observation, case):
    fleet.restore()
    output = LabVagrant(fleet.lab, fleet.project, fleet.settings).command(
        f"applying {case.name}", "provision", "daemon", env={"CASE": case.name}
    )
    # For a machine that it cannot reach, Vagrant applies nothing, and ends with exit code 0.
    assert "apply: the daemon is " in output
    mine, vagrants = observation.daemon, observe_daemon_alone(fleet, case)
    for what in ("command", "hosts", "listeners", "exit_status", "unit_result"):
        assert getattr(vagrants, what) == getattr(mine, what), what
    assert vagrants.outcome.daemon == mine.outcome.daemon
    assert vagrants.raw["unit_files"].stdout == mine.raw["unit_files"].stdout
    assert vagrants.raw["daemon_json"].stdout == mine.raw["daemon_json"].stdout
