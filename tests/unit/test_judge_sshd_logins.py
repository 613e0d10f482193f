"""An sshd that lets users in without a password."""

import pytest
from observations import observation

from dockerd_lab.observe.open_accounts import OpenAccounts

SSHD = "etc/ssh/sshd_config.d/docker.conf"
FORCED = "Match User docker\n  ForceCommand docker system dial-stdio\n"


@pytest.mark.parametrize("line", ["PermitEmptyPasswords yes", "authenticationmethods none"])
def test_it_asks_for_no_password(judged, line):
    result = judged({SSHD: f"{FORCED}  {line}\n"}, observation())
    (reason,) = result.reasons
    assert reason.startswith("sshd lets users in without a password")
    assert reason.endswith(f"{SSHD}:3)")
    assert result.verdict == "failed"


@pytest.mark.parametrize("text", [FORCED, "# PermitEmptyPasswords yes\nPermitEmptyPasswords no\n"])
def test_it_asks(judged, text):
    assert judged({SSHD: text}, observation()).reasons == []


@pytest.mark.parametrize(
    ("users", "text", "is_open"),
    [
        ("ci", "Match User ci\n  PermitEmptyPasswords yes\n", False),
        ("ci,me", "Match User ci,me\n  PermitEmptyPasswords yes\n", False),
        # Nobody says which accounts the real machine has.
        ("ci", "PermitEmptyPasswords yes\nMatch User ci\n", True),
        ("ci", "Match User ci\n  X11Forwarding no\nMatch All\n  PermitEmptyPasswords yes\n", True),
        ("ci", "Match User ci,me\n  PermitEmptyPasswords yes\n", True),
        ("ci", "Match Group docker\n  PermitEmptyPasswords yes\n", True),
        ("ci", "Match User c*\n  PermitEmptyPasswords yes\n", True),
        ("ci", "Match User ci\n  AuthenticationMethods none\n", True),
    ],
)
def test_an_empty_password_of_accounts_that_have_none(judged, users, text, is_open):
    seen = observation(open_accounts=OpenAccounts(others=tuple(users.split(","))))
    assert bool(judged({SSHD: text}, seen).reasons) is is_open
