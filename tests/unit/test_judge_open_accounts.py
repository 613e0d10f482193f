"""Accounts and groups with access to Docker that every local user can take on."""

import subprocess

import pytest
from observations import observation

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import open_accounts
from dockerd_lab.observe.open_accounts import OpenAccounts

HASH = "$6$salt$" + "a" * 86
#: A machine's files, on which nobody takes on anything.
FILES = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n"
    "ci:x:1000:1000::/home/ci:/bin/sh\nme:x:1001:1001::/home/me:/bin/sh\n",
    "shadow": f"root:*:1::::::\ndaemon:*:1::::::\nci:!:1::::::\nme:{HASH}:1::::::\n",
    "group": "root:x:0:\ndocker:x:990:ci\nsudo:x:27:\nstaff:x:50:\nci:x:1000:\nme:x:1001:\n",
    "gshadow": "root:*::\ndocker:!::ci\nsudo:*::\nstaff:!::\nci:!::\nme:!::\n",
}


def found(tmp_path, *changes, remove=None):
    """What is observed with these (file, text, other text)."""
    files = dict(FILES)
    for name, old, new in changes:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    if remove is not None:
        remove.unlink()
    stat = tmp_path / "stat"
    stat.write_text("echo root\necho staff\n")
    command = open_accounts.COMMAND.command.replace("/etc/", f"{tmp_path}/")
    command = command.replace("stat --format", f"sh {stat} --format")
    output = subprocess.check_output(["sh", "-c", command], text=True)
    assert HASH not in output
    return open_accounts.parse(output)


@pytest.mark.parametrize(
    ("changes", "groups", "accounts"),
    [
        ([], (), ()),
        ([("gshadow", "docker:!:", f"docker:{HASH}:")], ("docker",), ()),
        ([("gshadow", "staff:!:", f"staff:{HASH}:")], ("staff",), ()),  # the socket's
        ([("gshadow", "me:!:", f"me:{HASH}:")], (), ()),
        ([("gshadow", "docker:!:", "docker:ab1234567890.:")], ("docker",), ()),  # DES's
        ([("gshadow", "docker:!:", f"docker:!{HASH}:")], (), ()),
        ([("gshadow", "docker:!:", "docker::")], (), ()),  # newgrp(1) denies others
        (
            [("gshadow", "docker:!::ci\n", ""), ("group", "docker:x", f"docker:{HASH}")],
            ("docker",),
            (),
        ),
        ([("shadow", "ci:!:", "ci::")], (), ("ci",)),
        ([("shadow", "root:*:", "root::")], (), ("root",)),
        ([("shadow", f"me:{HASH}:", "me::")], (), ()),
        (
            [("shadow", f"me:{HASH}:", "me::"), ("group", "sudo:x:27:", "sudo:x:27:ci,me")],
            (),
            ("me",),
        ),
        (
            [("shadow", f"me:{HASH}:", "me::"), ("passwd", "me:x:1001:1001", "me:x:1001:990")],
            (),
            ("me",),
        ),
        ([("passwd", "ci:x:", "ci::")], (), ("ci",)),
        (
            [("shadow", "ci:!:", "ci::"), ("passwd", "/home/ci:/bin/sh", "/:/usr/sbin/nologin")],
            (),
            (),
        ),
    ],
)
def test_what_the_machine_s_files_say(tmp_path, changes, groups, accounts):
    seen = found(tmp_path, *changes)
    assert (seen.groups, seen.accounts) == (groups, accounts)


def test_who_has_no_password(tmp_path):
    seen = found(tmp_path, ("shadow", f"me:{HASH}:", "me::"))
    assert (seen.without_password, seen.others) == (("me",), ("ci", "daemon", "root"))


def test_a_machine_without_gshadow(tmp_path):
    path = tmp_path / "gshadow"
    seen = found(tmp_path, ("group", "docker:x", f"docker:{HASH}"), remove=path)
    assert seen.groups == ("docker",)


def test_they_are_no_pass(judged):
    seen = observation(open_accounts=OpenAccounts(groups=("docker",), accounts=("ci",)))
    result = judged({"etc/docker/daemon.json": {}}, seen)
    assert result.verdict == "failed"
    assert [each.split(":")[0] for each in result.reasons] == [
        "group docker has a password",
        "every local user becomes ci without a password, and controls the daemon",
    ]
    assert {each.rule for each in result.findings} == {"local-root"}


@pytest.mark.parametrize("output", ["", "end\n", "other root\n"])
def test_a_command_that_ended_early_is_told(output):
    with pytest.raises(HarnessError, match="its accounts"):
        open_accounts.parse(output)
