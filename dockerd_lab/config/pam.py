"""Reads PAM's files: which lines may let somebody in whom a distribution's own would not.

See pam.conf(5) and pam.d(5).
"""

import re
from collections.abc import Iterator

#: The files, one for each program, and those that they include.
FILE = re.compile(r"/etc/pam\.d/[\w.-]+|/etc/pam\.conf")
_LINE = re.compile(
    r"\s*-?(?P<kind>auth|account|session|password)\s+(?P<control>\[[^\]]*\]|\w+)\s+"
    r"(?P<module>\S+)\s*(?P<arguments>.*)"
)
_INCLUDE = re.compile(r"\s*(?:@include\s+common-\w+|\w+\s+(?:include|substack)\s+common-\w+)\s*")
#: Modules with which nobody gets in who would not without them...
_NEUTRAL = re.compile(
    r"pam_(?:deny|faillock|faildelay|tally2?|nologin|securetty|shells|access|time|limits|env|umask"
    r"|group|motd|mail|lastlog|loginuid|keyinit|selinux|systemd|mkhomedir|cap|cracklib|pwquality"
    r"|pwhistory|issue|echo|warn)\.so"
)
#: ... unless their result ends the list, or skips lines of it.
_DECIDES = re.compile(r"sufficient|\[.*=\s*(?:done|\d+).*\]")
#: Modules that ask for a password or a second factor...
_ASKING = re.compile(r"pam_(?:unix|sss|ldap|krb5|winbind|google_authenticator|u2f|oath|yubico)\.so")
#: ... where nothing but the right one ends the list, or skips lines of it.
_ON_SUCCESS = re.compile(
    r"\w+|\[(?:\s*(?:success|new_authtok_reqd)=\w+|\s*\w+=(?:ignore|die|bad))*\s*\]"
)
_MUST_SUCCEED = ("required", "requisite")


def doubtful_lines(text: str) -> Iterator[int]:
    r"""Yield the numbers of the lines that may let somebody in, or run a program.

    >>> list(doubtful_lines("auth sufficient pam_permit.so\nauth required pam_unix.so\n"))
    [1]
    >>> list(doubtful_lines("auth [success=1 default=ignore] pam_unix.so nullok\n"
    ...     "auth requisite pam_deny.so\nauth required pam_permit.so\n"))
    []
    """
    is_closed = False  # whether a line before ends it for whoever has no password
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip()
        match = _LINE.fullmatch(words)
        if _INCLUDE.fullmatch(words):
            is_closed = True
        elif words and (match is None or not _is_usual(match, is_closed=is_closed)):
            yield number
        elif match is not None and match["kind"] == "auth" and match["control"] in _MUST_SUCCEED:
            module = _module(match)
            is_closed |= module == "pam_deny.so" or bool(_ASKING.fullmatch(module))


def _is_usual(line: re.Match[str], *, is_closed: bool) -> bool:
    """Return whether nobody gets in by a line who has no password, and it runs no program."""
    module, control = _module(line), line["control"]
    if _NEUTRAL.fullmatch(module):
        return line["kind"] != "auth" or not _DECIDES.fullmatch(control)
    if _ASKING.fullmatch(module):
        return bool(_ON_SUCCESS.fullmatch(control))
    if module == "pam_permit.so":
        return line["kind"] != "auth" or (is_closed and control in (*_MUST_SUCCEED, "optional"))
    if module == "pam_wheel.so":
        return control in _MUST_SUCCEED and "trust" not in line["arguments"].split()
    return module == "pam_rootok.so"


def _module(line: re.Match[str]) -> str:
    return line["module"].rpartition("/")[2]
