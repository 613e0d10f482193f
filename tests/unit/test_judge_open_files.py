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


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"ssh_keys": ("/etc/ssh/ca",)}, "/etc/ssh/ca, a private key for ssh"),
        ({"swarm_tokens": ("/srv/token",)}, "/srv/token, with a token to join"),
    ],
)
def test_other_secrets_that_everybody_may_read(judged, found, words):
    (reason,) = reasons(judged, {"etc/docker/daemon.json": {}}, local_user="refused", **found)
    assert words in reason


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
        ("WorkingDirectory=/srv/report\nExecStart=/bin/sh -c 'chmod 644 x'", "/srv/report"),
    ],
)
def test_a_file_that_everybody_may_write_and_a_unit_uses(judged, line, path):
    (reason,) = reasons(judged, {UNIT: f"[Service]\n{line}\n"}, writable=(path,))
    assert reason.startswith(f"every local user may write {path}, which root uses (at ")
    assert reason.endswith("hook.conf:2)")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("usr/local/sbin/report", "#!/bin/sh\n# /srv/report\nchmod 644 /srv/report/state\n"),
        ("etc/cron.d/report", "SHELL=/bin/sh\n\n* * * * * root chmod 644 /srv/report/state\n"),
    ],
)
def test_a_directory_of_everybody_s_in_which_a_script_works(judged, file, text):
    (reason,) = reasons(judged, {file: text}, writable=("/srv/report",))
    assert reason.endswith(f"{file}:3)")


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
        "Environment=PATH=/tmp/bin:/usr/bin",
        "Environment=LD_PRELOAD=/var/tmp/x.so",
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
        "Environment=PATH=/tmp/bin:/usr/bin\nPrivateTmp=yes",
        "ExecStartPre=/bin/mkdir -p /tmp/docker",
        "ExecStartPre=/bin/rm -f /var/run/docker.pid",
    ],
)
def test_what_nobody_else_makes_or_root_does_not_run(judged, lines):
    assert reasons(judged, {UNIT: f"[Service]\n{lines}\n"}) == []


PATH_VARIABLE = "Environment=PATH=/opt/tools/bin:/usr/sbin:/usr/bin"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({UNIT: f"[Service]\n{PATH_VARIABLE}\n"}, {"sticky": ("/opt/tools/bin",)}),
        ({UNIT: f"[Service]\n{PATH_VARIABLE}\n"}, {"writable": ("/opt/tools/bin",)}),
        ({UNIT: f"[Service]\n{PATH_VARIABLE}\n"}, {"writable": ("/opt/tools",)}),
        (
            {"etc/systemd/system/containerd.service.d/x.conf": f"[Service]\n{PATH_VARIABLE}\n"},
            {"sticky": ("/opt/tools/bin",)},
        ),
        (
            {"etc/systemd/system/service.d/x.conf": "[Service]\nEnvironment='LD_PRELOAD=/opt/x'\n"},
            {"sticky": ("/opt",)},
        ),
        (
            {"etc/systemd/system/x.service": "[Service]\nExecStart=env PYTHONPATH=/a/b python3\n"},
            {"writable": ("/a",)},
        ),
        ({"etc/default/docker": "\nLD_LIBRARY_PATH=/opt/lib\n"}, {"sticky": ("/opt/lib",)}),
        (
            {"etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=PATH=/a\n"},
            {"sticky": ("/a",)},
        ),
        ({"etc/ld.so.preload": "\n/opt/x.so\n"}, {"writable": ("/opt/x.so",)}),
        ({"etc/ld.so.conf.d/x.conf": "\n/opt/lib\n"}, {"sticky": ("/opt/lib",)}),
        ({"etc/rc.local": "#!/bin/sh\nexport PATH=/opt/a:$PATH\n"}, {"sticky": ("/opt/a",)}),
    ],
)
def test_where_root_s_programs_look(judged, files, found):
    (reason,) = reasons(judged, files, **found)
    assert reason.startswith("every local user may write /")
    assert reason.endswith(f"{next(iter(files))}:2)")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({UNIT: f"[Service]\n{PATH_VARIABLE}\n"}, {"sticky": ("/opt",)}),
        ({UNIT: f"[Service]\n{PATH_VARIABLE}\n"}, {"writable": ("/opt/tools/bin2",)}),
        ({UNIT: "[Service]\nEnvironment=MY_PATH=/opt/a\n"}, {"writable": ("/opt/a",)}),
        ({UNIT: "[Service]\nEnvironment=LD_PRELOAD=/opt/a/x.so\n"}, {"sticky": ("/opt",)}),
        ({"etc/rc.local": "#!/bin/sh\n# PATH=/opt/a\n"}, {"writable": ("/opt/a",)}),
        ({"etc/docker/daemon.json": '{"data-root": "/data"}'}, {"writable": ("/srv",)}),
    ],
)
def test_where_they_do_not_look(judged, files, found):
    assert reasons(judged, files, **found) == []


@pytest.mark.parametrize(
    ("file", "text", "path"),
    [
        ("etc/docker/daemon.json", '{"runtimes":\n{"a": {"path": "/opt/a/runc"}}}', "/opt/a"),
        ("etc/containerd/config.toml", '[a]\nBinaryName = "/opt/a/runc"\n', "/opt/a/runc"),
    ],
)
def test_a_program_of_dockerd_s_own_files(judged, file, text, path):
    (reason,) = reasons(judged, {file: text}, writable=(path,))
    assert reason.endswith(f"{file}:2)")


@pytest.mark.parametrize(
    "found",
    [
        {"sticky": ("/usr/local/bin",)},
        {"writable": ("/usr/bin/iptables",)},
        {"writable": ("/etc/passwd",)},
        {"writable": ("/etc/cron.d",)},
    ],
)
def test_what_root_s_programs_use_anyway(judged, found):
    (reason,) = reasons(judged, {"etc/docker/daemon.json": {}}, **found)
    assert reason.startswith("every local user may ")


@pytest.mark.parametrize("output", ["", "writable /srv/a\n"])
def test_a_command_that_ended_early_is_told(output):
    with pytest.raises(HarnessError, match="files that everybody may use"):
        open_files.parse(output)
