"""Finds private keys in the input that give access to whoever can read them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.keys import Certificate, PrivateKey
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.trust_anchors import trust_anchors

#: The directory that Debian's web servers serve by default.
_DEBIAN_WEB_ROOT = "/var/www"
#: The setting of the directory that Apache, lighttpd, Caddy or Python's http.server serves.
_WEB_SERVERS = re.compile(
    r"(?:DocumentRoot|server\.document-root\s*=|\broot\s+\*|http\.server\b.*--directory)"
    r"[\s=\"']+(/[^\s\"';]*)"
)
#: No other user may enter it.
_ROOTS_HOME = "/root/"
_AUTHORIZED_KEYS = re.compile(r"authorized_keys2?$")
_SSH_AUTHORITIES = re.compile(
    r"^\s*(?:TrustedUserCAKeys|AuthorizedKeysFile)\s+(/\S+)", re.MULTILINE | re.IGNORECASE
)


def check_exposed_keys(inputs: Input, declared: DeclaredConfig) -> Iterator[PolicyFinding]:
    """Yield a finding for each key that lets in whoever reads the input, or uses the machine.

    These are an authority's, which makes clients' certificates; a client's that all users of the
    machine may read; and any that a web server serves.
    """
    anchors = {value.value for value in trust_anchors(inputs, declared)}
    trusted = _trusted_authorities(inputs.keys.certificates, anchors)
    own = {inputs.resolve(value.value) for value in declared.tls_files.get("server-key", ())}
    web_directories = _web_directories(inputs)
    for key in inputs.keys.private:
        authority = next((each for each in trusted if each.public == key.public), None)
        if authority is not None:
            message = (
                f"whoever has this input can make a client's certificate: {key.path} is the key of"
                f" {authority.path}, by which clients are known"
            )
        elif not key.readable:
            continue
        elif directory := next(
            (each for each in web_directories if _is_below(key.path, each)), None
        ):
            message = f"whoever asks the web server gets {key.path}: it serves {directory}"
        elif key.path in own or key.path.startswith(_ROOTS_HOME):
            continue
        elif _is_client(key, inputs.keys.certificates, trusted):
            message = f"every user of the machine may read a client's key, {key.path}"
        elif (login := _login(key, inputs)) is not None:
            message = f"every user of the machine may read {key.path}, with which {login} lets in"
        else:
            continue
        where = inputs.user_path(Place(key.path))
        yield PolicyFinding("stranger", f"{message} (at {where})", id="exposed-key", where=where)


def _trusted_authorities(
    certificates: Iterable[Certificate], anchors: set[str]
) -> list[Certificate]:
    """Return the certificates by which clients are known, and the authorities below these."""
    trusted = [each for each in certificates if each.path in anchors]
    others = [each for each in certificates if each.path not in anchors and each.is_authority]
    while more := [c for c in others if any(c.is_issued_by(each.parsed) for each in trusted)]:
        trusted += more
        others = [each for each in others if each not in more]
    return trusted


def _is_client(
    key: PrivateKey, certificates: Iterable[Certificate], trusted: Iterable[Certificate]
) -> bool:
    """Return whether a key has a certificate with which it is let in."""
    return any(
        each.public == key.public
        and each.is_for_clients
        and any(each.is_issued_by(authority.parsed) for authority in trusted)
        for each in certificates
    )


def _login(key: PrivateKey, inputs: Input) -> str | None:
    """Return the file of ssh's that lets a key in, or the certificates that it makes."""
    authority_files = {
        path for text in inputs.texts.values() for path in _SSH_AUTHORITIES.findall(text)
    }
    for path, keys in inputs.keys.ssh.items():
        if key.public in keys and (_AUTHORIZED_KEYS.search(path) or path in authority_files):
            return path
    return None


def _web_directories(inputs: Input) -> list[str]:
    directives = nginx.directives(inputs.texts, "root|alias")
    directories = [each.path for each in directives if each.path is not None]
    for text in inputs.texts.values():
        directories += _WEB_SERVERS.findall(text)
        if "http.server" in text:
            directories += re.findall(r"^WorkingDirectory=(/\S*)", text, re.MULTILINE)
    return [*directories, _DEBIAN_WEB_ROOT]


def _is_below(path: str, directory: str) -> bool:
    return PurePosixPath(path).is_relative_to(directory)
