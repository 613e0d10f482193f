"""The configuration that is in effect: what the running dockerd was started with."""

import json
import re

#: Where dockerd listens when neither flags nor daemon.json say so.
DEFAULT_HOST = "unix:///var/run/docker.sock"
#: What dockerd reads unless it is told another file.
DAEMON_JSON = "/etc/docker/daemon.json"


def command(ps: str) -> str | None:
    """The command line of dockerd in the output of `ps -C dockerd -o pid=,args=`, if it runs."""
    lines = ps.strip().splitlines()
    return lines[0].split(None, 1)[1].strip() if lines else None


def config_file(*command_lines: str | None) -> str:
    """The file that dockerd is told to read; by the last of several lines, or else its own."""
    told = [f for line in command_lines if line for f in flag_values(line, "--config-file")]
    return told[-1] if told else DAEMON_JSON


def hosts(command_line: str | None, daemon_json: str) -> list[str]:
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


def _in_file(daemon_json: str) -> list[str]:
    try:
        said = json.loads(daemon_json or "{}")
    except ValueError:
        return []
    found = said.get("hosts", []) if isinstance(said, dict) else []
    return [str(host) for host in found] if isinstance(found, list) else []
