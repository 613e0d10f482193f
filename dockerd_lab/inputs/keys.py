"""Reads the private keys, certificates and ssh keys in the files of an input."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dockerd_lab.inputs import tree

if TYPE_CHECKING:
    from cryptography import x509

#: Suffixes of keys and certificates that are no text.
_BINARY = (".p12", ".pfx", ".der", ".cer", ".crt", ".key")
#: What every other file has that holds a key or a certificate.
_MARKS = re.compile(rb"-----BEGIN |\b(?:ssh|ecdsa)-[\w@.-]+ AAAA")
#: The first line of a PEM block, and the line by which it is encrypted.
_BLOCK = re.compile(r"^-----BEGIN ([^\n-]+)-----[ \t\r]*(\nProc-Type: 4,ENCRYPTED)?", re.MULTILINE)
_OTHERS_READ = 0o004


@dataclass(frozen=True)
class PrivateKey:
    """A private key that can be used: without a passphrase, or with a trivial one."""

    path: str
    public: bytes
    """The public key that belongs to it."""
    readable: bool
    """Whether every user of the machine may read the file."""


@dataclass(frozen=True)
class Certificate:
    """A certificate in a file of the input."""

    path: str
    parsed: "x509.Certificate"

    @property
    def public(self) -> bytes:
        """Return its public key."""
        from dockerd_lab.inputs.key_formats import encode  # noqa: PLC0415

        return encode(self.parsed.public_key())

    @property
    def is_authority(self) -> bool:
        """Return whether it may issue certificates."""
        from cryptography import x509  # noqa: PLC0415

        from dockerd_lab.inputs.key_formats import UNREADABLE  # noqa: PLC0415

        with suppress(x509.ExtensionNotFound, *UNREADABLE):
            return self.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        return False

    @property
    def is_for_clients(self) -> bool:
        """Return whether a server accepts it from a client: any use counts if none is named."""
        from cryptography import x509  # noqa: PLC0415

        from dockerd_lab.inputs.key_formats import UNREADABLE  # noqa: PLC0415

        with suppress(x509.ExtensionNotFound, *UNREADABLE):
            uses = self.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            names = x509.oid.ExtendedKeyUsageOID
            return names.CLIENT_AUTH in uses or names.ANY_EXTENDED_KEY_USAGE in uses
        return True

    def is_issued_by(self, other: "x509.Certificate") -> bool:
        """Return whether the other certificate's key has signed it."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

        from dockerd_lab.inputs.key_formats import UNREADABLE  # noqa: PLC0415

        if self.parsed.issuer != other.subject:
            return False
        with suppress(InvalidSignature, *UNREADABLE):
            self.parsed.verify_directly_issued_by(other)
            return True
        return False


@dataclass(frozen=True)
class Keys:
    """The keys and certificates of an input."""

    private: tuple[PrivateKey, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    ssh: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    """The public keys of ssh in a file, by its path."""
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The labels of the PEM blocks in a file, by its path; see `pem_labels`."""


def read_keys(origins: Mapping[str, Path], rootfs: Path) -> Keys:
    """Return the keys and certificates in the files below `rootfs`; what is none is skipped.

    `origins` are the files' sources by path: their modes say who may read them.
    """
    private: list[PrivateKey] = []
    certificates: list[Certificate] = []
    ssh: dict[str, frozenset[bytes]] = {}
    blocks: dict[str, tuple[str, ...]] = {}
    for path, source in origins.items():
        if source.is_symlink():
            continue
        data = (rootfs / path.lstrip("/")).read_bytes()
        if not (_MARKS.search(data) or path.endswith(_BINARY)):
            continue
        blocks[path] = pem_labels(data.decode(errors="replace"))
        # Imported here: it takes as long to load as all of lint, and most inputs have no key.
        from dockerd_lab.inputs.key_formats import (  # noqa: PLC0415
            read_binary,
            read_pem,
            read_ssh,
        )

        keys, parsed = read_pem(data)
        if not (keys or parsed) and path.endswith(_BINARY):
            keys, parsed = read_binary(data)
        readable = bool(tree.mode(source) & _OTHERS_READ)
        private += [PrivateKey(path, public, readable) for public in keys]
        certificates += [Certificate(path, each) for each in parsed]
        if public_keys := frozenset(read_ssh(data)):
            ssh[path] = public_keys
    return Keys(tuple(private), tuple(certificates), ssh, blocks)


def pem_labels(text: str) -> tuple[str, ...]:
    r"""Return the labels of the PEM blocks in a text, as Go finds them: at the start of a line.

    A block that is encrypted in OpenSSL's old way has `ENCRYPTED` before its label.

    >>> pem_labels("-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
    ('CERTIFICATE',)
    >>> pem_labels("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")
    ('ENCRYPTED RSA PRIVATE KEY',)
    >>> pem_labels("  -----BEGIN CERTIFICATE-----\n")
    ()
    """
    return tuple(f"{'ENCRYPTED ' if old else ''}{label}" for label, old in _BLOCK.findall(text))
