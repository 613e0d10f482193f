"""Says in a sentence, and in two short lists, what a report found: what people read first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.html_findings import place_of
from dockerd_lab.report.html_words import OPEN, STRANGERS, levels_of, state_words
from dockerd_lab.report.rule_text import rule_text

_ARTICLE = {
    "outsider": "an outsider",
    "local-user": "a local user",
    "container": "a container",
}
_GETS = {
    "full-control": ("is root", "are root"),
    "writes": ("may change the daemon", "may change the daemon"),
    "read-only": ("may read from the daemon", "may read from the daemon"),
    "unclear": ("may get in (unclear)", "may get in (unclear)"),
}


@dataclass(frozen=True)
class Access:
    """The strangers who get the same with the same configurations."""

    people: tuple[tuple[str, tuple[str, ...]], ...]
    """Who, and the engines on which; none of these if it is all of a configuration's."""
    gets: str
    """Such as `is root`."""
    level: str
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Failure:
    """A configuration with which dockerd does not start, and why."""

    report: Report
    engines: tuple[str, ...]
    """None if it is all engines."""
    title: str
    """What is wrong, in general; empty where nothing is known."""
    message: str
    """What the daemon said of it, on the first of the engines."""
    where: str
    old_runs_on: bool
    """Whether systemd refuses the unit, and the daemon of before runs on."""


def answer(reports: Sequence[Report]) -> str:
    """Return the sentence at the top: of one configuration, or of all."""
    found = f"{reports[0].case} {sentence(reports[0])}." if len(reports) == 1 else _of_many(reports)
    return f"Predicted: {found}" if any(report.predicted for report in reports) else found


def accesses(reports: Iterable[Report]) -> list[Access]:
    """Return what strangers get, root first; each configuration once for each level."""
    found: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], list[Report]] = {}
    for report in reports:
        for level in _GETS:
            there = {
                who: [r for r in report.results if levels_of(r).get(who) == level]
                for who in STRANGERS
            }
            people = tuple((who, _engines(report, rs)) for who, rs in there.items() if rs)
            if people:
                found.setdefault((level, people), []).append(report)
    order = list(_GETS)
    return [
        Access(people, _GETS[level][len(people) > 1], level, tuple(theirs))
        for (level, people), theirs in sorted(
            found.items(), key=lambda each: (order.index(each[0][0]), -len(each[0][1]))
        )
    ]


def closed(reports: Iterable[Report]) -> list[Report]:
    """Return those with which dockerd starts everywhere, and no stranger gets in anywhere."""
    return [
        report
        for report in reports
        if report.verdict != "incomplete"
        and all(result.starts for result in report.results)
        and not any(level in OPEN for r in report.results for level in _stranger_levels(r))
        and _is_known(report)
    ]


def failures(reports: Iterable[Report]) -> list[Failure]:
    """Return the configurations that do not start, once for each reason."""
    found: list[Failure] = []
    for report in reports:
        reasons: dict[str, list[tuple[Result, tuple[str, str, str]]]] = {}
        for result in report.results:
            if result.starts is False:
                why = _why(result)
                reasons.setdefault(why[0] or why[1], []).append((result, why))
        found += [
            Failure(
                report,
                _engines(report, [result for result, _ in there]),
                *there[0][1],
                old_runs_on=there[0][0].daemon == "unchanged",
            )
            for there in reasons.values()
        ]
    return found


def sentence(report: Report) -> str:
    """Return what a configuration does, in a sentence without its name."""
    parts = [_starts(report), *_strangers(report)]
    if not any(level in OPEN for result in report.results for level in _stranger_levels(result)):
        parts.append("no stranger gets in" if _is_known(report) else "who gets in is unknown")
    if report.verdict == "incomplete":
        parts.append("not all of it could be judged")
    return "; ".join(parts)


def _starts(report: Report) -> str:
    starts = [_version(result) for result in report.results if result.starts]
    fails = [_version(result) for result in report.results if result.starts is False]
    unknown = [_version(result) for result in report.results if result.starts is None]
    words = (("starts", starts), ("does not start", fails), ("may or may not start", unknown))
    used = [(word, versions) for word, versions in words if versions]
    if len(used) == 1:
        word, versions = used[0]
        every = "any engine" if word == "does not start" else "every engine"
        return f"{word} on {every if len(versions) > 1 else f'Docker {versions[0]}'}"
    return ", ".join(f"{word} on Docker {_and(versions)}" for word, versions in used)


def _strangers(report: Report) -> list[str]:
    """Return who is root, and who else gets in, those with the same engines together."""
    parts = []
    for level, (one, several) in _GETS.items():
        by_engines: dict[tuple[str, ...], list[str]] = {}
        for who in STRANGERS:
            there = [r for r in report.results if levels_of(r).get(who) == level]
            if there:
                by_engines.setdefault(_engines(report, there), []).append(_ARTICLE[who])
        for engines, people in by_engines.items():
            where = f" on {_and(engines)}" if engines else ""
            parts.append(f"{_and(people)} {one if len(people) == 1 else several}{where}")
    return parts


def _of_many(reports: Sequence[Report]) -> str:
    total = len(reports)
    failed = sum(report.verdict == "failed" for report in reports)
    incomplete = sum(report.verdict == "incomplete" for report in reports)
    if failed:
        first = f"{failed} of {total} configurations {'fails' if failed == 1 else 'fail'}"
    elif incomplete:
        first = f"none of {total} configurations fails"
    elif any(passes_by_case(result) for report in reports for result in report.results):
        first = f"all {total} configurations do what their cases expect"
    else:
        first = f"all {total} configurations pass"
    parts = [first]
    if incomplete:
        parts.append(f"{incomplete} could not be judged in full")
    stopped = sum(any(r.starts is False for r in report.results) for report in reports)
    if stopped:
        parts.append(f"dockerd does not start with {stopped}")
    counts: dict[int, list[str]] = {}
    for who in STRANGERS:
        number = sum(
            any(levels_of(r).get(who) == "full-control" for r in report.results)
            for report in reports
        )
        if number:
            counts.setdefault(number, []).append(_ARTICLE[who])
    for number, people in counts.items():
        parts.append(f"{_and(people)} {'is' if len(people) == 1 else 'are'} root with {number}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def passes_by_case(result: Result) -> bool:
    """Return whether a result passes because its case expects what is a failure otherwise."""
    is_open = any(level in OPEN for level in _stranger_levels(result))
    is_wrong = result.starts is False or is_open
    return result.verdict == "passed" and is_wrong and not result.permitted


def _engines(report: Report, results: Sequence[Result]) -> tuple[str, ...]:
    """Return the engines of some results, or nothing if they are all of the report's."""
    return () if len(results) == len(report.results) else tuple(each.engine for each in results)


def _stranger_levels(result: Result) -> Iterable[str]:
    levels: Mapping[str, str] = levels_of(result)
    return [levels[who] for who in STRANGERS if who in levels]


def _is_known(report: Report) -> bool:
    return all("unknown" not in _stranger_levels(result) for result in report.results)


def _why(result: Result) -> tuple[str, str, str]:
    """Return why dockerd does not start: what is wrong, what the daemon said, and the place."""
    causes = [each for each in result.findings if each.rule in _ids(result)]
    if causes:
        return rule_text(causes[0]).title, causes[0].message, place_of(causes[0])
    return "", (result.reasons[0] if result.reasons else state_words(result)[1]), ""


def _ids(result: Result) -> list[str]:
    return [error.id for error in result.errors]


def _version(result: Result) -> str:
    return result.engine_version


def _and(words: Sequence[str]) -> str:
    """Join words.

    >>> _and(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
