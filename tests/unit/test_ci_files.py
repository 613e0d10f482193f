"""The files for CI systems, which cannot be run here: they parse, and put nothing into a shell."""

import re
import subprocess

import pytest
import yaml
from copies import CHECKOUT
from observations import write

from dockerd_lab.init.files import GITHUB, GITLAB

EXAMPLE = CHECKOUT / "examples/repository"
ACTION = (CHECKOUT / "action.yml").read_text()
GITHUB_FILES = {
    "action": ACTION,
    "example": (EXAMPLE / ".github/workflows/docker-hosts.yml").read_text(),
    "init": GITHUB,
}
GITLAB_FILES = {"example": (EXAMPLE / ".gitlab-ci.yml").read_text(), "init": GITLAB}


def steps(text):
    data = yaml.safe_load(text)
    jobs = [data["runs"]] if "runs" in data else data["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("name", GITHUB_FILES)
def test_no_value_goes_into_a_shell_line_and_every_action_is_pinned(name):
    for step in steps(GITHUB_FILES[name]):
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", f"x@{'0' * 40}"))
        subprocess.run(["sh", "-n"], input=step.get("run", ""), text=True, check=True)


@pytest.mark.parametrize("name", GITLAB_FILES)
def test_gitlab_s_lines_are_shell(name):
    for job in yaml.safe_load(GITLAB_FILES[name]).values():
        for line in job["script"]:
            subprocess.run(["sh", "-n"], input=line, text=True, check=True)


def test_what_validate_writes_is_what_is_kept():
    job = yaml.safe_load(GITLAB)["docker-hosts"]
    assert job["artifacts"]["reports"]["junit"] in job["script"][-1]


def test_the_hook_of_pre_commit_lints_whole_configurations(command, tmp_path, monkeypatch):
    (hook,) = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["pass_filenames"], hook["language"]) == (False, "python")
    for path in ("hosts/a/etc/docker/daemon.json", "dockerd-lab.yaml", "x.service.d/docker.conf"):
        assert re.search(hook["files"], path)
    assert not re.search(hook["files"], "README.md")
    program, *arguments = hook["entry"].split()
    assert program == "dockerd-lab"
    write(tmp_path / "a/etc/docker/daemon.json", '{"hosts": []}')
    write(tmp_path / "dockerd-lab.yaml", "configurations: [a]\n")
    monkeypatch.chdir(tmp_path)
    assert command(*arguments).returncode == 1
