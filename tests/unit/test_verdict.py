"""What is made of an observation of a user's configuration: the verdict."""

import dataclasses
import functools
import re
from pathlib import Path

import pytest
import yaml
from observations import CONFLICT, OPEN, SOCKET, STOCK, failed, observation, opened
from prepared import DROP_IN, HOSTS, SETTINGS, UNIT_D

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.cases.model import Variant, load_case
from dockerd_lab.judge import log
from dockerd_lab.judge.judge import judge
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.settings import checkout
from dockerd_lab.standins.prepared import prepare_case


def test_a_daemon_that_does_not_start_fails_with_its_error_and_place(judged):
    result = judged({"etc/docker/daemon.json": HOSTS}, failed())
    assert (result.verdict, result.starts) == ("failed", False)
    assert result.reasons == ["the daemon does not start"]
    (error,) = result.errors
    assert error.id == "hosts-flag-file-conflict"
    assert error.where.endswith("mine/etc/docker/daemon.json:3")
    assert error.fix


def test_an_unknown_failure_shows_the_last_words(judged):
    line = 'time="2026-11-24T12:32:56Z" level=fatal msg="no luck"'
    result = judged({"etc/docker/daemon.json": HOSTS}, failed(log=(line,)))
    assert result.reasons[1] == "no known error; its last words: no luck"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            (
                "Processing signal 'terminated'",
                "docker.service: Failed to set up mount namespacing: Read-only file system",
                "docker.service: Failed with result 'resources'.",
            ),
            "docker.service: Failed to set up mount namespacing: Read-only file system",
        ),
        (("docker: no", "", "Run 'docker --help' for more information"), "docker: no"),
    ],
)
def test_the_last_words_are_those_that_tell(judged, lines, words):
    result = judged({"etc/docker/daemon.json": HOSTS}, failed(log=lines))
    assert result.reasons[1] == f"no known error; its last words: {words}"


def test_what_the_daemon_before_said_is_not_this_one_s(judged):
    lines = ["Daemon shutdown complete", "Starting docker.service - Docker Engine..."]
    seen = failed(log=lines)
    hung = dataclasses.replace(seen.daemon.outcome, restart_exit_code=124)
    daemon = dataclasses.replace(seen.daemon, outcome=hung)
    result = judged({"etc/docker/daemon.json": {}}, dataclasses.replace(seen, daemon=daemon))
    assert result.reasons[1:] == [
        "it was neither ready nor did it end, until it was stopped",
        f"no known error; its last words: {lines[1]}",
    ]


@pytest.mark.parametrize(
    "file",
    [
        f"{UNIT_D}/x.config",
        "etc/systemd/system/docker.d/x.conf",
        "etc/sysconfig/docker",
        "etc/docker/daemon.json.j2",
        "etc/docker/deamon.json",
        "usr/local/etc/docker/daemon.json",
        "lib/systemd/docker.service.d/x.conf",
    ],
)
def test_a_file_that_nobody_reads_has_no_effect(judged, file):
    (found,) = judged({file: DROP_IN}, observation()).no_effect
    assert found.where.endswith(file)


def test_a_file_that_is_read_through_a_link_has_an_effect(judged, tmp_path):
    system = tmp_path / "mine/etc/systemd/system"
    system.mkdir(parents=True)
    (system / "docker.service.d").symlink_to("x.d")
    text = "[Service]\nEnvironment=HTTP_PROXY=http://192.168.3.66:3128\n"
    assert judged({"etc/systemd/system/x.d/o.conf": text}, observation()).no_effect == []


def test_an_assignment_before_the_section_has_no_effect(judged):
    (found,) = judged({f"{UNIT_D}/x.conf": "ExecStart=\n"}, observation()).no_effect
    assert "before a section" in found.message


def test_of_a_key_that_is_there_twice_the_last_counts(judged):
    text = (
        '{"hosts": ["fd://"], "log-opts": {"hosts": "x"},\n"hosts": ["unix://"],\n"debug": false}'
    )
    (found,) = judged({"etc/docker/daemon.json": text}, observation()).no_effect
    assert (found.setting, found.where[-14:]) == ("hosts", "/daemon.json:1")


