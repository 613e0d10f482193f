"""Creates the certificates and keys for cases: new ones for each run, kept in memory.

The server's certificate names `daemon`, `localhost` and the addresses of the lab's daemon.
"""

import functools
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dockerd_lab.cases.model import Credential

#: The host names of the daemon in the server's certificate.
NAMES = ("daemon", "localhost")
#: The client's name in its certificate.
CLIENT = "client@dockerd-lab"
#: Certificates are valid from this long ago, because the machines' clocks may be slow.
_VALID_BEFORE = timedelta(days=1)


def credential(name: Credential, address: str) -> bytes:
    """Return the content of a credential's file; `address` is the daemon's in the lab."""
    return _create_credentials(address)[name]


def is_private(name: Credential) -> bool:
    """Return whether only the file's owner may read the credential."""
    return name.endswith(("-key", "-pem")) and name != "ssh-public-key"


@functools.cache
def authority() -> trustme.CA:
    """Return the CA of this run, which client and daemon trust."""
    return trustme.CA(organization_name="dockerd-lab")


@functools.cache
def _create_credentials(address: str) -> dict[str, bytes]:
    """Create all credentials of this run; return their contents by name."""
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


@functools.cache
def certificates_of_strangers() -> dict[str, str]:
    """Return client certificates that must not be accepted, in PEM with their keys, by name.

    All of them have the name of the client in its own certificate. One has ended, and is signed by
    the CA of this run.
    """
    long_ago = _yesterday() - timedelta(days=30)
    other = trustme.CA(organization_name="dockerd-lab")
    issued = {
        "other-ca": other.issue_cert(CLIENT, not_before=_yesterday()),
        "expired": authority().issue_cert(
            CLIENT, not_before=long_ago, not_after=long_ago + timedelta(days=1)
        ),
    }
    pem = {
        name: certificate.private_key_and_cert_chain_pem.bytes().decode()
        for name, certificate in issued.items()
    }
    return {"self-signed": self_signed(f"CN={CLIENT}"), **pem}


def self_signed(subject: str, issuer: str | None = None) -> str:
    """Return a certificate that nobody else has signed, with its key, in PEM.

    The names are those of RFC 4514, such as `CN=a,O=b`, or nginx's older form, `/O=b/CN=a`. Raises
    ValueError if one is not.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder(
            _name(issuer or subject),
            _name(subject),
            key.public_key(),
            x509.random_serial_number(),
        )
        .not_valid_before(_yesterday())
        .not_valid_after(_yesterday() + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()


def _name(text: str) -> x509.Name:
    """Return a name; text without an attribute's name is a common name."""
    if text.startswith("/"):
        text = ",".join(reversed(text[1:].split("/")))
    text = text.strip(", ")
    return x509.Name.from_rfc4514_string(
        text if "=" in text else f"CN={text}", {"emailAddress": x509.NameOID.EMAIL_ADDRESS}
    )


def _yesterday() -> datetime:
    return datetime.now(UTC) - _VALID_BEFORE
