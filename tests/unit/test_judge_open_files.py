"""Files on the machine that are open to every local user, and what that makes of them."""

import pytest
from observations import observation

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import open_files
from dockerd_lab.observe.open_files import OpenFiles

KEY = "/etc/docker/tls/client-key.pem"
UNIT = "etc/systemd/system/docker.service.d/hook.conf"


def reasons(judged, files, *, local_user="tls-required", **found):
    seen = observation(open_files=OpenFiles(**found), local_user=local_user)
    return judged(files, seen).reasons


def test_a_client_s_key_that_everybody_may_read(judged):
    assert reasons(judged, {"etc/docker/daemon.json": {}}, client_keys=(KEY,)) == [
        f"every local user may read {KEY}, the key of a client, and connect with it"
    ]


def test_it_opens_nothing_where_no_certificate_is_wanted(judged):
    files = {"etc/docker/daemon.json": {}}
    assert reasons(judged, files, client_keys=(KEY,), local_user="refused") == []


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("ExecStartPre=-/srv/hooks/before --now", "/srv/hooks/before"),
        ("ExecStartPost=/bin/sh -c '/srv/hooks/after; true'", "/srv/hooks/after"),
        ("ExecStartPre=/srv/hooks/before", "/srv/hooks"),
        ("EnvironmentFile=-/srv/docker.env", "/srv/docker.env"),
    ],
)
def test_a_file_that_everybody_may_write_and_a_unit_uses(judged, line, path):
    (reason,) = reasons(judged, {UNIT: f"[Service]\n{line}\n"}, writable=(path,))
    assert reason.startswith(f"every local user may write {path}, which root uses (at ")
    assert reason.endswith("hook.conf:2)")


def test_a_file_that_no_unit_uses_is_nobody_s_business(judged):
    files = {UNIT: "[Service]\nExecStartPre=/srv/hooks/before\n"}
    assert reasons(judged, files, writable=("/srv/hooks/before.bak", "/srv/data")) == []


@pytest.mark.parametrize(
    "line",
    [
        "EnvironmentFile=-/var/tmp/docker.env",
        "EnvironmentFile=/dev/shm/docker.env",
        "ExecStartPre=-/tmp/before --now",
        "ExecStartPost=+/bin/sh /tmp/after.sh",
        "ExecStartPre=/usr/bin/python3 /var/tmp/before.py",
    ],
)
def test_a_file_that_anybody_may_make_where_a_unit_looks_for_it(judged, line):
    (reason,) = reasons(judged, {UNIT: f"[Service]\n{line}\n"})
    assert reason.startswith("every local user may make /")
    assert reason.endswith("hook.conf:2)")


@pytest.mark.parametrize(
    "lines",
    [
        "EnvironmentFile=-/etc/docker/docker.env",
        "EnvironmentFile=/tmp/docker.env\nPrivateTmp=yes",
        "ExecStartPre=/bin/mkdir -p /tmp/docker",
        "ExecStartPre=/bin/rm -f /var/run/docker.pid",
    ],
)
def test_what_nobody_else_makes_or_root_does_not_run(judged, lines):
    assert reasons(judged, {UNIT: f"[Service]\n{lines}\n"}) == []


@pytest.mark.parametrize("output", ["", "writable /srv/a\n"])
def test_a_command_that_ended_early_is_told(output):
    with pytest.raises(HarnessError, match="files that everybody may use"):
        open_files.parse(output)
