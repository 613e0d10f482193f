"""Tells of files by which a program does as root what others want, and which no trial tries."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged

#: A line that is no comment of a shell's or of JavaScript's.
_ANY = re.compile(r"^\s*(?![#;]|//|/\*|\*)\S.*", re.MULTILINE)
_ALLOWS = re.compile(r".*<allow\b.*")
_STARTS = re.compile(r"^\s*(?:Exec|SystemdService)\s*=.*", re.MULTILINE)
_PERMITS = re.compile(r"^\s*permit\b.*", re.MULTILINE)
#: Mounts that every user may make: fstab(5), mount(8).
_OF_USERS = re.compile(
    r"^\s*[^\s#]\S*\s+\S+\s+\S+\s+(?:\S*,)?(?:users?|owner|group)\b.*", re.MULTILINE
)
_BUS, _POLKIT, _NFS, _SMB = "the system's D-Bus", "polkit", "the NFS server", "Samba"
#: The program that reads a file, and lines by which it does what others want, by patterns of files.
_GRANTS = {
    "/etc/fstab": ("mount", _OF_USERS),
    "/etc/dbus-1/*": (_BUS, _ALLOWS),
    "/usr/share/dbus-1/system.d/*": (_BUS, _ALLOWS),
    "/usr/share/dbus-1/system-services/*": (_BUS, _STARTS),
    "/etc/polkit-1/*": (_POLKIT, _ANY),
    "/usr/share/polkit-1/*": (_POLKIT, _ANY),
    "/var/lib/polkit-1/*": (_POLKIT, _ANY),
    "/etc/doas.conf": ("doas", _PERMITS),
    "/etc/exports": (_NFS, _ANY),
    "/etc/exports.d/*": (_NFS, _ANY),
    "/etc/samba/*": (_SMB, _ANY),
    "/etc/rsyncd.conf": ("rsync's server", _ANY),
    "/etc/*ftpd*": ("an FTP server", _ANY),
    "/etc/default/tftpd-hpa": ("a TFTP server", _ANY),
    "/etc/inetd.conf": ("inetd", _ANY),
}
_SETTLE = "Look at what it does for whom, or do without it; --allow-incomplete permits it."


def find_granting_files(inputs: Input) -> Iterator[NotJudged]:
    """Yield an entry for each such file, with its first such line."""
    if inputs.complete:
        return
    for path, text in inputs.texts.items():
        for pattern, (program, line) in _GRANTS.items():
            if fnmatch(path, pattern) and (match := line.search(text)) is not None:
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                place = Place(path, text.count("\n", 0, start) + 1)
                message = f"what {program} does by this line, for whom, was not tried"
                where = inputs.user_path(place)
                yield NotJudged(name=path, message=message, settle=_SETTLE, where=where)
                break
