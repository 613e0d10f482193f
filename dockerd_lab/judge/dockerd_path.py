"""Notes paths of dockerd that the real packages do not have: the lab's boxes have a link there."""

import re
from collections.abc import Collection, Iterator

from dockerd_lab.config.paths import DEBIANS_DOCKERD, DOCKERS_DOCKERD
from dockerd_lab.judge.findings import Error
from dockerd_lab.observe.observation import Observation
from dockerd_lab.standins.prepared import Prepared

_PACKAGES = {DEBIANS_DOCKERD: "Debian's docker.io has", DOCKERS_DOCKERD: "Docker's packages have"}
_PATH = re.compile(r"(?<![\w.])/usr/s?bin/dockerd(?![\w-])")
_COMMENT = re.compile(r"^\s*[#;].*", re.MULTILINE)
#: The known error of a host that has no dockerd at the path.
_NOT_FOUND = "dockerd-not-found"


def dockerd_path_notes(
    prepared: Prepared, observation: Observation, errors: Collection[Error], unit: str, own: str
) -> Iterator[str]:
    """Yield a note for each path of dockerd that the configuration names, and the packages lack.

    `own` is the path that the packages have, whose docker.service is `unit`. `errors` are the
    verdict's: a dockerd that was not found is no stand-in.
    """
    if not prepared.has_stand_ins or any(error.id == _NOT_FOUND for error in errors):
        return
    inputs = prepared.inputs
    texts = [*inputs.texts.values(), *prepared.scripts.user_scripts, observation.daemon.command]
    texts += inputs.command.words if inputs.command is not None else []
    paths_in_input = {
        path for text in texts for path in _PATH.findall(_COMMENT.sub("", text or ""))
    }
    for path in sorted(paths_in_input - {own, *inputs.origins}):
        yield (
            f"{path}: a link to the engine's own dockerd; {_PACKAGES[path]} it there. On a host"
            f" with {unit}, which has {own}, nothing is there: systemd ends with 203/EXEC"
        )
