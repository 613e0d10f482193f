"""Names who tries to reach the daemon, what each gets, and a daemon's state, in the HTML report."""

from dockerd_lab.judge.verdict import Result

#: What people call those who try, by their key in the result.
WHO = {
    "client": "client",
    "outsider": "outsider",
    "local-user": "local user",
    "container": "container",
}
#: Those who should get nothing.
STRANGERS = ("outsider", "local-user", "container")
#: Levels that give a stranger something, or may.
OPEN = ("read-only", "writes", "full-control", "unclear")
#: What a level means, the strongest first.
LEVELS = {
    "full-control": "a container was run that read a file that root alone can read: root on the"
    " machine. ROOT in this report, if it is a stranger.",
    "unclear": "could not be shown, and counts as the worst",
    "writes": "something that changes the daemon or a container was let through",
    "read-only": "the daemon answers, and nothing that changes anything was let through",
    "auth-required": "HTTP 401 or 403, or ssh without a key, whatever was tried",
    "tls-required": "refused without a client certificate, and with those that anybody can make",
    "refused": "no connection, or nothing behind it that controls a daemon",
    "filtered": "no answer at all",
    "unknown": "the files do not tell; a trial on machines does",
}
_STATES = {
    "active": ("✓", "starts"),
    "failed": ("✗", "does not start"),
    "unchanged": ("✗", "unit refused, old daemon runs on"),
    "unknown": ("?", "unknown whether it starts"),
}


def level_word(who: str, level: str) -> str:
    """Return a level as people are to read it.

    >>> level_word("outsider", "full-control"), level_word("client", "full-control")
    ('ROOT', 'full-control')
    """
    return "ROOT" if who in STRANGERS and level == "full-control" else level


def state_words(result: Result) -> tuple[str, str]:
    """Return a sign and words for the daemon's state."""
    return _STATES[result.daemon]


def levels_of(result: Result) -> dict[str, str]:
    """Return who gets what, by who; without those of whom it is not known."""
    levels = result.exposure.model_dump(by_alias=True)
    return {who: levels[who] for who in WHO if levels.get(who)}