def test_a_daemon_that_only_prints_its_usage_was_given_an_argument(judged):
    lines = ("Usage:\tdockerd [OPTIONS]", "Options:", "  -v, --version   Print version and quit")
    (error,) = judged({"etc/default/docker": 'DOCKER_OPTS="x"\n'}, failed(log=lines)).errors
    assert error.id == "invalid-command-line"


@pytest.mark.parametrize(
    "why",
    [
        "Unknown key name '--dns' in section 'Service', ignoring.",
        "Unknown key '--dns' in section [Service], ignoring.",
    ],
)
def test_what_systemd_ignores_has_no_effect(judged, why):
    text = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n  --dns=8.8.8.8\n"
    log = (f"/etc/systemd/system/docker.service.d/x.conf:4: {why}", "/lib/x.service:4: ignoring")
    (found,) = judged(
        {f"{UNIT_D}/x.conf": text}, observation(log=log, command="/usr/bin/dockerd -H fd://")
    ).no_effect
    assert found.setting == "--dns"
    assert found.where.endswith("x.conf:4")
    assert why in found.message


def test_what_was_typed_tells_what_the_error_is_about(judged):
    seen = failed(log=["unknown shorthand flag: 'd' in -d", "See 'docker --help'."])
    result = judged({}, seen, command="docker -d -H 0.0.0.0:4243")
    assert [error.id for error in result.errors] == ["invalid-command-line"]


def test_the_client_that_a_unit_starts_is_told_though_it_says_nothing(judged):
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/docker daemon -H fd://\n"
    result = judged({f"{UNIT_D}/x.conf": drop_in}, failed(log=["Starting docker.service..."]))
    assert [error.id for error in result.errors] == ["invalid-command-line"]


@pytest.mark.parametrize(
    ("file", "stream", "ignored"),
    [
        ("docker-tcp.socket", "2375", ["SocketMode"]),
        ("docker.socket.d/x.conf", "\nListenStream=2375", ["SocketMode"]),
        ("docker.socket.d/x.conf", "2375", []),  # the packaged unit has a path besides
        ("docker.socket", "/run/docker.sock", []),
    ],
)
def test_the_mode_of_a_port_has_no_effect(judged, file, stream, ignored):
    text = f"[Socket]\nListenStream={stream}\nSocketMode=0660\n"
    seen = observation(listeners=[Listener("tcp6", ":::2375", "init"), SOCKET])
    found = judged({f"etc/systemd/system/{file}": text}, seen).no_effect
    assert [each.setting for each in found] == ignored


def test_a_site_that_is_not_enabled_has_no_effect(judged):
    site = {"etc/nginx/sites-available/docker": "server {\n  listen 2376;\n}\n"}
    running = {"nginx.service": ServiceState(active=True)}
    (found,) = judged(site, observation(services=running)).no_effect
    assert (found.setting, "sites-enabled" in found.fix) == ("listen 2376", True)
    broken = {"nginx.service": ServiceState(active=False)}
    assert judged(site, observation(services=broken)).no_effect == []


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


def test_a_case_that_says_so_passes_and_another_than_it_says_fails(judged):
    case = (checkout() / "provision/methods/systemd-dropin/case.yaml").read_text()
    files = {f"{UNIT_D}/x.conf": DROP_IN, "case.yaml": case}
    assert judged(files, opened()).reasons == []
    less = judged(files, opened(outsider="refused"))
    assert less.reasons == ["outsider gets refused; the case expects full-control"]
    other = judged(files, failed())
    assert other.reasons[0] == "the daemon is failed; the case expects active"
    listeners = "listeners are unix /run/docker.sock init; the case expects"
    assert any(listeners in reason for reason in other.reasons)
    assert any(reason.startswith("the command line: None") for reason in other.reasons)


def test_a_case_s_failure_is_expected(judged):
    case = (checkout() / "provision/failures/hosts-in-file-stock-unit/case.yaml").read_text()
    files = {"etc/docker/daemon.json": HOSTS, "case.yaml": case}
    words = load_case("x", checkout() / "provision/failures/hosts-in-file-stock-unit").expect.words
    assert judged(files, failed(log=(words,))).reasons == []
    result = judged(files, failed(log=("something else",)))
    assert result.reasons == [
        f"nobody said: {words}",
        "the error is unexplained; the case expects hosts-flag-file-conflict",
    ]


