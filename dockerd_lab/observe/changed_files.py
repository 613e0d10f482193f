"""Finds the configuration files that a script or a fix changed, added or removed on `daemon`."""

import base64
import shlex
from collections.abc import Iterable, Mapping

from dockerd_lab.config.config_files import CONFIG_DIRECTORIES, CONFIG_FILES
from dockerd_lab.config.proxies import file_patterns
from dockerd_lab.config.readers import boot_patterns
from dockerd_lab.config.upload_doors import PLACES
from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import APPLY_STAMP
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand

#: Where it is said who may log in or have root do something, and what is loaded into programs.
_OF_RIGHTS = (
    *(
        "/etc/pam.d",
        "/etc/security",
        "/etc/ssh",
        "/etc/sudoers",
        "/etc/sudoers.d",
        "/etc/doas.conf",
    ),
    *("/etc/dbus-1", "/usr/share/dbus-1", "/etc/polkit-1", "/usr/share/polkit-1", "/etc/fstab"),
    *("/etc/exports", "/etc/exports.d", "/etc/samba", "/etc/rsyncd.conf", "/etc/inetd.conf"),
    *("/etc/ld.so.preload", "/etc/ld.so.conf.d", "/etc/doas.conf"),
)
#: Files of any name that a program may read: scripts, lists of passwords, rules.
_OTHER_FILES = (
    "/etc/containerd/*",
    "/etc/iptables/*",
    "/etc/sysconfig/*",
    *file_patterns(),
    *boot_patterns(),
    *(f"{place}*" for place in (*PLACES, *_OF_RIGHTS)),
)
#: Where else a boot looks for files.
BOOT_PLACES = """\
    /etc/rc.local /etc/init.d /etc/systemd /etc/crontab /etc/modules /etc/modules-load.d
    /etc/modprobe.d /etc/sysctl.conf /etc/sysctl.d /etc/tmpfiles.d /etc/udev/rules.d /etc/binfmt.d
    /etc/sysusers.d /etc/apparmor.d /usr/local/lib/systemd /usr/lib/systemd /usr/lib/tmpfiles.d
    /usr/lib/sysctl.d /usr/lib/udev/rules.d /usr/lib/modules-load.d"""
#: Prints a line for each file: its content in base64, and its path. Skips files with a private key.
_PRINT = """| sort -u | while IFS= read -r file; do
    [ -f "$file" ] && ! grep -q -e '-----BEGIN .*PRIVATE KEY' "$file" || continue
    printf '%s %s\\n' "$(base64 --wrap 0 <"$file")" "$file"
done"""


def list_command(installed: Iterable[str]) -> RemoteCommand:
    """Return the command that prints the new and changed configuration files and those installed.

    `installed` are the paths of the files that were installed.
    """
    patterns = (*(file.pattern for file in CONFIG_FILES), *_OTHER_FILES)
    names = " -o ".join(f"-path {shlex.quote(pattern)}" for pattern in patterns)
    directories = " ".join([*CONFIG_DIRECTORIES, *BOOT_PLACES.split(), *PLACES, *_OF_RIGHTS])
    find = (
        f"find {directories} -type f -cnewer {APPLY_STAMP} -size -400 '(' {names} ')' 2>/dev/null"
    )
    paths = shlex.join(installed)
    return RemoteCommand(f"{{ printf '%s\\n' {paths}; {find}; }} {_PRINT}")


def parse_changes(result: CommandResult, installed: Mapping[str, str]) -> dict[str, str | None]:
    """Return the text of each configuration file that differs from the installed one, by path.

    The text is None for a file that is gone. `result` is that of `list_command`, `installed` are
    the installed texts by path. Raises HarnessError if the command failed or its output is broken.
    """
    if result.exit_code != 0:
        raise HarnessError(f"reading the configuration files on daemon: {result.output}")
    texts: dict[str, str | None] = dict.fromkeys(installed)
    for line in result.stdout.splitlines():
        content, _, path = line.partition(" ")
        try:
            texts[path] = base64.b64decode(content, validate=True).decode()
        except UnicodeDecodeError:
            continue  # a binary file is no configuration that the lab reads
        except ValueError:
            raise HarnessError(f"reading files on daemon: {line!r:.200}") from None
    return {path: text for path, text in texts.items() if text != installed.get(path, "")}
