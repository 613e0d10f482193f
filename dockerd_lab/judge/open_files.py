"""Finds files that make every local user root: clients' keys, and what units of root's run."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dockerd_lab.config import units
from dockerd_lab.config.environment_paths import environment_paths
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import PolicyFinding

if TYPE_CHECKING:  # `lint` looks for files of anybody, and must not wait for the machines' parsers
    from dockerd_lab.observe.observation import Observation
    from dockerd_lab.observe.open_files import OpenFiles

#: What of a unit's file names files that are run, or read, as root.
_USES = re.compile(r"Exec|(?:EnvironmentFile|WorkingDirectory|RootDirectory|Bind\w*Paths)$")
#: Files whose lines are commands of root's.
_CRON = re.compile(r"/etc/(?:crontab|cron\.\w+/[^/]+)|/var/spool/cron/.+")
#: systemd's words for a setting that is on (systemd.syntax(7)).
_TRUE = ("1", "yes", "true", "on")
_IN_QUOTES = re.compile(r"\"(/[^\"]+)\"")
#: Where programs look without being told: systemd's PATH, and the linker.
_DEFAULT_DIRECTORIES = (
    *("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"),
    *("/usr/local/lib", "/usr/lib", "/lib", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib/docker"),
)
#: What root's programs read or run without being told.
_OF_ROOT = re.compile(
    rf"(?:{'|'.join(_DEFAULT_DIRECTORIES)}|/usr|/usr/local|/etc|/root)$|/usr/(?:local/)?s?bin/[^/]+$"
    r"|/usr/lib/systemd/|/etc/(?:passwd|shadow|group|gshadow|sudoers|crontab|cron\.|ld\.so|pam\.d"
    r"|security|systemd|init\.d|rc\.local|rc\d|ssh|udev|tmpfiles\.d|modprobe\.d|profile|bash\.bashrc"
    r"|default|docker|containerd)\b"
)
_SHARED = re.compile(r"(?:/tmp|/var/tmp|/dev/shm|/run/lock|/var/lock|/var/crash)(?:/|$)")
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
    for key in found.ssh_keys:
        sentence = f"every local user may read {key}, a private key for ssh, and log in with it"
        yield PolicyFinding("stranger", sentence, id="exposed-key")
    for path in found.swarm_tokens:
        sentence = f"every local user may read {path}, with a token to join the swarm"
        yield PolicyFinding("stranger", sentence, id="exposed-key")
    yield from check_files_of_anybody(inputs)
    told = {*observation.daemon.local_doors}
    places = set()
    for path in found.writable:
        for place in _uses(inputs, path):
            places.add(place)
            where = inputs.user_path(place)
            sentence = f"every local user may write {path}, which root uses (at {where})"
            yield PolicyFinding("stranger", sentence, id="writable-file", where=where)
        if _OF_ROOT.match(path) and path not in told:
            sentence = f"every local user may write {path}, which root uses"
            yield PolicyFinding("stranger", sentence, id="writable-file")
    for path in found.sticky:
        if path in _DEFAULT_DIRECTORIES:
            sentence = f"every local user may make files in {path}, where root's programs look"
            yield PolicyFinding("stranger", sentence, id="writable-file")
    for finding, place in _check_variables(inputs, found):
        if place not in places:
            yield finding


def _uses(inputs: Input, path: str) -> Iterator[Place]:
    """Yield the lines of units, scripts, and dockerd's and containerd's files that name a path."""
    for file, text in inputs.texts.items():
        for each in _assignments(file, text):
            if _USES.match(each.key) and _names(each.value, path):
                yield Place(file, each.line)
        if text.startswith("#!") or _CRON.fullmatch(file):
            for number, line in enumerate(text.splitlines(), 1):
                if not line.lstrip().startswith("#") and _names(line, path):
                    yield Place(file, number)
        if file.startswith(("/etc/docker/", "/etc/containerd/")):
            for number, line in enumerate(text.splitlines(), 1):
                if _names(" ".join(_IN_QUOTES.findall(line)), path):
                    yield Place(file, number)


def _check_variables(inputs: Input, found: "OpenFiles") -> Iterator[tuple[PolicyFinding, Place]]:
    """Yield a finding for each path in a variable of root's programs that everybody may write.

    In a directory that is looked into, everybody may make what is not there yet.
    """
    for each in environment_paths(inputs.texts):
        where = inputs.user_path(each.place)
        parent = str(PurePosixPath(each.path).parent)
        is_made = each.path in found.sticky if each.is_searched else parent in found.sticky
        is_absent = each.is_searched or not inputs.has(each.path)
        if any(_names(each.path, path) for path in found.writable) or (is_made and is_absent):
            sentence = (
                f"every local user may write {each.path}, where root's programs look by"
                f" {each.variable} (at {where})"
            )
            finding = PolicyFinding("stranger", sentence, id="writable-file", where=where)
            yield finding, each.place


def check_files_of_anybody(inputs: Input) -> Iterator[PolicyFinding]:
    """Yield a finding for each file that a unit wants, and that every local user may make."""
    private = set()
    for file, text in inputs.texts.items():
        lines = _assignments(file, text)
        if any(each.key == "PrivateTmp" and each.value.lower() in _TRUE for each in lines):
            private.add(file)
            continue
        for each in lines:
            wanted = _IN_SHARED_DIRECTORY.match(f"{each.key}={each.value}")
            if wanted is not None and not inputs.has(wanted["path"]):
                yield _made_by_anybody(inputs, wanted["path"], Place(file, each.line))
    for path in environment_paths(inputs.texts):
        if (
            _SHARED.match(path.path)
            and path.place.file not in private
            and not inputs.has(path.path)
        ):
            yield _made_by_anybody(inputs, path.path, path.place)


def _made_by_anybody(inputs: Input, path: str, place: Place) -> PolicyFinding:
    where = inputs.user_path(place)
    sentence = f"every local user may make {path}, which root uses (at {where})"
    return PolicyFinding("stranger", sentence, id="file-of-anybody", where=where)


def _assignments(file: str, text: str) -> list[units.Assignment]:
    """Return the assignments of a file of units; none if it is another."""
    is_unit = units.unit_names([file]) or units.is_drop_in(PurePosixPath(file))
    return units.assignments(file, text) if is_unit or units.is_unit_file(file) else []


def _names(value: str, path: str) -> bool:
    """Return whether a value names a path, or a file in it."""
    words = (word.lstrip("-@:+!").strip("\"'") for word in re.split(r"[\s;=]+", value))
    return any(
        word == path or PurePosixPath(path) in PurePosixPath(word).parents
        for word in words
        if word.startswith("/")
    )
