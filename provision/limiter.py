"""Waits where a target of probe.py limits how often somebody may ask. It must run on Python 3.9."""

import time
from http import HTTPStatus

#: Statuses that say so, and the seconds to wait before a request is repeated.
TOO_OFTEN, PAUSES = (429, 503), (0.3, 0.7, 1.5)
#: The seconds that all pauses may take for one target: where nothing is known of its limit, where
#: the configuration says how often somebody may ask, and for requests that were let through before.
MAX_PAUSES, MAX_KNOWN_PAUSES, MAX_PATIENT_PAUSES = 5, 60, 90


class Limiter:
    """Knows whether a target limits how often somebody may ask, and waits for it."""

    def __init__(self, limit=None):
        """Begin; `limit` is empty, or has `statuses` for more, and `seconds` for one request."""
        self.configured = tuple((limit or {}).get("statuses", ()))
        seconds = self.seconds = (limit or {}).get("seconds", 0)
        self.pauses = (seconds * 1.1, seconds * 2, seconds * 3) if seconds else PAUSES
        self.longest = MAX_KNOWN_PAUSES if seconds else MAX_PAUSES
        #: Whether headers should not be left out one by one.
        self.is_slow = seconds > PAUSES[0]
        #: How many requests got no other answer, although it is known how often somebody may ask.
        self.unanswered = 0
        self.statuses, self.paused, self.lets_through = set(), 0, False

    def wait(self, status, answer, pause, patient):
        """Wait if an answer says that somebody asks too often; return whether to ask again."""
        self.statuses.add(status)
        if _is_daemon(status, answer):
            self.lets_through = True
        if not self.is_limit(status, answer):
            return False
        longest = MAX_PATIENT_PAUSES if patient else self.longest
        if pause is None or self.paused + pause > longest:
            # After all pauses, a status that also says that somebody may not ask does say that.
            is_clear = pause is None and status not in TOO_OFTEN
            self.unanswered += bool(self.seconds) and not is_clear
            return False
        self.paused += pause
        time.sleep(pause)
        return True

    def is_limit(self, status, answer):
        """Return whether an answer says that somebody asks too often: others were different.

        A status that also says that somebody may not ask counts only where it is configured, and
        once something was let through.
        """
        if b'"message"' in answer:  # dockerd's 503, about swarm
            return False
        if status in TOO_OFTEN:
            return not self.statuses <= {*TOO_OFTEN}
        return status in self.configured and self.lets_through


def _is_daemon(status, answer):
    """Return whether a request has reached something behind the proxy."""
    return status < HTTPStatus.MULTIPLE_CHOICES or b'{"message"' in answer
