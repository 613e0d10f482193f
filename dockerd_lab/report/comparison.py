"""Compares the results of two runs: what changed, and what of it is worse.

Whoever gets more than before makes it worse, permitted or not: a reviewer wants to know.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dockerd_lab.judge.verdict import Finding, Report, Result
from dockerd_lab.levels import LEVELS

Kind = Literal["worse", "better", "changed"]
_STRANGERS = {"outsider": "outsider", "local-user": "local user", "container": "container"}
_VERDICTS = ("passed", "incomplete", "failed")
_FIRST_OPEN = LEVELS.index("read-only")


@dataclass(frozen=True)
class Change:
    """Something that is not as it was."""

    case: str
    engine: str
    kind: Kind
    text: str


def compare(old: Iterable[Report], new: Iterable[Report]) -> list[Change]:
    """Return what changed from one run to another, by configuration and engine."""
    before, after = _by_case(old), _by_case(new)
    changes: list[Change] = []
    for case, engine in dict.fromkeys([*before, *after]):
        was, now = before.get((case, engine)), after.get((case, engine))
        if now is None:
            found: Iterable[tuple[Kind, str]] = [("changed", "is not there any more")]
        elif was is None:
            found = _of_new(now)
        else:
            found = _between(was, now)
        changes += [Change(case, engine, kind, text) for kind, text in found]
    return changes


def _by_case(reports: Iterable[Report]) -> dict[tuple[str, str], Result]:
    return {(report.case, each.engine): each for report in reports for each in report.results}


def _of_new(result: Result) -> Iterator[tuple[Kind, str]]:
    """Yield what there is to say of a configuration that was not there before."""
    levels = _levels(result)
    open_to = [who for who in _STRANGERS if _rank(levels[who]) >= _rank("read-only")]
    if result.verdict == "failed" or open_to:
        yield "worse", f"is new, and {result.verdict}: {_state(result)}"
    else:
        yield "changed", f"is new, and {result.verdict}: {_state(result)}"
    for who in open_to:
        yield "worse", f"{_STRANGERS[who]}: {_shown(levels[who])}"
    yield from (("worse", _text(each)) for each in _errors(result))


def _between(old: Result, new: Result) -> Iterator[tuple[Kind, str]]:
    if old.starts != new.starts:
        yield _kind(_starts(old), _starts(new)), f"{_state(old)} → {_state(new)}"
    elif _VERDICTS.index(old.verdict) != _VERDICTS.index(new.verdict):
        kind = _kind(_VERDICTS.index(old.verdict), _VERDICTS.index(new.verdict))
        yield kind, f"{old.verdict} → {new.verdict}"
    was, now = _levels(old), _levels(new)
    for who, words in {**_STRANGERS, "client": "client"}.items():
        if was[who] != now[who]:
            kind = _kind(_rank(was[who]), _rank(now[who]))
            if who == "client":  # who may control it; nothing says that it has to
                kind = "changed"
            yield kind, f"{words}: {_shown(was[who])} → {_shown(now[who])}"
    listeners, others = {str(each) for each in old.listeners}, {str(each) for each in new.listeners}
    yield from (("changed", f"a listener appeared: {each}") for each in sorted(others - listeners))
    yield from (("changed", f"a listener went: {each}") for each in sorted(listeners - others))
    yield from _findings(old, new)


def _findings(old: Result, new: Result) -> Iterator[tuple[Kind, str]]:
    known, now = {_key(each) for each in old.findings}, {_key(each) for each in new.findings}
    for each in new.findings:
        if _key(each) not in known:
            yield "worse" if each.severity == "error" else "changed", _text(each)
    for each in old.findings:
        if _key(each) not in now:
            yield "better" if each.severity == "error" else "changed", f"no more: {_text(each)}"


def _key(finding: Finding) -> tuple[str, ...]:
    """Return what stays the same of a finding while its line is only moved."""
    source = " ".join((finding.source or "").split())
    file = finding.file or (finding.where or "").rpartition(":")[0]
    return (finding.rule, file, source, finding.severity)


def _errors(result: Result) -> list[Finding]:
    return [each for each in result.findings if each.severity == "error"]


def _text(finding: Finding) -> str:
    where = f" (at {finding.where})" if finding.where else ""
    return f"{finding.rule}: {finding.message}{where}"


def _kind(old: int, new: int) -> Kind:
    return "worse" if new > old else "better" if new < old else "changed"


def _starts(result: Result) -> int:
    return {True: 0, None: 1, False: 2}[result.starts]


def _state(result: Result) -> str:
    return {True: "starts", None: "may start", False: "does not start"}[result.starts]


def _levels(result: Result) -> dict[str, str]:
    exposure = result.exposure
    return {
        "client": exposure.client,
        "outsider": exposure.outsider,
        "local-user": exposure.local_user,
        "container": exposure.container or "refused",
    }


def _rank(level: str) -> int:
    """Return the rank of a level; what is unclear or unknown is above all that keeps one out."""
    if level not in LEVELS:
        return _FIRST_OPEN
    rank = LEVELS.index(level)
    return rank if rank < _FIRST_OPEN else rank + 1


def _shown(level: str) -> str:
    return "ROOT" if level == "full-control" else level


def comparison(changes: Sequence[Change]) -> str:
    """Return the changes as text: what is worse first, each with the engines on which it is so."""
    by_case: dict[str, dict[tuple[Kind, str], list[str]]] = {}
    for each in changes:
        entries = by_case.setdefault(each.case, {})
        entries.setdefault((each.kind, each.text), []).append(each.engine)
    order: tuple[Kind, ...] = ("worse", "better", "changed")
    lines = []
    for case, entries in by_case.items():
        lines.append(case)
        for (kind, text), engines in sorted(entries.items(), key=lambda e: order.index(e[0][0])):
            lines.append(f"  {kind}: {text} ({', '.join(engines)})")
    counts = {kind: sum(each.kind == kind for each in changes) for kind in order}
    lines.append(f"{counts['worse']} worse, {counts['better']} better, {counts['changed']} other")
    return "\n".join(lines) + "\n"
