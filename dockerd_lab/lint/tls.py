"""Works out dockerd's TLS: whether it is on, and whether a client needs a certificate.

The rules are those of loadDaemonCliConfig and newAPIServerTLSConfig in cmd/dockerd/daemon.go of
moby v20.10.24, v26.1.5 and v28.5.2, where they are the same: any use of tlsverify turns TLS on, and
where only tls is given, it stands for tlsverify as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dockerd_lab.config.value import Place
from dockerd_lab.lint.facts import EngineFacts
from dockerd_lab.lint.flags import Flags
from dockerd_lab.lint.notes import OPENS, STARTS, Notes
from dockerd_lab.lint.present import Present
from dockerd_lab.lint.tls_files import authority_mistake, certificate_mistake, key_mistake

#: Where dockerd looks for its files if TLS is turned on by a flag and they are not named.
_DEFAULTS = {
    "tlscacert": "/root/.docker/ca.pem",
    "tlscert": "/root/.docker/cert.pem",
    "tlskey": "/root/.docker/key.pem",
}
_SWITCHES = ("tls", "tlsverify")
#: The first version that says so before an error of TLS.
_INVALID_SINCE = 23


@dataclass(frozen=True)
class Tls:
    """What dockerd does about TLS."""

    on: bool = False
    verify: bool = False
    """Whether a client needs a certificate."""
    acknowledged: bool = False
    """Whether it is said that no certificate is asked for on purpose, which spares the 15 s."""
    authority: str = ""
    """The path of the CA by which clients are known; empty for the system's authorities."""


NO_TLS = Tls()


def read_tls(
    flags: Flags,
    file: Mapping[str, Any],
    present: Present,
    facts: EngineFacts,
    notes: Notes,
    *,
    place: Place | None,
    of_file: Place,
) -> Tls:
    """Return what dockerd does about TLS.

    `place` is that of the command line, `of_file` that of daemon.json.
    """
    by_flag = any(flags.given(name) for name in _SWITCHES)
    if by_flag and any(name in file for name in _SWITCHES):
        notes.doubt("tls and tlsverify are given by flag and in daemon.json", place)
        return NO_TLS
    if by_flag:
        verify, tls = flags.switch("tlsverify"), flags.switch("tls")
    else:
        verify, tls = file.get("tlsverify"), file.get("tls")
    on = bool(tls) if verify is None else True
    if not on:
        return Tls(acknowledged=tls is not None)
    checked = True if verify is None else bool(verify)
    paths = {name: str(file.get(name) or flags.last(name) or "") for name in _DEFAULTS}
    in_file = {str(file[name]) for name in _DEFAULTS if file.get(name)}

    def fail(text: str, path: str) -> None:
        between = "invalid TLS configuration: " if facts.major >= _INVALID_SINCE else ""
        where, token = (of_file, f'"{path}"') if path in in_file else (place, path or "tls")
        notes.fail(f"failed to create API server: {between}{text}", where, token)

    _check_pair(paths, present, notes, fail, place=place, by_flag=by_flag)
    authority = paths["tlscacert"]
    if not authority and by_flag:
        authority = _DEFAULTS["tlscacert"]
    if authority and checked and (mistake := authority_mistake(present.inputs, authority)):
        fail(mistake, authority)
    elif authority and checked and not present.exists(authority):
        text = f'could not read CA certificate "{authority}"'
        fail(f"{text}: open {authority}: no such file or directory", authority)
    if checked and not authority:
        reason = "tlscacert is not set: a client of any public authority may be let in"
        notes.doubt(reason, place, OPENS)
    return Tls(True, checked, acknowledged=True, authority=authority)


def _check_pair(
    paths: Mapping[str, str],
    present: Present,
    notes: Notes,
    fail: Callable[[str, str], None],
    *,
    place: Place | None,
    by_flag: bool,
) -> None:
    """Note a failure if dockerd has no certificate or no key, or one of another pair."""
    pair = {}
    for name in ("tlscert", "tlskey"):
        path = paths[name]
        if not path and by_flag and present.exists(_DEFAULTS[name]):
            path = _DEFAULTS[name]
        pair[name] = path
    names = f'(cert: "{pair["tlscert"]}", key: "{pair["tlskey"]}")'
    mistake, path = _pair_mistake(present, pair["tlscert"], pair["tlskey"])
    if mistake:
        fail(f"Error reading X509 key pair {names}: {mistake}", path)
        return
    missing = [path for path in pair.values() if not path or not present.exists(path)]
    if missing:
        text = f"Could not load X509 key pair {names}"
        fail(f"{text}: open {missing[0]}: no such file or directory", missing[0])
        return
    fits = present.fits(pair["tlscert"], pair["tlskey"])
    if fits is False:
        text = f"Error reading X509 key pair {names}: tls: private key does not match public key"
        fail(text, pair["tlskey"])
    elif fits is None:
        notes.doubt(f"whether the key {pair['tlskey']} is that of the certificate", place, STARTS)


def _pair_mistake(present: Present, certificate: str, key: str) -> tuple[str, str]:
    """Return Go's message for what the input's files hold, and whose; empty if that may do.

    Where the input has no key, `validate` makes a pair in place of both.
    """
    inputs = present.inputs
    if not (inputs.has(certificate) and inputs.has(key)):
        return "", ""
    if mistake := certificate_mistake(inputs, certificate):
        return mistake, certificate
    return key_mistake(inputs, key), key
