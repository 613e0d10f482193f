"""Files of the input that nobody reads, under their name and at their place."""

import pytest
from observations import observation

SYSTEM = "etc/systemd/system"
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H fd://\n"
NOT_THIS = "dockerd reads /etc/docker/daemon.json, and not this"
MOVE = "Move it to /etc/systemd/system/docker.service.d."
OPTIONS = "Put the options into a drop-in's ExecStart=, or into daemon.json."


@pytest.mark.parametrize(
    ("file", "message", "fix"),
    [
        (
            f"{SYSTEM}/docker.service.d/x.config",
            "systemd reads only drop-ins whose name ends in .conf",
            "Rename it.",
        ),
        (
            f"{SYSTEM}/docker.socket.d/x",
            "systemd reads only drop-ins whose name ends in .conf",
            "Rename it.",
        ),
        ("etc/docker/daemon.json.bak", NOT_THIS, "Rename it."),
        ("usr/local/etc/docker/daemon.json", NOT_THIS, "Move it there."),
        ("etc/docker/Deamon.json", NOT_THIS, "Rename it."),
        (
            "lib/systemd/docker.service.d/x.conf",
            "systemd does not look for drop-ins in this directory",
            MOVE,
        ),
        (
            f"{SYSTEM}/docker.d/x.conf",
            "systemd looks for no drop-ins in docker.d: it is no unit's",
            MOVE,
        ),
        (
            f"{SYSTEM}/dockerd.service.d/x.conf",
            "systemd looks for no drop-ins in dockerd.service.d: it is no unit's",
            MOVE,
        ),
        (
            "etc/systemd/docker.service",
            "systemd does not look for units in /etc/systemd",
            "Move it to /etc/systemd/system.",
        ),
        (
            "etc/systemd/user/docker.service",
            "systemd does not look for units in /etc/systemd/user",
            "Move it to /etc/systemd/system.",
        ),
        ("etc/sysconfig/docker", "no unit reads this file; it is Red Hat's place", OPTIONS),
    ],
)
def test_why_a_file_is_not_read_and_what_to_do(judged, file, message, fix):
    (unread,) = judged({file: DROP_IN}, observation()).no_effect
    assert (unread.setting, unread.fix) == (file.rpartition("/")[2], fix)
    assert unread.message.startswith(message)
    assert unread.where.endswith(file)


def test_what_stands_before_a_section(judged):
    files = {f"{SYSTEM}/docker.service.d/x.conf": "Type=x\n"}
    (unread,) = judged(files, observation()).no_effect
    assert unread.message == "systemd ignores what stands before a section"
    assert unread.fix == "Put [Service], or [Socket] for docker.socket, on the first line."


NAMES_IT = "[Service]\nEnvironmentFile=-/etc/sysconfig/docker\n"
UNITS = ("service", "socket", "target", "mount", "timer", "path", "slice", "scope", "swap")


@pytest.mark.parametrize(
    "files",
    [
        *({f"{SYSTEM}/a.{kind}.d/x.conf": "[Unit]\nAfter=b\n"} for kind in UNITS),
        {f"{SYSTEM}/mount.d/x.conf": "[Unit]\nAfter=b\n"},
        {f"{SYSTEM}/docker.service.d/x.conf": "no assignment\n"},
        {"etc/other.d/x.conf": "a=b\n"},
        {"etc/docker/key.json": "{}"},
        {"etc/other/deamon.json": "{}"},
        {
            f"{SYSTEM}/docker.service.d/x.conf": NAMES_IT,
            "etc/sysconfig/docker": "A=b\n",
        },
    ],
    ids=lambda files: next(iter(files)),
)
def test_what_somebody_reads_or_what_looks_like_nothing_else(judged, files):
    assert judged(files, observation()).no_effect == []


def test_another_file_that_dockerd_is_told_to_read(judged):
    command = "/usr/sbin/dockerd --config-file=/srv/daemon.json"
    drop_in = DROP_IN.replace("-H fd://", "--config-file=/srv/daemon.json")
    files = {
        f"{SYSTEM}/docker.service.d/x.conf": drop_in,
        "srv/daemon.json": "{}",
        "opt/daemon.json": "{}",
    }
    (unread,) = judged(files, observation(command=command)).no_effect
    assert unread.message == "dockerd reads /srv/daemon.json, and not this"
    assert unread.where.endswith("opt/daemon.json")
