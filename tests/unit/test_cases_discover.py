"""Cases by their names, and the ones that are refused."""

import pytest
from prepared import CASES

from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.errors import BadInput


def names(*patterns):
    return [case.short_name for case in select(CASES, patterns)]


def test_an_exact_name_selects_only_that_case():
    assert names("systemd-dropin") == ["systemd-dropin"]
    assert names("methods/systemd-dropin") == ["systemd-dropin"]


def test_globs_and_several_patterns():
    assert names("*-loopback") == ["daemon-json-loopback", "systemd-dropin-loopback"]
    assert names("failures/v4*", "unix-default") == ["unix-default", "v4-and-v6-wildcards"]
    assert names() == [case.short_name for case in CASES]


def test_an_unknown_name_tells_what_is_like_it():
    with pytest.raises(BadInput, match=r"no case is called 'unix-defalt'; like it: unix-default"):
        names("unix-default", "unix-defalt")


def test_a_directory_without_case_yaml_is_refused(project):
    (project.data / "provision/methods/new").mkdir()
    with pytest.raises(BadInput, match=r"methods/new/case\.yaml: missing"):
        find_cases(project)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("units: {none: {expect: {}}}", "units.none: unknown unit 'none'"),
        ("credentials: {daemon: {etc/ca.pem: ca}}", "'etc/ca.pem' is not the whole path of a file"),
        ("credentials: {client: {/a/../b: ca}}", "'/a/../b' is not the whole path of a file"),
    ],
)
def test_what_could_never_be_is_refused(project, text, reason):
    with (project.data / "provision/methods/unix-only/case.yaml").open("a") as file:
        file.write(text + "\n")
    with pytest.raises(BadInput, match=reason):
        find_cases(project)
