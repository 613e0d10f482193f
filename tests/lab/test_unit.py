"""What state is docker.service in?"""

import pytest


def test_daemon_state(observation, case):
    seen, expected = observation.daemon.outcome.daemon, case.expect.daemon
    assert seen == expected, (
        f"the daemon is {seen}, the case expects {expected}. Its last words:\n"
        + "\n".join(observation.daemon.log[-12:])
    )


@pytest.mark.cases(daemon=["active"])
def test_active_unit(observation):
    daemon = observation.daemon
    assert daemon.service.load_state == "loaded"
    assert (daemon.service.active_state, daemon.service.sub_state) == ("active", "running")
    assert daemon.service.main_pid > 0
    assert daemon.outcome.restart_exit_code == 0
    assert daemon.exit_status is None, "dockerd failed before it became active"


@pytest.mark.cases(daemon=["active", "unchanged"])
def test_socket_unit_is_untouched(observation):
    assert observation.daemon.socket.active_state == "active"


def test_engine_is_the_declared_one(fleet, observation):
    declared = fleet.settings.engine(observation.engine).docker
    assert fleet.versions["docker"].startswith(f"Docker version {declared}")
