"""An sshd that lets users in without a password."""

import pytest
from observations import observation

from dockerd_lab.judge.sshd_logins import find_untried_logins
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


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u", True),
        ("AuthorizedKeysFile /var/tmp/keys/%u", False),
        ("AuthorizedKeysCommand /usr/local/bin/keys %u", False),
        ("TrustedUserCAKeys /etc/ssh/ca.pub", True),
        ("TrustedUserCAKeys /srv/ca.pub", False),
        ("ForceCommand docker system dial-stdio", False),
        ("PermitUserEnvironment yes", False),
    ],
)
def test_lines_of_a_restarted_sshd_with_which_somebody_may_get_in(ready, line, is_known):
    file = "etc/ssh/sshd_config.d/x.conf"
    inputs = ready({file: f"PermitRootLogin no\n{line}\n"}).inputs
    entries = list(find_untried_logins(inputs, ["systemctl restart ssh\n"]))
    assert [each.where.rpartition(":")[2] for each in entries] == ([] if is_known else ["2"])
    assert list(find_untried_logins(inputs, [])) == []
