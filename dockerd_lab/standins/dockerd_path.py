"""Writes the shell lines that leave dockerd only where the engine's packages have it."""

from dockerd_lab.config.paths import DEBIANS_DOCKERD, DOCKERS_DOCKERD
from dockerd_lab.inputs.input import Input

#: In the directory of the case; unit/docker.service is there if it takes the packaged one's place.
_MOVE = r"""real=$(readlink -f "$(command -v dockerd)")
own=$real
if [ -f unit/docker.service ]; then
    own=$(sed -n 's,^ExecStart=\(/[^ ]*\).*,\1,p' unit/docker.service | tail -n 1)
fi
[ "$own" = "$real" ] || mv -f "$real" "$own"
"""


def dockerd_path_lines(inputs: Input) -> list[str]:
    """Return the lines; a file of the input stays where it is."""
    lines = _MOVE.splitlines()
    for path in (DEBIANS_DOCKERD, DOCKERS_DOCKERD):
        if not inputs.has(path):
            lines.append(f'[ "$own" = {path} ] || rm -f {path}')
    return lines
