"""Checks whether anybody can come by what lets clients in: a certificate, a key or a password."""

from collections.abc import Collection, Iterator

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.found_keys import check_found_keys
from dockerd_lab.judge.judgement import PolicyFinding
from dockerd_lab.judge.public_trust import check_public_trust
from dockerd_lab.judge.sshd_door import check_sshd
from dockerd_lab.judge.weak_passwords import check_weak_passwords


def check_credentials(
    inputs: Input, declared: DeclaredConfig, scripts: Collection[str]
) -> Iterator[PolicyFinding]:
    """Yield the findings of all these rules; the probe has none of what they are about.

    `scripts` are the texts of the user's scripts.
    """
    yield from check_public_trust(inputs, declared)
    yield from check_found_keys(inputs, declared)
    yield from check_weak_passwords(inputs, scripts)
    yield from check_sshd(inputs)
