"""What a case says, on each engine."""

from pathlib import Path

import pytest
from prepared import CASES

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.cases.model import Expectation, Variant, load_case
from dockerd_lab.errors import BadInput
from dockerd_lab.explain.matcher import explain
from dockerd_lab.explain.model import known_errors


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("daemon: failed", "daemon: dead", "expect.daemon: input should be 'active', 'failed' or"),
        ("error: ", "eror: ", "expect.eror: unknown key"),
        ("  error: hosts-flag-file-conflict\n", "", "error is missing, and daemon is failed"),
        ("daemon: failed", "daemon: unchanged", "command is missing, and a daemon runs"),
        ("unix /run/docker.sock init", "/run/docker.sock", "expect.listeners.0"),
    ],
)
def test_a_wrong_case_is_refused(project, old, new, reason):
    file = project.data / "provision/failures/hosts-in-file-stock-unit/case.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        load_case("failures/hosts-in-file-stock-unit", file.parent)
    assert reason in str(caught.value)
    assert str(file) in str(caught.value)


def test_every_case_s_words_are_its_known_error():
    """A part of a line may tell nothing alone, but never something else; a whole line tells."""
    wrong = {}
    for case in CASES:
        errors = [finding.id for finding in explain([case.expect.words or "all is well"])]
        expected = [case.expect.error] if case.expect.error else []
        if errors != expected and (errors != [] or case.in_main_job):
            wrong[case.short_name] = errors
        if case.expect.error not in (None, *known_errors()):
            wrong[case.short_name] = case.expect.error
    assert wrong == {}


def test_a_command_without_a_directory_is_any_unit_s():
    expect = next(c for c in CASES if c.short_name == "key-misspelt").spec.fixed.expect
    expected = Expectation.model_validate({**expect, "daemon": "active"})
    flags = "-H fd:// --containerd=/run/containerd/containerd.sock"
    assert expected.matches_command(f"/usr/sbin/dockerd {flags}")
    assert expected.matches_command(f"/usr/bin/dockerd {flags}")
    assert not expected.matches_command(f"/usr/bin/dockerd {flags} --debug")
    assert not expected.matches_command(None)


DIFFERENCE = """
engines:
  "<23": {expect: {client: read-only, outsider: read-only}}
  ">=26": {expect: {client: read-only}}
"""


def with_difference(project, text):
    file = project.data / "provision/methods/unix-default/case.yaml"
    with file.open("a") as case:
        case.write(text)
    return load_case("methods/unix-default", file.parent)


def test_an_engine_differs_by_its_version(project):
    case = with_difference(project, DIFFERENCE)
    levels = {
        version: (
            case.for_variant(Variant(version)).expect.client,
            case.for_variant(Variant(version)).expect.outsider,
        )
        for version in ("20.10.24", "24.0.5", "28.5.2")
    }
    assert levels == {
        "20.10.24": ("read-only", "read-only"),
        "24.0.5": ("refused", "refused"),
        "28.5.2": ("read-only", "refused"),
    }
    assert case.for_variant(Variant("28.5.2")).expect.listeners == case.expect.listeners


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"<23"', '"old"', "engines: 'old' is no range of versions such as '<23'"),
        ("client: read-only,", "klient: read-only,", "engines.<23.expect.klient: unknown key"),
        ("client: read-only,", "client: maybe,", "engines.<23.expect.client: input should be"),
        ("client: read-only,", "daemon: failed,", "engines.<23.expect: error is missing"),
    ],
)
def test_a_wrong_difference_is_refused(project, old, new, reason):
    with pytest.raises(BadInput) as caught:
        with_difference(project, DIFFERENCE.replace(old, new))
    assert reason in str(caught.value)


def test_files_are_named_as_on_the_machine():
    (case,) = select(CASES, ["methods/daemon-json"])
    assert case.files == [
        Path("/etc/docker/daemon.json"),
        Path("/etc/systemd/system/docker.service.d/docker.conf"),
    ]
    assert case.source(case.files[0]).read_text().startswith("{")


def test_every_method_says_when_it_is_used():
    methods = [case for case in CASES if case.name.startswith("methods/")]
    assert methods
    assert [case.short_name for case in methods if not case.spec.use or not case.spec.cis] == []


def test_units_and_reboots_differ(project):
    (case,) = select(find_cases(project), ["dropin-without-clearing"])
    there = case.for_variant(Variant("20.10.24", unit="docker-ce"))
    assert there.expect.command.startswith("/usr/bin/dockerd ")
    assert there.expect.daemon == "unchanged"
    booted = case.for_variant(Variant("20.10.24", unit="docker-ce", rebooted=True))
    assert (booted.expect.daemon, booted.expect.command) == ("failed", None)
