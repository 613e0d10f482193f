"""Lines of PAM's files that may let somebody in, and those of distributions that do not."""

import pytest

from dockerd_lab.config.pam import doubtful_lines

#: Debian's common-auth, and /etc/pam.d/su.
AUTH = """\
# /etc/pam.d/common-auth
auth\t[success=1 default=ignore]\tpam_unix.so nullok
auth\trequisite\t\t\tpam_deny.so
auth\trequired\t\t\tpam_permit.so
auth optional pam_cap.so  # capabilities
"""
SU = """\
auth       sufficient pam_rootok.so
session       required   pam_env.so readenv=1
-session    optional   pam_mail.so nopen
@include common-auth
@include common-account
@include common-session
session    required   pam_limits.so
"""
HARDENED = """\
auth required pam_faillock.so preauth silent
auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_permit.so
auth required pam_wheel.so use_uid
password requisite pam_pwquality.so retry=3
"""


@pytest.mark.parametrize("text", [AUTH, SU, HARDENED])
def test_what_distributions_have_and_hardening_adds(text):
    assert list(doubtful_lines(text)) == []


@pytest.mark.parametrize(
    "line",
    [
        "auth sufficient pam_permit.so",
        "auth required pam_permit.so",
        "auth [default=done] pam_echo.so",
        "auth [success=2 default=ignore] pam_group.so",
        "auth [success=1 default=1] pam_unix.so",
        "auth sufficient pam_wheel.so trust",
        "auth required pam_wheel.so trust group=users",
        "auth sufficient pam_succeed_if.so use_uid user != nobody",
        "auth sufficient pam_rhosts.so",
        "auth required pam_exec.so /srv/hook",
        "session optional pam_exec.so /srv/hook",
        "auth include other",
        "no line",
    ],
)
def test_lines_that_may_let_somebody_in(line):
    assert list(doubtful_lines(f"{line}\n{AUTH}")) == [1]


def test_a_password_that_need_not_be_right():
    text = "auth sufficient pam_unix.so\nauth required pam_permit.so\n"
    assert list(doubtful_lines(text)) == [2]
    assert list(doubtful_lines(text.replace("sufficient", "required"))) == []
