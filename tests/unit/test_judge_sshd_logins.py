"""An sshd that lets users in without a password."""

import pytest
from observations import observation

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
