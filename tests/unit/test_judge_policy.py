"""What passes and what fails where no case says what to expect."""

from dataclasses import replace

import pytest
from observations import failed, observation, opened
from prepared import DROP_IN, UNIT_D

from dockerd_lab.observe.inspection import ServiceState


def test_a_closed_daemon_passes(judged):
    result = judged({"etc/docker/daemon.json": {"debug": True}}, observation())
    assert (result.verdict, result.reasons, result.no_effect) == ("passed", [], [])
    assert (result.start_seconds, result.delay_seconds) == (8.0, 0.0)


def test_a_unit_that_systemd_refuses_is_a_daemon_that_does_not_start(judged_trial):
    judgement = judged_trial(
        {f"{UNIT_D}/x.conf": DROP_IN}, observation(daemon="unchanged")
    ).judgement
    (finding, _) = judgement.findings(["start"])
    assert finding.message.startswith("systemd refuses the unit")


def test_seconds_are_told_in_tenths(judged):
    seen = failed()
    outcome = replace(seen.daemon.outcome, restart_seconds=1.26)
    seen = replace(seen, seconds=3.14, daemon=replace(seen.daemon, outcome=outcome))
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert (result.start_seconds, result.seconds) == (1.3, 3.1)


@pytest.mark.parametrize("who", ["outsider", "local_user", "container"])
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


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        (None, []),
        (0, ["the provisioning script ended with exit code 0"]),
        (137, ["the provisioning script did not end within 150 s"]),
        (124, ["the provisioning script did not end within 150 s"]),
    ],
)
def test_how_a_script_ended(judged, code, reasons):
    assert judged({}, observation(script_exit_code=code), command="dockerd").reasons == reasons


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ((), ""),
        (("  first ", "second"), ": first"),
        (("first", "nginx: [emerg] second", "an Error"), ": nginx: [emerg] second"),
        (("first", "an Error", "more"), ": an Error"),
    ],
)
def test_what_a_service_says_that_does_not_start(judged, log, words):
    states = {
        "nginx.service": ServiceState(active=False, log=log),
        "ssh.service": ServiceState(active=True, log=log),
    }
    reasons = judged({}, observation(services=states), command="dockerd").reasons
    assert reasons == [f"nginx does not start{words}"]


def test_the_old_daemon_that_runs_on(judged):
    result = judged({"etc/docker/daemon.json": {}}, observation(daemon="unchanged", log=["no"]))
    assert (result.verdict, result.starts, result.no_effect) == ("failed", False, [])
    assert result.reasons == [
        "systemd refuses the unit; the old daemon runs on with the old configuration",
        "no known error; its last words: no",
    ]


@pytest.mark.parametrize(
    ("who", "level", "reason"),
    [
        ("outsider", "full-control", "an outsider gets root at tcp://a:1 (why)"),
        ("outsider", "unclear", "an outsider gets unclear at tcp://a:1 (why)"),
        ("local_user", "read-only", "a local user outside group docker gets read-only at "),
        ("client", "full-control", None),
        ("outsider", "auth-required", None),
        ("local_user", "filtered", None),
    ],
)
def test_who_may_get_what(judged, who, level, reason):
    reasons = judged({"etc/docker/daemon.json": {}}, observation(**{who: level})).reasons
    assert len(reasons) == (reason is not None)
    assert all(each.startswith(reason) for each in reasons)


def test_the_verdict_has_all_of_the_observation(judged):
    seen = opened(log=['time="2026-11-24T12:00:00Z" level=warning msg="careful"'])
    result = judged({"etc/docker/daemon.json": {}, "README.md": "x"}, seen)
    assert (result.engine, result.engine_version, result.unit) == (
        "debian-12",
        "20.10.24",
        "docker.io",
    )
    assert [str(listener) for listener in result.listeners] == [
        "unix /run/docker.sock init",
        "tcp6 :::2375 dockerd",
    ]
    assert (result.listeners[1].host, result.listeners[1].port) == ("::", 2375)
    assert result.exposure.model_dump() == dict.fromkeys(
        ("client", "outsider", "local_user", "container"), "full-control"
    )
    assert result.warnings == ["careful"]
    assert result.notes == ["README.md: not installed"]
    assert (result.command, result.hosts) == (seen.daemon.command, seen.daemon.hosts)
    assert [proof.model_dump() for proof in result.proofs][:1] == [
        {
            "who": "client",
            "target": "tcp://a:1",
            "level": "full-control",
            "seconds": 0.5,
            "evidence": "why",
        }
    ]
    assert [proof.who for proof in result.proofs] == [
        "client",
        "outsider",
        "local-user",
        "container",
    ]
    assert result.seconds == 12.0
