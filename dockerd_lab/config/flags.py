"""Reads dockerd's flags from a command line, as ps or a unit has it."""

import re
from urllib.parse import urlsplit

from dockerd_lab.config.daemon_json import read_daemon_json, strings
from dockerd_lab.config.paths import DAEMON_JSON

#: Where dockerd listens when neither flags nor daemon.json say so.
DEFAULT_HOST = "unix:///var/run/docker.sock"


def config_file(*command_lines: str | None) -> str:
    """Return the last --config-file in the command lines, or else dockerd's default file."""
    files = [file for line in command_lines if line for file in flag_values(line, "--config-file")]
    return files[-1] if files else DAEMON_JSON


def effective_hosts(command_line: str | None, daemon_json: str) -> list[str]:
    """Return the hosts of a running dockerd: from its flags, or daemon.json, or the default host.

    `daemon_json` is the file's text. Flags and file cannot both have hosts: dockerd would not
    start. Return no hosts if `command_line` is None.
    """
    if command_line is None:
        return []
    file_hosts = strings(read_daemon_json(DAEMON_JSON, daemon_json).values.get("hosts"))
    return flag_values(command_line, "-H", "--host") or file_hosts or [DEFAULT_HOST]


def flag_values(command_line: str, *names: str) -> list[str]:
    """Return a flag's values on a command line, as pflag reads them: `-H x`, `-H=x`, `--host=x`.

    >>> flag_values("dockerd -DH tcp://:1 --host=fd://", "-H", "--host")
    ['tcp://:1', 'fd://']
    """
    values = []
    # Not split as by a shell: ps shows arguments without quotes.
    words = iter(command_line.split()[1:])
    for argument in words:
        word = re.sub(r"^-D+(?=[A-Za-z])", "-", argument)  # -D has no value, and others may follow
        for name in names:
            if word == name:
                values.append(next(words, ""))
            elif word.startswith(f"{name}="):
                values.append(word.removeprefix(f"{name}="))
            elif not name.startswith("--") and word.startswith(name):
                values.append(word.removeprefix(name).removeprefix("="))
    return values


def tcp_address(host: str) -> tuple[str, int] | None:
    """Return host and port of one of dockerd's TCP hosts; None if it is not valid, or not TCP.

    dockerd takes a host without a scheme for `tcp://`.

    >>> tcp_address("tcp://0.0.0.0:2375"), tcp_address("tcp://:2376"), tcp_address("unix:///run/a")
    (('0.0.0.0', 2375), ('', 2376), None)
    >>> tcp_address("0.0.0.0:4243")
    ('0.0.0.0', 4243)
    """
    if host and "://" not in host:
        host = f"tcp://{host}"
    if not host.startswith("tcp://") or set("$`") & set(host):  # a shell would replace that
        return None
    try:
        parts = urlsplit(host)
        return parts.hostname or "", parts.port or 2375
    except ValueError:
        return None
