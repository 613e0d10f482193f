"""Reads from `daemon` the configuration that nginx has loaded."""

from dockerd_lab.config.paths import NGINX
from dockerd_lab.machines.remote_command import CommandResult

#: Prints the configuration that nginx itself loads, includes resolved; nothing if no nginx runs.
DUMP = "[ ! -s /run/nginx.pid ] || timeout 20 nginx -T 2>/dev/null"


def texts(dump: CommandResult) -> dict[str, str]:
    """Return nginx's configuration as texts by path, as config/nginx.py reads them."""
    return {f"{NGINX}/nginx.conf": dump.stdout}
