"""Finds the files of authorities: a client with a certificate of one of these is let in."""

import re
from collections.abc import Iterator

from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.value import Place, Value
from dockerd_lab.inputs.input import Input

#: The options of other proxies: HAProxy's, stunnel's, Apache's, Caddy's and Traefik's.
_OPTIONS = re.compile(
    r"\b(?:ca-file|ca-verify-file|CAfile|SSLCACertificateFile|trusted_(?:ca_cert|leaf_cert)_file"
    r"|caFiles)\b[\s=:\"'\[-]*(/[^\s\"',;\]]+)"
)


def trust_anchors(inputs: Input, declared: DeclaredConfig) -> Iterator[Value]:
    """Yield the paths of the authorities by which dockerd or a proxy before it knows clients."""
    yield from dict.fromkeys(_anchors(inputs, declared))


def _anchors(inputs: Input, declared: DeclaredConfig) -> Iterator[Value]:
    verified = {each.first for each in nginx.directives(inputs.texts, "ssl_verify_client")}
    for value in declared.tls_files.get("ca", ()):
        # nginx needs authorities for other things as well, such as ssl_stapling.
        if "/nginx/" not in value.place.file or verified & {"on", "optional"}:
            yield Value(inputs.resolve(value.value), value.place)
    for file, text in inputs.texts.items():
        for match in _OPTIONS.finditer(text):
            yield Value(match[1], Place(file, text.count("\n", 0, match.start()) + 1))
