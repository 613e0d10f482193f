"""Finds an sshd that lets users in without a password: whoever may run docker there is root."""

import re
from collections.abc import Collection, Iterator

from dockerd_lab.config.script_commands import starts
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged, PolicyFinding
from dockerd_lab.observe.open_accounts import OpenAccounts

_SSHD = re.compile(r"/etc/ssh/sshd_config(\.d/[^/]+\.conf)?$")
_NO_PASSWORD = re.compile(
    r"^[ \t]*(?:(?P<empty>PermitEmptyPasswords[ \t=]+yes)|AuthenticationMethods[ \t=]+none)\b",
    re.MULTILINE | re.IGNORECASE,
)
_MATCH = re.compile(r"^[ \t]*Match[ \t]+(.+)$", re.MULTILINE | re.IGNORECASE)
_MATCH_USERS = re.compile(r"User[ \t]+([\w.,-]+)[ \t]*", re.IGNORECASE)
#: Where users' keys are, and nobody else may put one.
_KEYS = r"(?:(?:%h/)?\.ssh/[\w.%-]+|/etc/ssh/[\w./%-]+|none)"
#: A line with which nobody gets in who has neither a key nor a password, and that runs nothing
#: (sshd_config(5)). Whether it lets in somebody with an empty one is judged below.
_HARMLESS = re.compile(
    r"\s*(?:#.*)?|\s*(?:Match\s.*|Include\s+/etc/ssh/sshd_config\.d/\*\.conf"
    r"|ForceCommand\s+(?:/usr)?/bin/(?:false|true)|Subsystem\s+sftp\s+(?:internal-sftp|\S+/sftp-server)"
    rf"|AuthorizedKeysFile\s+{_KEYS}(?:\s+{_KEYS})*\s*|TrustedUserCAKeys\s+/etc/ssh/[\w./-]+\s*"
    r"|AcceptEnv\s+[LC_*ANG\s]+"
    r"|(?:PasswordAuthentication|PermitEmptyPasswords|PubkeyAuthentication|KbdInteractiveAuthentication"
    r"|ChallengeResponseAuthentication|UsePAM|PermitRootLogin|PermitTTY|X11Forwarding|AllowTcpForwarding"
    r"|AllowStreamLocalForwarding|AllowAgentForwarding|DisableForwarding|AllowUsers|AllowGroups"
    r"|DenyUsers|DenyGroups|ClientAlive\w+|TCPKeepAlive|LoginGraceTime|MaxAuthTries|MaxSessions"
    r"|MaxStartups|StrictModes|LogLevel|SyslogFacility|PrintMotd|PrintLastLog|Banner|UseDNS"
    r"|Port|ListenAddress|AddressFamily|Compression|Ciphers|MACs|KexAlgorithms|HostKeyAlgorithms)[\s=].*)",
    re.IGNORECASE,
)
_SETTLE = "Look at whom it lets in; --allow-incomplete permits it."
#: Nothing is known of the accounts of a machine that was not observed.
NO_ACCOUNTS = OpenAccounts()


def check_sshd_logins(
    inputs: Input, accounts: OpenAccounts = NO_ACCOUNTS
) -> Iterator[PolicyFinding]:
    """Yield a finding for each line of sshd's configuration that allows it.

    `accounts` are the machine's. An empty password is no way in where the line is about accounts
    that are there and have another one, or are locked. Keys and passwords are found elsewhere;
    docker over ssh for those who have one is no finding.
    """
    for file, text in inputs.texts.items():
        for match in _NO_PASSWORD.finditer(text) if _SSHD.fullmatch(file) else ():
            users = _users(text[: match.start()]) if match["empty"] else set()
            if users and users <= {*accounts.others}:
                continue
            where = inputs.user_path(Place(file, text.count("\n", 0, match.start()) + 1))
            sentence = f"sshd lets users in without a password (at {where})"
            yield PolicyFinding("stranger", sentence, id="open-ssh", where=where)


def find_untried_logins(inputs: Input, scripts: Collection[str]) -> Iterator[NotJudged]:
    """Yield each line of a running sshd with which somebody may get in, or that runs something.

    `scripts` are the texts of the user's scripts. A complete case says itself who gets in.
    """
    if inputs.complete or not starts("ssh", scripts):
        return
    for file, text in inputs.texts.items():
        for number, line in enumerate(text.splitlines() if _SSHD.fullmatch(file) else (), 1):
            if not _HARMLESS.fullmatch(line):
                message = f"whom this line lets in, and what it runs, was not tried: {line.strip()}"
                where = inputs.user_path(Place(file, number))
                yield NotJudged(name=file, message=message, settle=_SETTLE, where=where)


def lets_nobody_in(text: str) -> bool:
    r"""Return whether sshd lets in nobody more by a file, and runs nothing else for them.

    >>> lets_nobody_in("Match User ci\n  PermitTTY no\n"), lets_nobody_in("ForceCommand docker\n")
    (True, False)
    """
    return all(map(_HARMLESS.fullmatch, text.splitlines()))


def _users(before: str) -> set[str]:
    """Return the users to whom the line after a text applies; none if it may apply to others."""
    matches = _MATCH.findall(before)
    users = _MATCH_USERS.fullmatch(matches[-1]) if matches else None
    return {*users[1].split(",")} if users is not None else set()
