"""Cuts what the daemon's machine printed to what a report has room for."""

from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.log import extract_message, last_line
from dockerd_lab.judge.verdict import Evidence
from dockerd_lab.observe.observation import Observation

#: More lines of the log, and characters of one, are left out; and of another text.
_MAX_LINES, _MAX_LINE, _MAX_TEXT = 200, 1000, 16_000
#: How many lines before the first that shows an error are kept.
_BEFORE = 20


def evidence_of(observation: Observation, judgement: Judgement) -> Evidence:
    """Return what was printed, with the lines that show the errors."""
    daemon = observation.daemon
    messages = [entry.message for entry in daemon.journal] + daemon.by_hand.splitlines()
    lines = [*map(str, daemon.journal), *daemon.by_hand.splitlines()]
    texts = {each.message for each in judgement.errors}
    if daemon.outcome.daemon != "active" and not texts:
        texts = {extract_message(last_line(observation))}
    telling = [n for n, message in enumerate(messages) if extract_message(message) in texts]
    start = max(0, len(lines) - _MAX_LINES)
    if telling:
        start = min(start, max(0, telling[0] - _BEFORE))
    kept = lines[start : start + _MAX_LINES]
    raw = {name: result.stdout for name, result in daemon.raw.items()}
    netstat = "\n".join(filter(None, (raw.get("tcp", ""), raw.get("unix", ""))))
    return Evidence(
        log=[_cut(line, _MAX_LINE) for line in kept],
        telling=[n - start for n in telling if n - start < len(kept)],
        lines_left_out=len(lines) - len(kept),
        netstat=_cut(netstat or "\n".join(map(str, daemon.listeners)), _MAX_TEXT),
        units=_cut(raw.get("unit_files", ""), _MAX_TEXT),
        daemon_json=_cut(raw.get("daemon_json", ""), _MAX_TEXT),
        nginx=_cut(raw.get("nginx", ""), _MAX_TEXT),
        firewall=_cut(raw.get("rules", ""), _MAX_TEXT),
    )


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} characters left out)"
