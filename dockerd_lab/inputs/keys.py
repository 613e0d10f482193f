"""Reads the private keys, certificates and ssh keys in the files of an input."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from dockerd_lab.inputs import tree
from dockerd_lab.inputs.trivial_passwords import trivial_passwords

#: What cryptography raises for a file that is no key or certificate, or for a wrong passphrase.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
_PEM_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
#: Suffixes of keys and certificates that are no text.
_BINARY = (".p12", ".pfx", ".der", ".cer", ".crt", ".key")
#: A public key in authorized_keys, or in a file with ssh's authorities.
_SSH_KEY = re.compile(rb"\b((?:ssh|ecdsa)-[\w@.-]+) (AAAA[\w+/=]+)")
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
    parsed: x509.Certificate

    @property
    def public(self) -> bytes:
        """Return its public key."""
        return _encode(self.parsed.public_key())

    @property
    def is_authority(self) -> bool:
        """Return whether it may issue certificates."""
        with suppress(x509.ExtensionNotFound, *_UNREADABLE):
            return self.parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        return False

    @property
    def is_for_clients(self) -> bool:
        """Return whether a server accepts it from a client: any use counts if none is named."""
        with suppress(x509.ExtensionNotFound, *_UNREADABLE):
            uses = self.parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            names = x509.oid.ExtendedKeyUsageOID
            return names.CLIENT_AUTH in uses or names.ANY_EXTENDED_KEY_USAGE in uses
        return True

    def is_issued_by(self, other: x509.Certificate) -> bool:
        """Return whether the other certificate's key has signed it."""
        if self.parsed.issuer != other.subject:
            return False
        with suppress(InvalidSignature, *_UNREADABLE):
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


def read_keys(origins: Mapping[str, Path], rootfs: Path) -> Keys:
    """Return the keys and certificates in the files below `rootfs`; what is none is skipped.

    `origins` are the files' sources by path: their modes say who may read them.
    """
    private: list[PrivateKey] = []
    certificates: list[Certificate] = []
    ssh: dict[str, frozenset[bytes]] = {}
    for path, source in origins.items():
        if source.is_symlink():
            continue
        data = (rootfs / path.lstrip("/")).read_bytes()
        keys, parsed = _read_pem(data)
        if not (keys or parsed) and path.endswith(_BINARY):
            keys, parsed = _read_binary(data)
        readable = bool(tree.mode(source) & _OTHERS_READ)
        private += [PrivateKey(path, public, readable) for public in keys]
        certificates += [Certificate(path, each) for each in parsed]
        if public_keys := frozenset(_read_ssh(data)):
            ssh[path] = public_keys
    return Keys(tuple(private), tuple(certificates), ssh)


def _read_pem(data: bytes) -> tuple[list[bytes], list[x509.Certificate]]:
    """Return the public keys of the private keys in a file, and its certificates."""
    blocks = (match[0] for match in _PEM_KEY.finditer(data))
    keys = [public for block in blocks if (public := _public_of(block)) is not None]
    certificates: list[x509.Certificate] = []
    if _PEM_CERTIFICATE in data:
        with suppress(*_UNREADABLE):
            certificates = x509.load_pem_x509_certificates(data)
    return keys, certificates


def _public_of(block: bytes) -> bytes | None:
    """Return the public key of a private key in PEM; None if its passphrase is not known."""
    is_ssh = b"OPENSSH" in block
    load = serialization.load_ssh_private_key if is_ssh else serialization.load_pem_private_key
    # An OPENSSH key takes a tenth of a second for each passphrase.
    for passphrase in (None, *trivial_passwords(few=is_ssh)):
        with suppress(*_UNREADABLE):
            password = passphrase.encode() if passphrase else None
            return _encode(load(block, password).public_key())
    return None


def _read_binary(data: bytes) -> tuple[list[bytes], list[x509.Certificate]]:
    """Return public keys and certificates as `_read_pem` does, of a file in DER or PKCS #12."""
    with suppress(*_UNREADABLE):
        return [], [x509.load_der_x509_certificate(data)]
    with suppress(*_UNREADABLE):
        return [_encode(serialization.load_der_private_key(data, None).public_key())], []
    for passphrase in (None, *trivial_passwords()):
        with suppress(*_UNREADABLE):
            password = None if passphrase is None else passphrase.encode()
            store = pkcs12.load_pkcs12(data, password)
            keys = [_encode(store.key.public_key())] if store.key is not None else []
            entries = [store.cert, *store.additional_certs]
            return keys, [each.certificate for each in entries if each is not None]
    return [], []


def _read_ssh(data: bytes) -> Iterator[bytes]:
    """Yield the public keys of ssh in a file, as in authorized_keys."""
    for match in _SSH_KEY.finditer(data):
        with suppress(*_UNREADABLE):
            yield _encode(serialization.load_ssh_public_key(match[0]))


def _encode(public: object) -> bytes:
    """Return a public key in the one form in which keys can be compared."""
    return public.public_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
