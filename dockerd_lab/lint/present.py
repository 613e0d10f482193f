"""Tells what is on the machine: files, addresses and programs, under the lab's stand-ins.

Of what the configuration names and the input lacks, `validate` makes a stand-in, and lint assumes
that it is there. A complete case has no stand-ins: its case.yaml says what there is.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from dockerd_lab.config.paths import HOME
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.notes import STARTS, Notes
from dockerd_lab.lint.prediction import UNKNOWN

#: Where dockerd looks for plugins that are not its own; sockets in /run are not files of an input.
_PLUGINS = ("/etc/docker/plugins", "/usr/lib/docker/plugins")
#: The storage drivers of a filesystem that Debian does not install on.
_OF_FILESYSTEMS = ("btrfs", "zfs")
#: Where the docker client looks for its certificate.
_CLIENTS = {
    f"{HOME}/.docker/ca.pem": "ca",
    f"{HOME}/.docker/cert.pem": "client-cert",
    f"{HOME}/.docker/key.pem": "client-key",
}
#: Of each certificate that a case may have, its key.
_PAIRS = {
    "server-cert": "server-key",
    "expired-server-cert": "expired-server-key",
    "client-cert": "client-key",
    "server-pem": "server-pem",
}
#: Where dockerd looks by default: nothing stands in for what is missing there.
_DEFAULT_DIRECTORY = f"{HOME}/.docker/"


class Present:
    """What is on the machine, besides what every machine has."""

    def __init__(self, inputs: Input, notes: Notes, directories: Collection[str] = ()) -> None:
        """Take an input, and the directories that its scripts make."""
        self.inputs = inputs
        self.notes = notes
        paths = [PurePosixPath(each) for each in (*directories, *inputs.origins)]
        above = {str(one) for path in paths for one in path.parents}
        self.directories = frozenset({*directories, *above})

    def exists(self, path: str) -> bool:
        """Return whether a file of TLS is there; note that it is assumed, or what is not known."""
        inputs = self.inputs
        if inputs.has(path):
            self._check_file(path)
            return True
        if inputs.complete:
            kind = self._kind(path)
            if kind not in (None, "ca", *_PAIRS, *_PAIRS.values()):
                self.notes.doubt(f"what dockerd makes of {path}, which is {kind}", None, STARTS)
            return kind is not None
        if path.startswith(_DEFAULT_DIRECTORY) or not path.startswith("/"):
            return False
        self.notes.assume(f"{path} is there, and valid")
        return True

    def fits(self, certificate: str, key: str) -> bool | None:
        """Return whether a key is that of a certificate; None if that is not known.

        What the input lacks is assumed to fit what it has.
        """
        inputs = self.inputs
        if inputs.complete and not (inputs.has(certificate) or inputs.has(key)):
            kinds = self._kind(certificate), self._kind(key)
            return _PAIRS.get(kinds[0] or "") == kinds[1] if None not in kinds else None
        publics = {each.public for each in inputs.keys.private if each.path == key}
        # dockerd takes the first certificate of a file; the others are those of its authorities.
        first = next((one for one in inputs.keys.certificates if one.path == certificate), None)
        if first is not None and publics:
            return first.public in publics
        if inputs.has(key) or (inputs.complete and inputs.has(certificate)):
            return None
        return True

    def _kind(self, path: str) -> str | None:
        """Return what a complete case puts at a path."""
        case = self.inputs.case
        return case.credentials.daemon.get(path) if case is not None else None

    def _check_file(self, path: str) -> None:
        """Note a file that holds no key and no certificate, or a key of which is no certificate."""
        keys = self.inputs.keys
        is_key = any(each.path == path for each in keys.private)
        is_certificate = any(each.path == path for each in keys.certificates)
        if not is_key and not is_certificate:
            self.notes.doubt(
                f"{path} holds no key and no certificate that can be read", Place(path)
            )
        elif is_certificate and not keys.private:
            self.notes.assume(f"the key of {path} is there")
        elif is_key and not any(not each.is_authority for each in keys.certificates):
            self.notes.doubt(f"{path}: its certificate is not in the input", Place(path), STARTS)

    def client_level(self, authority: str) -> str:
        """Return what the client gets of a TLS listener with this CA, with its own certificate."""
        inputs = self.inputs
        if inputs.complete:
            credentials = inputs.case.credentials if inputs.case is not None else None
            if credentials is None or credentials.daemon.get(authority) != "ca":
                return UNKNOWN
            given = {path: kind for path, kind in credentials.client.items() if path in _CLIENTS}
            own = {path: kind for path, kind in _CLIENTS.items() if kind != "ca"}
            if own.items() <= given.items():
                return "full-control"  # whom the client trusts is no matter of the daemon's
            return UNKNOWN if own.keys() & given.keys() else "tls-required"
        if inputs.has(authority) or not authority:
            return "tls-required"  # the lab has no certificate of that CA
        return "full-control"

    def check_addresses(self, doors: Iterable[Door]) -> None:
        """Note addresses that a complete case's machine does not have."""
        if not self.inputs.complete:
            return
        # Imported here: only a case, which takes pydantic anyway, says what there is.
        from dockerd_lab.cases.model import DAEMON_ADDRESS  # noqa: PLC0415

        for door in doors:
            if door.family == "unix" or door.is_wildcard or door.is_loopback:
                continue
            if door.address != DAEMON_ADDRESS:
                message = (
                    f"failed to load listeners: listen tcp {door.address}:{door.port}:"
                    " bind: cannot assign requested address"
                )
                self.notes.fail(message, door.value.place, door.address)

    def check_plugins(self, names: Collection[str] | None, place: Place) -> None:
        """Note the authorization plugins: which are not there, or what they do is not known."""
        for name in names or ():
            there = [f"{top}/{name}.{kind}" for top in _PLUGINS for kind in ("spec", "json")]
            if self.inputs.complete and not any(map(self.inputs.has, there)):
                message = f'failed to validate authorization plugin: plugin "{name}" not found'
                self.notes.fail(message, place, f'"{name}"')
            else:
                self.notes.doubt("whether the authorization plugin is there, and whom it lets in")

    def check_machine(self, values: Mapping[str, Any], place: Place) -> None:
        """Note the settings that need what a machine may lack; a complete case says what it has."""
        driver, user = values.get("storage-driver"), values.get("userns-remap")
        if driver in _OF_FILESYSTEMS:
            message = (
                "failed to start daemon: error initializing graphdriver: prerequisites for driver"
                f" not satisfied (wrong filesystem?): {driver}"
            )
            self._fail_or_doubt(message, f"whether /var/lib/docker is on {driver}", place, driver)
        name, _, group = str(user or "").partition(":")
        ids = self.inputs.texts.get("/etc/subuid", "")
        is_named = re.fullmatch(r"[a-z_][\w-]*", name) is not None and not group
        if not name or name == "default":
            return  # dockerd makes a user of its own
        if self.inputs.complete and is_named and not re.search(f"^{name}:", ids, re.MULTILINE):
            message = f"Can't create ID mappings: no subuid ranges found for user {name}"
            self.notes.fail(message, place, "userns-remap")
        elif is_named and not self.inputs.complete:
            self.notes.assume(f"{name} is a user with subordinate ids")
        else:
            self.notes.doubt(f"what dockerd does with userns-remap = {user}", place, STARTS)

    def _fail_or_doubt(self, message: str, doubt: str, place: Place, token: str) -> None:
        if self.inputs.complete:
            self.notes.fail(message, place, token)
        else:
            self.notes.doubt(doubt, place, STARTS)

    def check_program(self, path: str, packaged: Collection[str], place: Place) -> None:
        """Note a dockerd at a path where the packages do not have it."""
        if path in packaged or self.inputs.complete:
            return
        if self.inputs.has(path):
            self.notes.doubt(f"{path} is the input's own, and not an engine's", place)
        else:
            self.notes.assume(f"{path} is the engine's dockerd")

    def is_unreadable(self, path: str) -> bool:
        """Return whether the input has a file that is no text."""
        return self.inputs.has(path) and path not in self.inputs.texts