@pytest.mark.parametrize(
    ("ignored", "reasons"),
    [("[host]", []), ("[]", ["without effect is host; the case expects nothing"])],
)
def test_settings_without_effect_are_as_the_case_says(judged, ignored, reasons):
    case = (checkout() / "provision/failures/key-host-ignored/case.yaml").read_text()
    case = case.replace("no_effect: [host]", f"no_effect: {ignored}")
    files = {"etc/docker/daemon.json": {"host": ["tcp://0.0.0.0:2375"]}, "case.yaml": case}
    assert judged(files, observation()).reasons == reasons


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


@pytest.mark.parametrize(
    ("files", "command", "settings"),
    [
        (
            {"etc/docker/daemon.json": {"host": ["tcp://:1"], "label": ["a=b"]}},
            STOCK,
            ["host", "label"],
        ),
        (
            {"etc/default/docker": 'DOCKER_OPTS="-H tcp://:2375"\n'},
            STOCK,
            ["DOCKER_OPTS", "tcp://:2375"],
        ),
        ({"etc/default/docker": 'OPTIONS="--debug"\n'}, STOCK, ["OPTIONS"]),
        ({f"{UNIT_D}/x.conf": "[Service]\nEnvironment='OPTS=-D'\n"}, STOCK, ["OPTS"]),
        (
            {"etc/default/docker": "DOCKER_OPTS=--tlsverify\n"},
            f"{STOCK} --tlsverify",
            ["--tlsverify"],
        ),
        ({"etc/docker/daemon.json": {"tlsverify": True, "tls": True}}, STOCK, ["tlsverify, tls"]),
        ({"etc/docker/daemon.json": HOSTS}, "dockerd", ["tcp://0.0.0.0:2375"]),
        ({"etc/docker/daemon.json": {"debug": True}}, "dockerd --config-file=/a", ["daemon.json"]),
        (
            {
                f"{UNIT_D}/a.conf": DROP_IN.replace(":2375", ":2999"),
                f"{UNIT_D}/b.conf": DROP_IN,
            },
            "/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375",
            ["ExecStart"],
        ),
    ],
)
def test_settings_without_effect(judged, files, command, settings):
    listeners = (SOCKET, OPEN) if settings == ["ExecStart"] else (SOCKET,)
    result = judged(files, observation(command=command, listeners=listeners))
    assert [found.setting for found in result.no_effect] == settings
    assert all(found.where for found in result.no_effect)


@pytest.mark.parametrize(
    ("keys", "flags", "settings"),
    [
        ({"tls": True, "tlsverify": False, "tlscacert": "/ca"}, "", ["tlscacert"]),
        ({"tls": True, "tlscacert": "/ca"}, " --tlsverify=false", ["tlscacert"]),
        ({"tls": True, "tlscacert": "/ca"}, "", []),
        ({"tlsverify": True, "tlscacert": "/ca"}, " --tlsverify", []),
    ],
)
def test_a_ca_without_tlsverify_has_no_effect(judged, keys, flags, settings):
    seen = observation(command=f"dockerd -H tcp://:2376{flags}", listeners=(SOCKET, OPEN))
    found = judged({"etc/docker/daemon.json": keys}, seen).no_effect
    assert [each.setting for each in found] == settings


def test_what_a_shell_starts_is_not_compared(judged):
    start = "ExecStart=/bin/sh -c 'exec dockerd -H fd:// $EXTRA'"
    files = {f"{UNIT_D}/x.conf": f"[Service]\nExecStart=\n{start}\n"}
    assert judged(files, observation(command="dockerd -H fd://")).no_effect == []


def test_objects_of_a_key_that_is_there_twice_are_joined(judged):
    text = '{"log-opts": {"max-size": "1m"}, "log-opts": {"max-file": "2"}}'
    assert judged({"etc/docker/daemon.json": text}, observation()).no_effect == []


def test_settings_with_effect(judged):
    files = {f"{UNIT_D}/x.conf": DROP_IN, "etc/default/docker": "DOCKER_OPTS=--debug\n"}
    command = "/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375 --debug"
    assert judged(files, opened(command=command)).no_effect == []


