"""Every case of this repository on every engine: as expected it passes, and otherwise fails."""

import dataclasses
import re

import pytest
from messages import CAPTURED
from observations import CONFLICT, answer, failed, observation, opened
from prepared import CASES, DROP_IN, HOSTS, SETTINGS, UNIT_D, files_of

from dockerd_lab.cases.model import Variant, load_case
from dockerd_lab.judge.judge import judge
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.project import package_data


def test_a_case_that_says_so_passes_and_another_than_it_says_fails(judged):
    case = (package_data() / "provision/methods/systemd-dropin/case.yaml").read_text()
    files = {f"{UNIT_D}/x.conf": DROP_IN, "case.yaml": case}
    assert judged(files, opened()).reasons == []
    less = judged(files, opened(outsider="refused"))
    assert less.reasons == ["outsider gets refused; the case expects full-control"]
    other = judged(files, failed())
    assert other.reasons[0] == "the daemon is failed; the case expects active"
    listeners = "listeners are unix /run/docker.sock init; the case expects"
    assert any(listeners in reason for reason in other.reasons)
    assert any(reason.startswith("the command line: None") for reason in other.reasons)


def test_a_case_that_was_drafted_without_secrets(judged):
    case = (package_data() / "provision/methods/systemd-dropin/case.yaml").read_text()
    command = f"{opened().daemon.command} --log-opt splunk-token="
    case = re.sub(r"(?m)^(\s*)command:.*$", rf'\1command: "{command}(a secret)"', case)
    files = {f"{UNIT_D}/x.conf": DROP_IN, "case.yaml": case}
    daemon = dataclasses.replace(opened().daemon, command=f"{command}K4711-Ai-0815")
    observed = dataclasses.replace(opened(), daemon=daemon)
    assert judged(files, observed).reasons == []
    daemon = dataclasses.replace(daemon, command=f"{command}K4711-Ai-0815 --debug")
    (reason,) = judged(files, dataclasses.replace(observed, daemon=daemon)).reasons
    assert reason.startswith("the command line: ")


def test_a_case_s_failure_is_expected(judged):
    directory = package_data() / "provision/failures/hosts-in-file-stock-unit"
    case = (directory / "case.yaml").read_text()
    files = {"etc/docker/daemon.json": HOSTS, "case.yaml": case}
    words = load_case("x", directory).expect.words
    assert judged(files, failed(log=(words,))).reasons == []
    result = judged(files, failed(log=("something else",)))
    assert result.reasons == [
        f"nobody said: {words}",
        "the error is unexplained; the case expects hosts-flag-file-conflict",
    ]


@pytest.mark.parametrize(
    ("ignored", "reasons"),
    [
        ("[host]", []),
        ("[]", ["without effect is host; the case expects nothing"]),
        ("[host, tls]", ["without effect is host; the case expects host, tls"]),
    ],
)
def test_settings_without_effect_are_as_the_case_says(judged, ignored, reasons):
    case = (package_data() / "provision/failures/key-host-ignored/case.yaml").read_text()
    case = case.replace("no_effect: [host]", f"no_effect: {ignored}")
    files = {"etc/docker/daemon.json": {"host": ["tcp://0.0.0.0:2375"]}, "case.yaml": case}
    assert judged(files, observation()).reasons == reasons


def variants(*units):
    """Every case on every engine, with the name of what it is."""
    for engine in SETTINGS.engines:
        for unit in units or (None,):
            there = Variant.of(SETTINGS.engine(engine), unit)
            for case in CASES:
                yield f"{case.name} on {engine}, {unit}", case.for_variant(there), engine


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
        observed = dataclasses.replace(
            as_expected(case, engine), show_output={"daemon": "no space left"}
        )
        if case.expect.error is not None and not any(
            reason.endswith(f"; the case expects {case.expect.error}")
            for reason in reasons(case, observed)
        ):
            passed.append(name)
    assert passed == []


def test_a_silent_failure_with_an_error_fails():
    passed, engines = [], set()
    for name, case, engine in variants():
        if case.fails and case.expect.error is None:
            engines.add(engine)
            observed = dataclasses.replace(
                as_expected(case, engine), show_output={"daemon": CONFLICT}
            )
            expected = "the error is hosts-flag-file-conflict; the case expects none"
            if expected not in reasons(case, observed):
                passed.append(name)
    assert engines == set(SETTINGS.engines), "each has such a failure"
    assert passed == []


def test_a_client_that_is_let_in_gets_its_answers():
    """curl has no password of docker's config.json: only what a fix leads to is asked of it."""
    case = next(case for _, case, _ in variants() if case.short_name == "nginx-basic-auth")
    works = dataclasses.replace(as_expected(case, "debian-12"), client={"ping": answer("", 58)})
    assert reasons(case, works) == []
    refused = dataclasses.replace(works, client={"ps": answer("", 1)})
    assert reasons(case, refused) == ["client's ps ends with exit code 1"]
    after_fix = dataclasses.replace(works, fix={"client": answer("$ true")})
    assert reasons(case, after_fix) == ["client's ping ends with exit code 58"]


def as_expected(case, engine):
    """What would be observed, had all come as the case expects it."""
    expect = case.expect
    captured = CAPTURED[engine].get(case.short_name) or CAPTURED["debian-12"].get(case.short_name)
    lines = [expect.words, *captured["lines"]] if captured and expect.words else [expect.words]
    lines = [line for line in lines if line is not None]
    has_show_script = any(case.directory.glob("show*.sh"))
    command = expect.command and re.sub("^dockerd", "/usr/sbin/dockerd", expect.command)
    observed = observation(
        daemon=expect.daemon,
        command=command,
        hosts=expect.hosts,
        listeners=[Listener(*listener.split(" ")) for listener in expect.listeners],
        log=[] if has_show_script else lines,
        client=expect.client,
        outsider=expect.outsider,
        local_user=expect.local_user,
        container=expect.container,
    )
    return dataclasses.replace(
        observed, show_output={"daemon": "\n".join(lines)} if has_show_script else {}
    )


def reasons(case, observed):
    prepared = dataclasses.replace(files_of(case.name), configuration=case)
    return judge(prepared, observed, case).reasons
