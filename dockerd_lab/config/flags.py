"""Reads dockerd's command line, as ps or a unit has it."""

import json
import re
from urllib.parse import urlsplit

from dockerd_lab.config.paths import DAEMON_JSON

#: Where dockerd listens when neither flags nor daemon.json say so.
DEFAULT_HOST = "unix:///var/run/docker.sock"


def config_file(*command_lines: str | None) -> str:
    """The file that dockerd is told to read; by the last of several lines, or else its own."""
    named = [f for line in command_lines if line for f in flag_values(line, "--config-file")]
    return named[-1] if named else DAEMON_JSON


def effective_hosts(command_line: str | None, daemon_json: str) -> list[str]:
    """Where a running dockerd was told to listen: by its flags, else by daemon.json, else nowhere.

    Flags and file never both say so: dockerd does not start then.
    """
    if command_line is None:
        return []
    return flag_values(command_line, "-H", "--host") or _in_file(daemon_json) or [DEFAULT_HOST]


def flag_values(command_line: str, *names: str) -> list[str]:
    """The values a flag has on a command line, as pflag reads them: `-H x`, `-H=x`, `--host=x`.

    >>> flag_values("dockerd -DH tcp://:1 --host=fd://", "-H", "--host")
    ['tcp://:1', 'fd://']
    """
    values = []
    # Not as a shell would: ps shows arguments without quotes.
    words = iter(command_line.split()[1:])
    for written in words:
        word = re.sub(r"^-D+(?=[A-Za-z])", "-", written)  # -D has no value, and others may follow
        for name in names:
            if word == name:
                values.append(next(words, ""))
            elif word.startswith(f"{name}="):
                values.append(word.removeprefix(f"{name}="))
            elif not name.startswith("--") and word.startswith(name):
                values.append(word.removeprefix(name).removeprefix("="))
    return values


def tcp_place(host: str) -> tuple[str, int] | None:
    """Host and port of one of dockerd's TCP hosts; None where it is another kind, or none.

    Without a scheme it is `tcp://` for dockerd.

    >>> tcp_place("tcp://0.0.0.0:2375"), tcp_place("tcp://:2376"), tcp_place("unix:///run/a")
    (('0.0.0.0', 2375), ('', 2376), None)
    >>> tcp_place("0.0.0.0:4243")
    ('0.0.0.0', 4243)
    """
    if host and "://" not in host:
        host = f"tcp://{host}"
    if not host.startswith("tcp://") or set("$`") & set(host):  # what a shell makes of it
        return None
    try:
        parts = urlsplit(host)
        return parts.hostname or "", parts.port or 2375
    except ValueError:
        return None


def _in_file(daemon_json: str) -> list[str]:
    try:
        values = json.loads(daemon_json or "{}")
    except ValueError:
        return []
    hosts = values.get("hosts", []) if isinstance(values, dict) else []
    return [str(host) for host in hosts] if isinstance(hosts, list) else []
