"""A dockerd at a path where the engine's packages have none."""

import os
import subprocess

import pytest
from observations import failed, observation
from prepared import UNIT_D, script

from dockerd_lab.cases.units import packaged_dockerd
from dockerd_lab.project import find_project

DEBIANS, DOCKERS = "/usr/sbin/dockerd", "/usr/bin/dockerd"
SECOND = {"etc/systemd/system/d2.service": f"[Service]\nExecStart={DOCKERS}\n"}
NOT_FOUND = f"docker.service: Failed to locate executable {DOCKERS}: No such file or directory"


def drop_in(program, name="docker"):
    return {
        f"etc/systemd/system/{name}.service.d/x.conf": "[Service]\nExecStart=\n"
        f"ExecStart={program} -H fd://\n"
    }


@pytest.mark.parametrize(("unit", "path"), [("docker.io", DEBIANS), ("docker-ce", DOCKERS)])
def test_where_the_packages_have_it(unit, path):
    assert packaged_dockerd(find_project(), unit) == path


@pytest.mark.parametrize(
    ("files", "unit", "path"),
    [
        (drop_in(DOCKERS), "docker.io", DOCKERS),
        (drop_in(f"-{DOCKERS}"), "docker.io", DOCKERS),
        (SECOND, "docker.io", DOCKERS),
        (drop_in(DEBIANS), "docker-ce", DEBIANS),
    ],
)
def test_a_link_of_the_lab_is_a_stand_in(judged, files, unit, path):
    (note,) = [note for note in judged(files, observation(), unit=unit).stand_ins if "203" in note]
    assert note.startswith(f"{path}: a link to the engine's own dockerd")
    assert f"On a host with {unit}, which has {packaged_dockerd(find_project(), unit)}, " in note


def test_a_drop_in_that_a_script_writes(judged):
    seen = observation(command=f"{DOCKERS} -H fd:// -H tcp://127.0.0.1:2375")
    notes = judged({"etc/docker/daemon.json": {}}, seen).stand_ins
    assert any(note.startswith(f"{DOCKERS}: ") for note in notes)


def test_a_command_that_is_typed(judged):
    notes = judged({}, observation(), command=f"sudo {DOCKERS} -H tcp://127.0.0.1:2375").stand_ins
    assert any(note.startswith(f"{DOCKERS}: ") for note in notes)


@pytest.mark.parametrize(
    ("files", "options"),
    [
        (drop_in(DEBIANS), {}),
        (drop_in(DOCKERS), {"allow_stand_ins": False}),
        (drop_in("dockerd"), {}),
        ({f"{UNIT_D}/x.conf": f"[Service]\n# {DOCKERS}\n"}, {}),
        ({**drop_in(DOCKERS), DOCKERS[1:]: "#!/bin/sh\n"}, {}),
    ],
)
def test_what_is_no_link_of_the_lab(judged, files, options):
    result = judged(files, observation(), **options)
    assert [note for note in result.stand_ins if "203" in note] == []


def test_the_unit_of_dockers_packages_has_it_there(judged):
    seen = observation(command=f"{DOCKERS} -H fd://")
    assert judged(drop_in(DOCKERS), seen, unit="docker-ce").stand_ins == []


def test_what_was_not_found_did_not_stand_in(judged):
    result = judged(drop_in(DOCKERS), failed(log=[NOT_FOUND]))
    assert [error.id for error in result.errors] == ["dockerd-not-found"]
    assert [note for note in result.stand_ins if "203" in note] == []


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(("unit", "path"), [(None, DEBIANS), (DOCKERS, DOCKERS)])
def test_without_stand_ins_it_is_only_where_the_packages_have_it(
    ready, tmp_path, unit, path, complete
):
    """The script's lines are run, with directories in place of /usr/bin and /usr/sbin."""
    files = {f"rootfs/{p}": text for p, text in drop_in(DOCKERS).items()} if complete else {}
    made = ready(files or drop_in(DOCKERS), allow_stand_ins=False)
    root, case = tmp_path / "root", tmp_path / "case"
    for directory in ("usr/bin", "usr/sbin"):
        (root / directory).mkdir(parents=True)
    (root / DEBIANS[1:]).write_text("#!/bin/sh\n")
    (root / DEBIANS[1:]).chmod(0o755)
    (root / DOCKERS[1:]).symlink_to("../sbin/dockerd")
    (case / "unit").mkdir(parents=True)
    if unit is not None:
        (case / "unit/docker.service").write_text(f"ExecStart={root}{unit} -H fd://\n")
    lines = script(made).replace(" /usr/", f" {root}/usr/")
    path_variable = f"{root}/usr/sbin:{root}/usr/bin:{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-c", lines], cwd=case, env={"PATH": path_variable}, check=True, timeout=20
    )
    assert [p for p in (DEBIANS, DOCKERS) if os.path.lexists(root / p[1:])] == [path]
    assert not (root / path[1:]).is_symlink()


def test_with_stand_ins_nothing_is_moved(ready):
    assert "mv -f" not in script(ready(drop_in(DOCKERS)))
