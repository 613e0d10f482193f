"""The namespaces of a lab on this computer, and the groups of its user."""

import subprocess
import sys

from dockerd_lab.host import namespaces


def test_this_computer_s_namespaces():
    root, user = namespaces.unshare("--net"), ["unshare", *namespaces.USER]
    assert root[0] == "unshare"
    assert root[-2:] == ["--net", "--"]
    assert (root[1:4] == user[1:]) == (not namespaces.is_root())


def test_groups_are_kept_where_they_would_be_dropped():
    """As in the lab: root of a user namespace, where setgroups would work."""
    program = (
        "import os; from dockerd_lab.host import groups; before = os.getgroups(); groups.keep();"
        "os.setgroups([1, 2, 3]); assert os.getgroups() == before, os.getgroups()"
    )
    enter = [] if namespaces.is_root() else ["unshare", *namespaces.USER, "--"]
    result = subprocess.run(
        [*enter, sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
