"""Configuration files that a script or a fix changed on `daemon`, added there or removed."""

import base64
import shlex
from collections.abc import Iterable, Mapping

from dockerd_lab.errors import HarnessError
from dockerd_lab.machine_paths import BEGUN
from dockerd_lab.machines.remote_command import CommandResult, RemoteCommand

#: Where docker's configuration may lie, and that of what stands before it.
_PLACES = (
    "/etc/docker /etc/default/docker /etc/sysconfig /etc/systemd/system /run/systemd/system"
    " /usr/lib/systemd/system /lib/systemd/system /etc/nginx /etc/nftables.conf /etc/iptables"
    " /etc/containerd"
)
_NAMES = (
    r"-name '*.json' -o -name '*.conf' -o -name '*.service' -o -name '*.socket'"
    " -o -path /etc/default/docker -o -path '/etc/sysconfig/*' -o -path '/etc/iptables/*'"
    " -o -path '/etc/nginx/*' -o -path '/etc/containerd/*'"
)
#: A line for each file: its path and its content, without those that hold a private key.
_PRINT = """| sort -u | while IFS= read -r file; do
    [ -f "$file" ] && ! grep -q -e '-----BEGIN .*PRIVATE KEY' "$file" || continue
    printf '%s %s\\n' "$(base64 --wrap 0 <"$file")" "$file"
done"""


def command(installed: Iterable[str]) -> RemoteCommand:
    """The command that prints the configuration files that are new, and those `installed`."""
    find = f"find {_PLACES} -type f -cnewer {BEGUN} -size -400 '(' {_NAMES} ')' 2>/dev/null"
    paths = shlex.join(installed)
    return RemoteCommand(f"{{ printf '%s\\n' {paths}; {find}; }} {_PRINT}")


def changes(answer: CommandResult, installed: Mapping[str, str]) -> dict[str, str | None]:
    """The text of every configuration file that is not as it was installed; None where it is gone.

    Raises HarnessError where the answer is none.
    """
    if answer.exit_code != 0:
        raise HarnessError(f"reading the configuration files on daemon: {answer.output}")
    texts: dict[str, str | None] = dict.fromkeys(installed)
    for line in answer.stdout.splitlines():
        content, _, path = line.partition(" ")
        try:
            texts[path] = base64.b64decode(content, validate=True).decode()
        except UnicodeDecodeError:
            continue  # no configuration that anybody here reads
        except ValueError:
            raise HarnessError(f"reading files on daemon: {line!r:.200}") from None
    return {path: text for path, text in texts.items() if text != installed.get(path, "")}
