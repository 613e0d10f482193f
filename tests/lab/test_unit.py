"""What state is docker.service in?"""

import re

import pytest

from dockerd_lab.project import package_data


def test_daemon_state(assert_expected):
    assert_expected("daemon")


@pytest.mark.lab_cases(daemon=["active"])
def test_active_unit(observation, subject):
    daemon = observation.daemon
    assert daemon.service.load_state == "loaded"
    assert (daemon.service.active_state, daemon.service.sub_state) == ("active", "running")
    assert daemon.service.main_pid > 0
    by_apply = not subject.rebooted and "daemon" not in observation.fix
    assert daemon.outcome.restart_exit_code == (0 if by_apply else None)
    assert daemon.exit_status is None, "dockerd failed before it became active"


@pytest.mark.lab_cases(daemon=["active", "unchanged"], category="methods")
def test_systemd_s_socket_still_listens(observation):
    assert observation.daemon.socket.active_state == "active"


@pytest.mark.lab_cases(category="methods")  # a failure may be that there is none
def test_it_is_the_unit_that_was_asked_for(daemon, observation, unit):
    path = observation.daemon.service.fragment
    assert path.removeprefix("/usr") == "/lib/systemd/system/docker.service"
    expected = package_data() / f"provision/units/{unit}/docker.service" if unit else None
    if expected is not None:
        assert daemon.file(path).content == expected.read_bytes(), f"{path} is not {expected}"
    else:
        verified = daemon.run("dpkg --verify docker.io")
        assert verified.stderr == "", f"dpkg --verify: {verified.stderr}"
        # Debian 11 to 13 record it under /lib, 14 under /usr/lib.
        changed = [line for line in verified.stdout.splitlines() if "docker.service" in line]
        assert changed == [], f"the packaged unit was changed: {changed}"


def test_engine_is_the_declared_one(daemon, fleet, observation):
    declared = fleet.settings.engine(observation.engine).docker
    version = daemon.run("dockerd --version").stdout
    assert re.match(rf"Docker version {re.escape(declared)}(?![\d.])", version), version
