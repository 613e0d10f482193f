"""Finds a daemon that trusts public authorities, of which anybody can get a certificate."""

from collections.abc import Iterator

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.judgement import PolicyFinding

#: The bundles of public authorities, of ca-certificates on Debian, Red Hat, SUSE and Alpine.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)


def check_public_trust(inputs: Input, declared: DeclaredConfig) -> Iterator[PolicyFinding]:
    """Yield a finding for each public bundle by which clients are known, and that the input lacks.

    It is read off the configuration: the lab has no certificate of a public authority to try.
    """
    for value in declared.tls_files.get("ca", ()):
        if value.value in _BUNDLES and not inputs.has(value.value):
            where = inputs.user_path(value.place)
            yield PolicyFinding(
                "stranger",
                "whoever has a certificate of any public authority is let in:"
                f" {value.value} holds them all" + (f" (at {where})" if where else ""),
            )
