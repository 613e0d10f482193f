"""Parses private keys, certificates and public keys of ssh."""

import re
from collections.abc import Iterator
from contextlib import suppress

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from dockerd_lab.inputs.trivial_passwords import trivial_passwords

#: What cryptography raises for a file that is no key or certificate, or for a wrong passphrase.
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
_PEM_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
#: A public key in authorized_keys, or in a file with ssh's authorities.
_SSH_KEY = re.compile(rb"\b((?:ssh|ecdsa)-[\w@.-]+) (AAAA[\w+/=]+)")


def read_pem(data: bytes) -> tuple[list[bytes], list[x509.Certificate]]:
    """Return the public keys of the private keys in a file, and its certificates."""
    blocks = (match[0] for match in _PEM_KEY.finditer(data))
    keys = [public for block in blocks if (public := _public_of(block)) is not None]
    certificates: list[x509.Certificate] = []
    if _PEM_CERTIFICATE in data:
        with suppress(*UNREADABLE):
            certificates = x509.load_pem_x509_certificates(data)
    return keys, certificates


def _public_of(block: bytes) -> bytes | None:
    """Return the public key of a private key in PEM; None if its passphrase is not known."""
    is_ssh = b"OPENSSH" in block
    load = serialization.load_ssh_private_key if is_ssh else serialization.load_pem_private_key
    # An OPENSSH key takes a tenth of a second for each passphrase.
    for passphrase in (None, *trivial_passwords(few=is_ssh)):
        with suppress(*UNREADABLE):
            password = passphrase.encode() if passphrase else None
            return encode(load(block, password).public_key())
    return None


def read_binary(data: bytes) -> tuple[list[bytes], list[x509.Certificate]]:
    """Return public keys and certificates as `read_pem` does, of a file in DER or PKCS #12."""
    with suppress(*UNREADABLE):
        return [], [x509.load_der_x509_certificate(data)]
    with suppress(*UNREADABLE):
        return [encode(serialization.load_der_private_key(data, None).public_key())], []
    for passphrase in (None, *trivial_passwords()):
        with suppress(*UNREADABLE):
            password = None if passphrase is None else passphrase.encode()
            store = pkcs12.load_pkcs12(data, password)
            keys = [encode(store.key.public_key())] if store.key is not None else []
            entries = [store.cert, *store.additional_certs]
            return keys, [each.certificate for each in entries if each is not None]
    return [], []


def read_ssh(data: bytes) -> Iterator[bytes]:
    """Yield the public keys of ssh in a file, as in authorized_keys."""
    for match in _SSH_KEY.finditer(data):
        with suppress(*UNREADABLE):
            yield encode(serialization.load_ssh_public_key(match[0]))


def encode(public: object) -> bytes:
    """Return a public key in the one form in which keys can be compared."""
    return public.public_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
