"""What is sent to daemon to apply a case."""

import subprocess
import tarfile
from io import BytesIO

import pytest
from prepared import CASES

from dockerd_lab import machine_paths
from dockerd_lab.cases.discover import select
from dockerd_lab.errors import HarnessError
from dockerd_lab.project import find_project
from dockerd_lab.trial import apply


def test_the_parcel_holds_the_case_and_the_script_for_root():
    (case,) = select(CASES, ["flags-by-hand"])
    with tarfile.open(fileobj=BytesIO(apply._pack(find_project(), case, "192.0.2.1", None))) as tar:
        entries = {f"/{entry.name}": entry.uid for entry in tar.getmembers()}
    assert machine_paths.APPLY_SCRIPT in entries
    assert f"{machine_paths.CASE_DIRECTORY}/start.sh" in entries
    assert set(entries.values()) == {0}


def test_tar_unpacks_every_parcel(tmp_path):
    wrong = {}
    for case in CASES:
        directory = tmp_path / case.short_name
        directory.mkdir()
        archive = apply._pack(find_project(), case, "192.0.2.1", None)
        result = subprocess.run(["tar", "-xf", "-", "-C", directory], input=archive, check=False)
        expected = ["case.yaml"]
        if case.unit is not None:
            expected.append("unit/docker.service")
        place = directory / machine_paths.CASE_DIRECTORY.lstrip("/")
        missing = [name for name in expected if not (place / name).is_file()]
        if result.returncode != 0 or missing:
            wrong[case.short_name] = (result.returncode, missing)
    assert wrong == {}


def test_credentials_are_made_once_a_run_and_keys_are_private():
    (case,) = select(CASES, ["tls-dropin"])
    with tarfile.open(fileobj=BytesIO(apply._pack(find_project(), case, "192.0.2.1", None))) as tar:
        modes = {f"/{entry.name}": entry.mode for entry in tar.getmembers()}
    assert modes[f"{machine_paths.CASE_DIRECTORY}/rootfs/etc/docker/tls/server-key.pem"] == 0o400
    assert modes[f"{machine_paths.CASE_DIRECTORY}/rootfs/etc/docker/tls/ca.pem"] == 0o444
    same = apply._pack(find_project(), case, "192.0.2.1", None)
    assert same == apply._pack(find_project(), case, "192.0.2.1", None)


def test_a_fix_s_own_output_and_exit_code(monkeypatch):
    (case,) = select(CASES, ["fd-by-hand"])
    progress = b"apply: fix.sh: exit code 7 after 1.25 s\nfix_exit_code=7\n"
    monkeypatch.setattr(
        apply.ssh,
        "run",
        lambda *_, **__: subprocess.CompletedProcess([], 0, b"$ false\n", progress),
    )
    result = apply.apply_fix(None, find_project(), case, "192.0.2.1")
    assert (result.exit_code, result.stdout) == (7, "$ false\n")
    assert result.output == "$ false\napply: fix.sh: exit code 7 after 1.25 s"


def test_a_fix_without_an_exit_code_is_the_harness_s_fault(monkeypatch):
    (case,) = select(CASES, ["fd-by-hand"])
    done = subprocess.CompletedProcess([], 0, b"fix_exit_code=0\n", b"")
    monkeypatch.setattr(apply.ssh, "run", lambda *_, **__: done)
    with pytest.raises(HarnessError, match="fixing failures/fd-by-hand: no exit code"):
        apply.apply_fix(None, find_project(), case, "192.0.2.1")
