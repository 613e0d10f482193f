"""The namespaces of a lab on this computer, and the groups of its user."""

import subprocess
import sys

import pytest

from dockerd_lab.host import checks, namespaces


def test_this_computer_s_namespaces():
    root, user = namespaces.unshare("--net"), ["unshare", *namespaces.USER]
    assert root[0] == "unshare"
    assert root[-2:] == ["--net", "--"]
    assert (root[1:4] == user[1:]) == (not namespaces.is_root())


@pytest.fixture
def user(monkeypatch):
    """An ordinary user of a computer where everything is as it must be."""
    facts = {"/etc/subuid": "me:100000:65536", "/etc/subgid": "me:100000:65536"}
    monkeypatch.setattr(checks, "is_root", lambda: False)
    monkeypatch.setattr(checks.getpass, "getuser", lambda: "me")
    monkeypatch.setattr(checks, "_util_linux", lambda: (2, 38))
    monkeypatch.setattr(checks.shutil, "which", lambda name, **_: name)
    monkeypatch.setattr(checks, "_read", lambda file: facts.get(str(file), ""))
    monkeypatch.setattr(checks, "_try_user_namespace", lambda: facts.get("refused"))
    return facts


def test_groups_are_kept_where_they_would_be_dropped():
    """As in the lab: root of a user namespace, where setgroups would work."""
    program = (
        "import os; from dockerd_lab.host import groups; before = os.getgroups(); groups.keep();"
        "os.setgroups([1, 2, 3]); assert os.getgroups() == before, os.getgroups()"
    )
    enter = [] if namespaces.is_root() else ["unshare", *namespaces.USER, "--"]
    done = subprocess.run(
        [*enter, sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
