"""Reads from `daemon` the configuration of proxies, from whomever it is."""

import re
import shlex

from dockerd_lab.config.proxies import directories
from dockerd_lab.machines.remote_command import CommandResult

_HEADING = "dockerd-lab reads "
#: Prints each of their files below a heading; what only lies ready for use is left out. The tests
#: are the shell's own: on a machine without a proxy no program is started.
DUMP = f"""\
for place in {shlex.join(each for each in directories() if each != "/etc/nginx")}; do
    [ -e "$place" ] || continue
    find -L "$place" -type f -size -100 ! -path '*-available/*' | while IFS= read -r file; do
        grep -q -e '-----BEGIN .*PRIVATE KEY' "$file" && continue
        echo; echo "{_HEADING}$file"; cat "$file"
    done
done"""


def texts(dump: CommandResult) -> dict[str, str]:
    """Return the texts by path, from the result of DUMP."""
    _, *parts = re.split(rf"^{_HEADING}(.+)\n", dump.stdout, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))