def test_docker_desktop_s_file_is_noted(judged):
    file = {"hosts": ["tcp://:2375"], "builder": {}, "experimental": False, "features": {}}
    result = judged({"etc/docker/daemon.json": file}, failed())
    assert any("Docker Desktop" in note for note in result.notes)


def test_the_wait_on_purpose_is_told_from_the_lines_own_times():
    warned = 'level=warning msg="Binding to \\"IP\\"" host="tcp://0.0.0.0:2375"'
    lines = [
        "Starting Docker",
        f'time="2026-11-24T12:41:52.223922591Z" {warned}',
        f'time="2026-11-24T12:41:53.228024121Z" {warned}',
        f'time="2026-11-24T12:41:53.230410681Z" {warned}',
        'time="2026-11-24T12:42:08.230410681Z" level=info msg="[graphdriver]"',
        'time="2026-11-24T12:42:20.230410681Z" level=info msg="done"',
    ]
    assert log.startup_delay(lines) == 16.0
    assert log.startup_delay([]) == 0.0
    assert log.warnings(lines) == ['Binding to "IP"']


CASES = find_cases(checkout())
#: What was printed on the machines when each failure was brought about there, by engine and case.
CAPTURED = {
    file.stem: yaml.safe_load(file.read_text())
    for file in (Path(__file__).parent / "captured").glob("*.yaml")
}


def variants(*units):
    """Every case on every engine, with the name of what it is."""
    for engine in SETTINGS.engines:
        for unit in units or (None,):
            there = Circumstances.on(SETTINGS.engine(engine), unit)
            for case in CASES:
                yield f"{case.name} on {engine}, {unit}", case.on(there), engine


def test_a_case_that_is_as_expected_passes():
    """In every point, errors of every kind among them: none is left out."""
    wrong = {}
    for name, case, engine in variants("docker.io", "docker-ce"):
        if problems := reasons(case, as_expected(case, engine)):
            wrong[name] = problems
    assert wrong == {}


def test_a_failure_with_another_error_fails():
    """Whether it stops the daemon, keeps a client out, or only warns."""
    passed = []
    for name, case, engine in variants():
        seen = dataclasses.replace(as_expected(case, engine), shown={"daemon": "no space left"})
        if case.expect.error is not None and not any(
            reason.endswith(f"; the case expects {case.expect.error}")
            for reason in reasons(case, seen)
        ):
            passed.append(name)
    assert passed == []


def test_a_silent_failure_with_an_error_fails():
    passed, engines = [], set()
    for name, case, engine in variants():
        if case.fails and case.expect.error is None:
            engines.add(engine)
            seen = dataclasses.replace(as_expected(case, engine), shown={"daemon": CONFLICT})
            expected = "the error is hosts-flag-file-conflict; the case expects none"
            if expected not in reasons(case, seen):
                passed.append(name)
    assert engines == set(SETTINGS.engines), "each has such a failure"
    assert passed == []


def as_expected(case, engine):
    """What would be observed, had all come as the case expects it."""
    expect = case.expect
    captured = CAPTURED[engine].get(case.short_name) or CAPTURED["debian-12"].get(case.short_name)
    lines = [expect.words, *captured["lines"]] if captured and expect.words else [expect.words]
    lines = [line for line in lines if line is not None]
    typed = any(case.directory.glob("show*.sh"))
    command = expect.command and re.sub("^dockerd", "/usr/sbin/dockerd", expect.command)
    seen = observation(
        daemon=expect.daemon,
        command=command,
        hosts=expect.hosts,
        listeners=[Listener(*listener.split(" ")) for listener in expect.listeners],
        log=[] if typed else lines,
        client=expect.client,
        outsider=expect.outsider,
        local_user=expect.local_user,
    )
    return dataclasses.replace(seen, show_output={"daemon": "\n".join(lines)} if typed else {})


@functools.cache
def files_of(directory):
    """A case's files as the judge reads them: the same on every engine."""
    (case,) = (case for case in CASES if case.directory == directory)
    return prepare_case(case, SETTINGS)


def reasons(case, seen):
    prepared = dataclasses.replace(files_of(case.directory), configuration=case)
    return judge(prepared, seen, case).reasons
