"""Finds accounts and groups with access to Docker that every local user can take on."""

from collections.abc import Iterator

from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.observe.open_accounts import OpenAccounts


def check_open_accounts(found: OpenAccounts) -> Iterator[PolicyFinding]:
    """Yield a finding for each group with a password, and each account without one."""
    for name in found.groups:
        sentence = (
            f"group {name} has a password: every local user who knows or guesses it joins the group"
            f" (newgrp {name}), and controls the daemon"
        )
        yield PolicyFinding("stranger", sentence, id="local-root")
    for name in found.accounts:
        sentence = f"every local user becomes {name} without a password, and controls the daemon"
        yield PolicyFinding("stranger", sentence, id="local-root")
