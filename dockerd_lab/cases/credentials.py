"""Certificates and keys that cases ask for: made anew for each run, kept in memory.

The server's certificate names `daemon`, `localhost` and the addresses of the lab's daemon.
"""

import functools
from datetime import UTC, datetime, timedelta

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dockerd_lab.cases.model import Credential

#: The names a client may call the daemon by.
NAMES = ("daemon", "localhost")
#: Who the client is, in its certificate.
CLIENT = "client@dockerd-lab"
#: The machines' clocks may be a little behind this computer's.
_BEFORE = timedelta(days=1)


def credential(name: Credential, address: str) -> bytes:
    """The content of a file that a case asks for; `address` is the daemon's in the lab."""
    return _made(address)[name]


def private(name: Credential) -> bool:
    """Whether only its owner may read it."""
    return name.endswith(("-key", "-pem")) and name != "ssh-public-key"


@functools.cache
def authority() -> trustme.CA:
    """The CA of this run, which both sides trust."""
    return trustme.CA(organization_name="dockerd-lab")


@functools.cache
def _made(address: str) -> dict[str, bytes]:
    """All credentials of this run."""
    server = authority().issue_cert(*NAMES, address, "127.0.0.1", not_before=_yesterday())
    client = authority().issue_cert(CLIENT, not_before=_yesterday())
    long_ago = _yesterday() - timedelta(days=30)
    expired = authority().issue_cert(
        *NAMES, address, not_before=long_ago, not_after=long_ago + timedelta(days=1)
    )
    key = Ed25519PrivateKey.generate()
    return {
        "ca": authority().cert_pem.bytes(),
        "server-cert": server.cert_chain_pems[0].bytes(),
        "server-key": server.private_key_pem.bytes(),
        "server-pem": server.cert_chain_pems[0].bytes()
        + authority().cert_pem.bytes()
        + server.private_key_pem.bytes(),
        "client-cert": client.cert_chain_pems[0].bytes(),
        "client-key": client.private_key_pem.bytes(),
        "expired-server-cert": expired.cert_chain_pems[0].bytes(),
        "expired-server-key": expired.private_key_pem.bytes(),
        "other-ca": trustme.CA(organization_name="somebody else").cert_pem.bytes(),
        "ssh-key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        ),
        "ssh-public-key": key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        + b" dockerd-lab\n",
    }


def _yesterday() -> datetime:
    return datetime.now(UTC) - _BEFORE
