"""Reads from `daemon` the configuration of proxies, from whomever it is."""

import re
import shlex

from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.proxies import directories
from dockerd_lab.machines.remote_command import CommandResult

_HEADING = "dockerd-lab reads "
#: Prints each of their files below a heading; what only lies ready for use is left out, and files
#: with private keys. Of nginx's, which prints its configuration itself, these are the scripts.
DUMP = f"""\
for place in {shlex.join(directories())}; do
    [ -e "$place" ] || continue
    [ "$place" = {NGINX} ] && pattern='*.[jl][su]*' || pattern='*'
    find -L "$place" -type f -size -100 -name "$pattern" ! -path '*-available/*' 2>/dev/null |
        while IFS= read -r file; do
            grep -q -e '-----BEGIN .*PRIVATE KEY' "$file" && continue
            echo; echo "{_HEADING}$file"; cat "$file"
        done
done"""


def texts(dump: CommandResult) -> dict[str, str]:
    """Return the texts by path, from the result of DUMP."""
    _, *parts = re.split(rf"^{_HEADING}(.+)\n", dump.stdout, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))
