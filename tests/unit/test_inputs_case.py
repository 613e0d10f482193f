"""Cases and recorded configurations as input."""

import shutil

import pytest
from observations import write
from prepared import CASES, SETTINGS

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect
from dockerd_lab.project import package_data
from dockerd_lab.standins.prepared import prepare

DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"


def test_a_case_counts_and_brings_all_it_has(into):
    collected = collect([package_data() / "provision/methods/sighup-reload"], into)
    assert collected.complete
    assert collected.case.expect.daemon == "active"
    assert (into / "before.json").exists()
    assert (into / "restart.sh").exists()


def test_a_case_without_files_is_one(into):
    assert collect([package_data() / "provision/methods/unix-default"], into).complete


def test_a_recorded_case_is_still_laid_out_like_the_machine(top, into):
    source = package_data() / "provision/methods/daemon-json/case.yaml"
    write(top / "case.yaml", source.read_text())
    collected = collect([top], into)
    assert collected.case is not None
    assert not collected.complete


DAEMON = "/etc/docker/daemon.json"
RECORDED = [
    ("mine", {"daemon.json": "{}", "override.conf": DROP_IN}, [DAEMON]),
    ("etc", {"docker/daemon.json": "{}"}, [DAEMON]),
    ("docker.service.d", {"a.conf": DROP_IN}, ["/etc/systemd/system/docker.service.d/a.conf"]),
]


@pytest.mark.parametrize(("name", "files", "installed"), RECORDED)
def test_what_is_recorded_is_installed_as_before(tmp_path, into, name, files, installed):
    for path, content in files.items():
        write(tmp_path / name / path, content)
    before = collect([tmp_path / name], into).origins
    assert {*installed} <= {*before}
    shutil.rmtree(into)
    into.mkdir()
    source = package_data() / "provision/methods/daemon-json/case.yaml"
    write(tmp_path / name / "case.yaml", source.read_text())
    recorded = collect([tmp_path / name], into)
    assert recorded.origins == before
    assert recorded.case is not None
    assert not recorded.complete


@pytest.mark.parametrize("beside", ["README.md", ".gitignore", "fix.sh", "client/etc/x", ""])
def test_a_case_may_be_without_files(tmp_path, into, beside):
    source = package_data() / "provision/methods/unix-default/case.yaml"
    write(tmp_path / "mine/case.yaml", source.read_text())
    if beside:
        write(tmp_path / "mine" / beside, "")
    assert collect([tmp_path / "mine"], into).complete


def test_a_case_yaml_beside_a_misspelt_directory(tmp_path, into):
    source = package_data() / "provision/methods/daemon-json/case.yaml"
    write(tmp_path / "mine/case.yaml", source.read_text())
    write(tmp_path / "mine/ect/docker/daemon.json", "{}")
    with pytest.raises(BadInput, match="nothing of it would be installed"):
        collect([tmp_path / "mine"], into)


def test_every_case_of_this_repository_can_be_given(into):
    wrong = {}
    for case in CASES:
        directory = into / case.short_name
        directory.mkdir()
        collected = collect([case.directory], directory)
        different = {*collected.origins} ^ {str(file) for file in case.files}
        if different or not collected.complete:
            wrong[case.name] = (collected.complete, different)
    assert wrong == {}


UNIX_DEFAULT = package_data() / "provision/methods/unix-default/case.yaml"


@pytest.mark.parametrize("target", ["../../units/docker-ce", "/gone/docker-ce"])
def test_the_unit_of_an_older_case_is_a_link_that_names_it(top, into, target):
    write(top / "case.yaml", UNIX_DEFAULT.read_text())
    write(top / "rootfs/etc/docker/daemon.json", "{}")
    (top / "unit").symlink_to(target)
    assert prepare(collect([top], into), SETTINGS).configuration.unit == "docker-ce"
    assert not (into / "unit").exists()


def test_a_case_names_its_unit(project, top, into):
    write(top / "rootfs/etc/docker/daemon.json", "{}")
    text = UNIX_DEFAULT.read_text()
    write(top / "case.yaml", f"unit: docker-ce\n{text}")
    assert prepare(collect([top], into), SETTINGS).configuration.unit == "docker-ce"
    shutil.copytree(top, project.data / "provision/methods/mine")
    file = project.data / "provision/methods/mine/case.yaml"
    file.write_text(f"unit: docker-cd\n{text}")
    with pytest.raises(BadInput, match=f"{file}:1: unit: unknown unit 'docker-cd'"):
        find_cases(project)
