"""Tells what is on the machine: files, addresses and programs, under the lab's stand-ins.

Of what the configuration names and the input lacks, `validate` makes a stand-in, and lint assumes
that it is there. A complete case has no stand-ins: its case.yaml says what there is.
"""

from collections.abc import Collection, Iterable

from dockerd_lab.config.paths import HOME
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.hosts import Door
from dockerd_lab.lint.notes import STARTS, Notes
from dockerd_lab.lint.prediction import UNKNOWN

#: Where the docker client looks for its certificate.
_CLIENTS = {
    f"{HOME}/.docker/ca.pem": "ca",
    f"{HOME}/.docker/cert.pem": "client-cert",
    f"{HOME}/.docker/key.pem": "client-key",
}
#: Where dockerd looks by default: nothing stands in for what is missing there.
_DEFAULT_DIRECTORY = f"{HOME}/.docker/"


class Present:
    """What is on the machine, besides what every machine has."""

    def __init__(self, inputs: Input, notes: Notes) -> None:
        self.inputs = inputs
        self.notes = notes

    def exists(self, path: str) -> bool:
        """Return whether a file of TLS is there; note that it is assumed, or what is not known."""
        inputs = self.inputs
        if inputs.has(path):
            self._check_key(path)
            return True
        if inputs.complete:
            credentials = inputs.case.credentials.daemon if inputs.case is not None else {}
            kind = credentials.get(path)
            if kind not in (None, "ca", "server-cert", "server-key", "server-pem"):
                self.notes.doubt(f"what dockerd makes of {path}, which is {kind}", None, STARTS)
            return kind is not None
        if path.startswith(_DEFAULT_DIRECTORY) or not path.startswith("/"):
            return False
        self.notes.assume(f"{path} is there, and valid")
        return True

    def _check_key(self, path: str) -> None:
        """Note a key or certificate of the input's that does not fit the other one."""
        keys = self.inputs.keys
        publics = {each.public for each in keys.private}
        certificates = {
            each.path: each.public for each in keys.certificates if not each.is_authority
        }
        is_key = any(each.path == path for each in keys.private)
        if not is_key and path not in {each.path for each in keys.certificates}:
            self.notes.doubt(
                f"{path} holds no key and no certificate that can be read", Place(path)
            )
        elif path in certificates and publics and certificates[path] not in publics:
            self.notes.doubt(f"whether the key fits {path}", Place(path), STARTS)
        elif not is_key and not publics and path in certificates:
            self.notes.assume(f"the key of {path} is there")
        elif is_key and not certificates:
            self.notes.doubt(f"{path}: its certificate is not in the input", Place(path), STARTS)

    def client_level(self, authority: str) -> str:
        """Return what the client gets of a TLS listener with this CA, with its own certificate."""
        inputs = self.inputs
        if inputs.complete:
            credentials = inputs.case.credentials if inputs.case is not None else None
            if credentials is None or credentials.daemon.get(authority) != "ca":
                return UNKNOWN
            given = {path: kind for path, kind in credentials.client.items() if path in _CLIENTS}
            return "full-control" if given == _CLIENTS else UNKNOWN
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
