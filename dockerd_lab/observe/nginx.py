"""Asks `daemon` for the configuration that nginx has read."""

from dockerd_lab.config.paths import NGINX
from dockerd_lab.machines.remote_command import CommandResult

#: Nothing where no nginx runs. Its own files, not what somebody wrote somewhere.
DUMP = "[ ! -s /run/nginx.pid ] || timeout 20 nginx -T 2>/dev/null"


def texts(dump: CommandResult) -> dict[str, str]:
    """What nginx has read, for the reader of nginx's files."""
    return {f"{NGINX}/nginx.conf": dump.stdout}
