"""Tells of the user's own programs that go on running as root, or that dockerd runs as root.

A trial shows at which ports they listen, and not what else they do for others.
"""

import re
from collections.abc import Collection, Iterator

from dockerd_lab.config import units
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.units import Assignment
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import Observation

_SETTLE = "Look at what it does for whom; --allow-incomplete permits it."
#: Where programs are that no package of Debian's brings.
_OWN = re.compile(r"/(?:usr/local|opt|srv|root|home|var|etc|mnt|data)/[\w./+-]+")
#: A shell or an interpreter that runs what stands in the line, on and on.
_LOOP = re.compile(r"\s-\w*[ce]\b.*\b(?:while|until|for|inotifywait)\b")
_ROOT = ("", "root", "0")
#: Programs by which dockerd starts containers, as their packages have them.
_RUNTIMES = re.compile(
    r"(?:/usr/s?bin/)?(?:runc|crun|kata-runtime|nvidia-container-runtime|runsc|sysbox-runc|youki)"
)
#: Keys of daemon.json that name a program which dockerd runs as root.
_PROGRAM_KEYS = ("init-path", "userland-proxy-path")


def find_own_programs(
    inputs: Input, declared: DeclaredConfig, observation: Observation, scripts: Collection[str]
) -> Iterator[NotJudged]:
    """Yield each service that runs such a program, and each program that daemon.json names.

    `scripts` are the texts of the user's scripts. A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    for name, state in observation.daemon.units.items():
        if state.started and state.sub_state == "running":
            for program, place in _programs(name, inputs, scripts):
                message = f"{program} goes on running: what it does for whom was not tried"
                where = inputs.user_path(place)
                yield NotJudged(name=name, message=message, settle=_SETTLE, where=where)
    values = declared.daemon_json.values
    runtimes = values.get("runtimes")
    named = runtimes if isinstance(runtimes, dict) else {}
    paths = [each.get("path") for each in named.values() if isinstance(each, dict)]
    paths += [path for key in _PROGRAM_KEYS if (path := values.get(key))]
    for path in filter(None, paths):
        if isinstance(path, str) and (inputs.has(path) or not _RUNTIMES.fullmatch(path)):
            message = "dockerd runs it as root: what it does with containers was not tried"
            yield NotJudged(name=path, message=message, settle=_SETTLE)


def _programs(unit: str, inputs: Input, scripts: Collection[str]) -> Iterator[tuple[str, Place]]:
    """Yield the programs of the user's own that a service runs as root."""
    lines = [
        (file, each)
        for file, text in inputs.texts.items()
        if unit in units.unit_names([file])
        for each in units.assignments(file, text)
    ]
    if not _is_of_root([each for _, each in lines], scripts):
        return
    for file, each in lines:
        if each.key == "ExecStart":
            own = _OWN.search(each.value)
            if own is not None:
                yield own[0], Place(file, each.line)
            elif _LOOP.search(each.value):
                yield each.value.split()[0], Place(file, each.line)


def _is_of_root(lines: Collection[Assignment], scripts: Collection[str]) -> bool:
    """Return whether a service runs as root, or as a user or group with access to docker."""
    by_key = {each.key: each.value for each in lines}
    user = by_key.get("User", "root")
    if by_key.get("DynamicUser", "") in ("yes", "true", "1", "on"):
        user = "dynamic"
    groups = f"{by_key.get('Group', '')} {by_key.get('SupplementaryGroups', '')}"
    if user in _ROOT or "docker" in groups.split():
        return True
    return any(re.search(rf"docker.*\b{re.escape(user)}\b", text) for text in scripts)
