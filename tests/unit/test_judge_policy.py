"""What passes and what fails where no case says what to expect."""

import pytest
from observations import failed, observation
from prepared import DROP_IN, UNIT_D

from dockerd_lab.observe.inspection import ServiceState


def test_a_closed_daemon_passes(judged):
    result = judged({"etc/docker/daemon.json": {"debug": True}}, observation())
    assert (result.verdict, result.reasons, result.no_effect) == ("passed", [], [])
    assert (result.start_seconds, result.delay_seconds) == (8.0, 0.0)


@pytest.mark.parametrize("who", ["outsider", "local_user"])
@pytest.mark.parametrize("level", ["read-only", "full-control", "unclear"])
def test_a_stranger_that_gets_something_fails(judged, who, level):
    files = {f"{UNIT_D}/x.conf": DROP_IN}
    seen = observation(command="/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375", **{who: level})
    result = judged(files, seen)
    assert result.verdict == "failed"
    assert len(result.reasons) == 1
    allowed = judged(files, seen, allow_insecure=True).verdict
    assert allowed == ("failed" if level == "unclear" else "passed"), (
        "what is unclear is not allowed"
    )


@pytest.mark.parametrize(
    ("code", "words"), [(3, "ended with exit code 3"), (124, "did not end within 150 s")]
)
def test_other_services_and_scripts_that_fail(judged, code, words):
    log = ("nginx: [emerg] unknown directive", "more")
    states = {"nginx.service": ServiceState(active=False, log=log)}
    seen = observation(services=states, script_exit_code=code)
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert result.reasons == [
        f"the provisioning script {words}",
        "nginx does not start: nginx: [emerg] unknown directive",
    ]


def test_docker_desktop_s_file_is_noted(judged):
    file = {"hosts": ["tcp://:2375"], "builder": {}, "experimental": False, "features": {}}
    result = judged({"etc/docker/daemon.json": file}, failed())
    assert any("Docker Desktop" in note for note in result.notes)
