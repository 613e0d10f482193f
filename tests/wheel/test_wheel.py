"""An installed dockerd-lab, made from the sdist's wheel, has and does what this checkout does."""

import json
import os
import shutil
import stat
import sys

import pytest
from copies import CHECKOUT
from installed import run

DATA = ("Vagrantfile", "lab.yaml", "bootstrap", "provision")
#: What answers without the extra `lab`.
BASE_COMMANDS = (
    ["explain", "--list"],
    ["list"],
    ["schema"],
    ["--version"],
    ["explain", "log.txt"],
    ["init", "--dry-run"],
    ["lint", "daemon.json"],
    ["report", "merge", "result.json"],
    ["report", "merge", "result.json", "--html", "page.html"],
)
#: A file with which `lint` reads certificates.
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
#: No module that only Unix has, and none of the lab's, as on another system.
ELSEWHERE = """
import sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
"""
MAIN = "from dockerd_lab.cli.app import main; main()"
#: Prints what was imported, after the command.
IMPORTED = f"""
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
{MAIN}
"""


def of_checkout(*args, cwd):
    return run(sys.executable, "-c", MAIN, *args, cwd=cwd, PYTHONPATH=str(CHECKOUT))


def files_in(top):
    """The content of each file, and whether it may be executed."""
    paths = [path for name in DATA for path in (top / name, *(top / name).rglob("*"))]
    kept = [path for path in paths if "__pycache__" not in path.parts and not path.is_dir()]
    assert [path for path in kept if path.is_symlink()] == []
    return {
        str(path.relative_to(top)): (bool(path.stat().st_mode & 0o100), path.read_bytes())
        for path in kept
    }


def test_it_has_the_checkout_s_data_with_the_same_modes(base):
    expected = files_in(CHECKOUT)
    assert files_in(base.package / "data") == expected
    assert any(executable for executable, _ in expected.values())


@pytest.mark.parametrize("args", BASE_COMMANDS, ids=" ".join)
def test_without_the_lab_it_answers_as_a_checkout_does(base, args):
    result = base(*args)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == of_checkout(*args, cwd=base.directory).stdout


def test_these_take_no_linux_and_no_program(base):
    for args in BASE_COMMANDS:
        result = base.python("-c", ELSEWHERE + MAIN, *args, PATH="")
        assert (result.returncode, result.stderr) == (0, ""), args


def test_it_requires_no_more_than_these_import(base):
    imported = set()
    with_keys = base.directory / "with-keys/etc/docker"
    with_keys.mkdir(parents=True)
    (with_keys / "ca.pem").write_text(CERTIFICATE)
    (with_keys / "daemon.json").write_text('{"tlsverify": true, "tlscacert": "ca.pem"}')
    for args in (*BASE_COMMANDS, ["lint", "with-keys"]):
        shutil.rmtree(base.directory / ".cache", ignore_errors=True)
        names = base.python("-c", IMPORTED, *args).stderr.splitlines()[-1]
        imported |= {name.partition(".")[0] for name in json.loads(names)}
    code = "from importlib.metadata import requires; print(*requires('dockerd-lab'), sep='\\n')"
    required = [line for line in base.python("-c", code).stdout.splitlines() if ";" not in line]
    modules = {line.partition(">")[0].replace("pyyaml", "yaml") for line in required}
    assert modules <= imported


@pytest.mark.parametrize("command", ["validate", "up", "reproduce"])
def test_what_is_missing_for_the_lab_is_said(base, command):
    result = base(command)
    assert result.returncode == 3
    first, second = result.stderr.splitlines()
    assert first.startswith(f"dockerd-lab: harness broke: `dockerd-lab {command}` needs the Python")
    assert second.startswith("pip install 'dockerd-lab[lab]'")


def test_a_wheel_without_its_data_says_so(base):
    data, away = base.package / "data", base.package / "away"
    data.rename(away)
    try:
        result = base("list")
    finally:
        away.rename(data)
    assert result.returncode == 3
    assert f"this installation of dockerd-lab is incomplete: {data} is missing" in result.stderr
    assert "Traceback" not in result.stderr


def test_it_never_looks_for_a_checkout(base, tmp_path):
    code = (
        "from dockerd_lab.project import find_project as f; print(f().data, f().state, sep='\\n')"
    )
    result = base.python("-P", "-c", code, cwd=CHECKOUT, XDG_STATE_HOME=str(tmp_path))
    state = tmp_path / "dockerd-lab/projects/none"
    assert result.stdout.splitlines() == [str(base.package / "data"), str(state)]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["reproduce", "--list"], 0),
        (["box", "list"], 0),
        (["validate", "nowhere"], 2),
        (["validate", "log.txt"], 2),
        (["validate", "--unit", "other", "log.txt"], 2),
        (["reproduce", "nothing"], 2),
        (["shell", "nobody"], 2),
    ],
)
def test_with_the_lab_it_answers_as_a_checkout_does(complete, args, code):
    result, expected = complete(*args), of_checkout(*args, cwd=complete.directory)
    assert result.returncode == code, result.stderr
    assert (result.stdout, result.stderr) == (expected.stdout, expected.stderr)


def test_bootstrap_prints_the_packages_of_the_checkout_s(complete, tmp_path):
    """On a computer that has none of them."""
    query = tmp_path / "dpkg-query"
    query.write_text("#!/bin/sh\nexit 1\n")
    query.chmod(query.stat().st_mode | stat.S_IXUSR)
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = complete("bootstrap", "--print", PATH=path)
    checkout = run(CHECKOUT / "bootstrap", "--print", "--system", cwd=tmp_path, PATH=path)
    assert result.returncode == 0, result.stderr
    assert "apt-get install --no-install-recommends vagrant vagrant-libvirt" in result.stdout
    assert result.stdout == checkout.stdout


def test_pytest_has_the_plugin(complete):
    result = complete.python("-m", "pytest", "--help")
    assert "the lab of virtual machines" in result.stdout
