"""Finds files that make every local user root: clients' keys, and what units of root's run."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockerd_lab.config import units
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import PolicyFinding

if TYPE_CHECKING:  # `lint` looks for files of anybody, and must not wait for the machines' parsers
    from dockerd_lab.observe.observation import Observation

#: What of a unit's file names files that are run, or read, as root.
_USES = re.compile(r"Exec|EnvironmentFile$")
#: systemd's words for a setting that is on (systemd.syntax(7)).
_TRUE = ("1", "yes", "true", "on")
#: Where every local user may make files, and what of a unit's line would be run or read from there.
_IN_SHARED_DIRECTORY = re.compile(
    r"(?:EnvironmentFile=-?|Exec\w+=[-@:+!]*(?:(?:/usr)?/bin/(?:ba|da)?sh\s+|\S*/python3?\s+)?)"
    r"(?P<path>(?:/tmp|/var/tmp|/dev/shm|/run/lock|/var/lock|/var/crash)/\S+)"
)


def check_open_files(inputs: Input, observation: "Observation") -> Iterator[PolicyFinding]:
    """Yield a finding for each client's key and each of a unit's files that are open to everybody.

    A key that everybody may read matters where a listener wants a certificate; a file that
    everybody may write does where a unit of the input runs or reads it.
    """
    found = observation.daemon.open_files
    attempts = observation.exposure["local-user"].attempts
    if any(attempt.level == "tls-required" for attempt in attempts):
        for key in found.client_keys:
            sentence = f"every local user may read {key}, the key of a client, and connect with it"
            yield PolicyFinding("stranger", sentence, id="exposed-key")
    yield from check_files_of_anybody(inputs)
    for path in found.writable:
        for file, text in inputs.texts.items():
            for each in units.assignments(file, text) if units.unit_names([file]) else ():
                if _USES.match(each.key) and _names(each.value, path):
                    where = inputs.user_path(Place(file, each.line))
                    sentence = f"every local user may write {path}, which root uses (at {where})"
                    yield PolicyFinding("stranger", sentence, id="writable-file", where=where)


def check_files_of_anybody(inputs: Input) -> Iterator[PolicyFinding]:
    """Yield a finding for each file that a unit wants, and that every local user may make."""
    for file, text in inputs.texts.items():
        lines = list(units.assignments(file, text)) if units.unit_names([file]) else []
        if any(each.key == "PrivateTmp" and each.value.lower() in _TRUE for each in lines):
            continue
        for each in lines:
            wanted = _IN_SHARED_DIRECTORY.match(f"{each.key}={each.value}")
            if wanted is not None and not inputs.has(wanted["path"]):
                where = inputs.user_path(Place(file, each.line))
                sentence = (
                    f"every local user may make {wanted['path']}, which root uses (at {where})"
                )
                yield PolicyFinding("stranger", sentence, id="file-of-anybody", where=where)


def _names(value: str, path: str) -> bool:
    """Return whether a value names a path, or a file in it."""
    words = (word.lstrip("-@:+!").strip("\"'") for word in re.split(r"[\s;=]+", value))
    return any(
        word == path or PurePosixPath(path) in PurePosixPath(word).parents
        for word in words
        if word.startswith("/")
    )
