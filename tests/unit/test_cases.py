import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from dockerd_lab import machine_paths
from dockerd_lab.cases.discover import find_cases, select
from dockerd_lab.cases.model import Expectation, Variant, load_case
from dockerd_lab.errors import BadInput
from dockerd_lab.explain.matcher import explain
from dockerd_lab.explain.model import known_errors
from dockerd_lab.settings import checkout
from dockerd_lab.trial import apply

CASES = find_cases(checkout())


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


def test_a_directory_without_case_yaml_is_refused(root):
    (root / "provision/methods/new").mkdir()
    with pytest.raises(BadInput, match=r"methods/new/case\.yaml: missing"):
        find_cases(root)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("units: {none: {expect: {}}}", "units.none: unknown unit 'none'"),
        ("credentials: {daemon: {etc/ca.pem: ca}}", "'etc/ca.pem' is not the whole path of a file"),
        ("credentials: {client: {/a/../b: ca}}", "'/a/../b' is not the whole path of a file"),
    ],
)
def test_what_could_never_be_is_refused(root, text, reason):
    with (root / "provision/methods/unix-only/case.yaml").open("a") as file:
        file.write(text + "\n")
    with pytest.raises(BadInput, match=reason):
        find_cases(root)


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
def test_a_wrong_case_is_refused(root, old, new, reason):
    file = root / "provision/failures/hosts-in-file-stock-unit/case.yaml"
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


def with_difference(root, text):
    file = root / "provision/methods/unix-default/case.yaml"
    with file.open("a") as case:
        case.write(text)
    return load_case("methods/unix-default", file.parent)


def test_an_engine_differs_by_its_version(root):
    case = with_difference(root, DIFFERENCE)
    levels = {
        version: (
            case.resolve(Variant(version)).expect.client,
            case.resolve(Variant(version)).expect.outsider,
        )
        for version in ("20.10.24", "24.0.5", "28.5.2")
    }
    assert levels == {
        "20.10.24": ("read-only", "read-only"),
        "24.0.5": ("refused", "refused"),
        "28.5.2": ("read-only", "refused"),
    }
    assert case.resolve(Variant("28.5.2")).expect.listeners == case.expect.listeners


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"<23"', '"old"', "engines: 'old' is no range of versions such as '<23'"),
        ("client: read-only,", "klient: read-only,", "engines.<23.expect.klient: unknown key"),
        ("client: read-only,", "client: maybe,", "engines.<23.expect.client: input should be"),
        ("client: read-only,", "daemon: failed,", "engines.<23.expect: error is missing"),
    ],
)
def test_a_wrong_difference_is_refused(root, old, new, reason):
    with pytest.raises(BadInput) as caught:
        with_difference(root, DIFFERENCE.replace(old, new))
    assert reason in str(caught.value)


def test_files_are_named_as_on_the_machine():
    (case,) = select(CASES, ["methods/daemon-json"])
    assert case.files == [
        Path("/etc/docker/daemon.json"),
        Path("/etc/systemd/system/docker.service.d/docker.conf"),
    ]
    assert case.source(case.files[0]).read_text().startswith("{")


def test_the_parcel_holds_the_case_and_the_script_for_root():
    (case,) = select(CASES, ["flags-by-hand"])
    with tarfile.open(fileobj=BytesIO(apply._parcel(checkout(), case, "192.0.2.1", None))) as tar:
        entries = {f"/{entry.name}": entry.uid for entry in tar.getmembers()}
    assert machine_paths.APPLY in entries
    assert f"{machine_paths.PLACE}/start.sh" in entries
    assert set(entries.values()) == {0}


def test_tar_unpacks_every_parcel(tmp_path):
    wrong = {}
    for case in CASES:
        directory = tmp_path / case.short_name
        directory.mkdir()
        parcel = apply._parcel(checkout(), case, "192.0.2.1", None)
        done = subprocess.run(["tar", "-xf", "-", "-C", directory], input=parcel, check=False)
        expected = ["case.yaml"]
        if (case.directory / "unit").is_symlink():
            expected.append("unit/docker.service")
        place = directory / machine_paths.PLACE.lstrip("/")
        missing = [name for name in expected if not (place / name).is_file()]
        if done.returncode != 0 or missing:
            wrong[case.short_name] = (done.returncode, missing)
    assert wrong == {}


def test_credentials_are_made_once_a_run_and_keys_are_private():
    (case,) = select(CASES, ["tls-dropin"])
    with tarfile.open(fileobj=BytesIO(apply._parcel(checkout(), case, "192.0.2.1", None))) as tar:
        modes = {f"/{entry.name}": entry.mode for entry in tar.getmembers()}
    assert modes[f"{machine_paths.PLACE}/rootfs/etc/docker/tls/server-key.pem"] == 0o400
    assert modes[f"{machine_paths.PLACE}/rootfs/etc/docker/tls/ca.pem"] == 0o444
    again = apply._parcel(checkout(), case, "192.0.2.1", None)
    assert again == apply._parcel(checkout(), case, "192.0.2.1", None)


def test_every_method_says_when_it_is_used():
    methods = [case for case in CASES if case.name.startswith("methods/")]
    assert methods
    assert [case.short_name for case in methods if not case.said.use or not case.said.cis] == []


def test_units_and_reboots_differ(root):
    (case,) = select(find_cases(root), ["dropin-without-clearing"])
    there = case.resolve(Variant("20.10.24", unit="docker-ce"))
    assert there.expect.command.startswith("/usr/bin/dockerd ")
    assert there.expect.daemon == "unchanged"
    booted = case.resolve(Variant("20.10.24", unit="docker-ce", rebooted=True))
    assert (booted.expect.daemon, booted.expect.command) == ("failed", None)
