"""Finds a daemon that trusts public authorities, of which anybody can get a certificate."""

import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import certifi

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.keys import Certificate
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.trust_anchors import trust_anchors

if TYPE_CHECKING:  # it takes long to load, and most inputs have no certificate
    from cryptography import x509

#: The bundles of public authorities, of ca-certificates on Debian, Red Hat, SUSE and Alpine.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)
#: Where certbot keeps the certificates of a public authority that has issued this host's.
_CERTBOT = re.compile(r"/etc/letsencrypt/(live|archive)/[^/]+/(full)?chain\d*\.pem")
#: Where ca-certificates has them one by one, and where it puts links to them.
_SINGLE, _LINKS = "/usr/share/ca-certificates/mozilla/", "/etc/ssl/certs/"
#: How other names of its files begin: those that are no authority's common name.
_NAMES = """
    affirmtrust autoridad baltimore comodo digicert entrust epki globalsign globaltrust
    godaddy gts quovadis securetrust starfield swisssign telia trustwave usertrust xramp
"""


def check_public_trust(inputs: Input, declared: DeclaredConfig) -> Iterator[PolicyFinding]:
    """Yield a finding for each file by which clients are known, and that has a public authority.

    This is read from the configuration: the lab has no certificate of a public authority to try.
    """
    for value in trust_anchors(inputs, declared):
        if value.value in _BUNDLES and not inputs.has(value.value):
            holds = "holds them all"
        elif (name := _public_authority(inputs, value.value)) is not None:
            holds = f"holds {name}"
        else:
            continue
        where = inputs.user_path(value.place)
        yield PolicyFinding(
            "stranger",
            "whoever has a certificate of any public authority is let in:"
            f" {value.value} {holds}" + (f" (at {where})" if where else ""),
            id="public-authority",
            where=where,
        )


def _public_authority(inputs: Input, path: str) -> str | None:
    """Return a public authority that a file holds, by its content or else by its path."""
    for each in inputs.keys.certificates:
        if each.path == path and _is_public(each):
            return each.parsed.subject.rfc4514_string()
    if inputs.has(path):
        return None
    if _CERTBOT.fullmatch(path):
        return "the one that has issued this host's certificate"
    name = _letters(PurePosixPath(path).stem)
    is_link = path.startswith(_LINKS) and (
        name.startswith(tuple(_NAMES.split())) or name in map(_letters, _public_names())
    )
    return PurePosixPath(path).stem if is_link or path.startswith(_SINGLE) else None


def _is_public(certificate: Certificate) -> bool:
    """Return whether a certificate is a public authority's own, or one that such has issued."""
    return any(
        certificate.parsed == authority or certificate.is_issued_by(authority)
        for authority in _public_authorities()
    )


@cache
def _public_authorities() -> "list[x509.Certificate]":
    """Return Mozilla's authorities, without those few that cryptography refuses to read."""
    from cryptography import x509  # noqa: PLC0415

    bundle = Path(certifi.where()).read_bytes()
    blocks = re.findall(rb"-----BEGIN CERT.*?-----END CERTIFICATE-----", bundle, re.DOTALL)
    authorities = []
    for block in blocks:
        # Some have a serial number that newer rules forbid: a warning, and an error in future.
        with warnings.catch_warnings(), suppress(ValueError):
            warnings.simplefilter("ignore")
            authorities.append(x509.load_pem_x509_certificate(block))
    return authorities


def _public_names() -> Iterator[str]:
    """Yield the common names of the public authorities, after which Debian names their files."""
    from cryptography import x509  # noqa: PLC0415

    for authority in _public_authorities():
        for name in authority.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME):
            yield str(name.value)


def _letters(name: str) -> str:
    """Return a name as it is in names of files.

    >>> _letters("ISRG Root X1") == _letters("ISRG_Root_X1")
    True
    """
    return re.sub(r"[\W_]+", "", name).lower()
