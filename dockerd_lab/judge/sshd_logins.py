"""Finds an sshd that lets users in without a password: whoever may run docker there is root."""

import re
from collections.abc import Iterator

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import PolicyFinding

_SSHD = re.compile(r"/etc/ssh/sshd_config(\.d/[^/]+\.conf)?$")
_NO_PASSWORD = re.compile(
    r"^[ \t]*(?:PermitEmptyPasswords[ \t=]+yes|AuthenticationMethods[ \t=]+none)\b",
    re.MULTILINE | re.IGNORECASE,
)


def check_sshd_logins(inputs: Input) -> Iterator[PolicyFinding]:
    """Yield a finding for each line of sshd's configuration that allows it.

    Keys and passwords are found elsewhere; docker over ssh for those who have one is no finding.
    """
    for file, text in inputs.texts.items():
        for match in _NO_PASSWORD.finditer(text) if _SSHD.fullmatch(file) else ():
            where = inputs.user_path(Place(file, text.count("\n", 0, match.start()) + 1))
            sentence = f"sshd lets users in without a password (at {where})"
            yield PolicyFinding("stranger", sentence, id="open-ssh", where=where)
