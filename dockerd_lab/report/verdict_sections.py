"""Makes the headline and the sections of a verdict, for every report that people read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dockerd_lab.judge.findings import Error, NoEffect, NotJudged
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.report.printable import printable

_NO_EFFECT = "no effect"


@dataclass(frozen=True)
class Section:
    """A heading and its items."""

    title: str
    items: list[str]
    """Each may have several lines; the first is the sentence, the others its place and fix."""
    is_problem: bool = False
    """Whether its items are why the configuration does not pass."""
    is_finding: bool = False
    """Whether its items are among the findings of the results."""


#: A title, and the items of one engine under it.
_Part = tuple[str, Callable[[Result], Iterable[str]]]


def headline(report: Report) -> str:
    """Return the verdict in a few words, such as `starts on 20.10.24, fails on 28.5.2`."""
    if not report.results:
        return "is not tried on any engine"
    starts = [result.engine_version for result in report.results if result.starts]
    fails = [result.engine_version for result in report.results if result.starts is False]
    unknown = [result.engine_version for result in report.results if result.starts is None]
    if starts and fails:
        return f"starts on {', '.join(starts)}, fails on {', '.join(fails)}"
    where = "" if len(report.results) == 1 else " on every engine"
    what = "starts" if starts else "does not start" if fails else "may start"
    if unknown and (starts or fails):
        where = f" on {', '.join(starts or fails)}, is unknown on {', '.join(unknown)}"
    return f"{what}{where}, and {_verdicts(report)}"


def sections(report: Report, *, all_files: bool = False) -> list[Section]:
    """Return the sections that have items, what is wrong first.

    Without `all_files` those files are left out that are in effect, or are in another section.
    """
    problems: list[_Part] = [
        ("why it failed", lambda result: result.reasons),
        ("errors", lambda result: map(_error, result.errors)),
        ("not judged", lambda result: map(_not_judged, result.not_judged)),
    ]
    incomplete = f"an incomplete verdict: {report.allow_incomplete}"
    others: list[_Part] = [
        (
            "permitted",
            lambda result: [*result.permitted, *([incomplete] if report.allow_incomplete else [])],
        ),
        (_NO_EFFECT, lambda result: map(_no_effect, result.no_effect)),
        ("after a boot", _after_boot),
        ("lint predicted something else: please report this", _disagreements),
        ("daemon warnings", lambda result: result.warnings),
        ("dockerd --validate", _validate),
        ("listeners", lambda result: [str(listener) for listener in result.listeners]),
        ("command line", lambda result: [result.command] if result.command else []),
        ("hosts", lambda result: [", ".join(result.hosts)] if result.hosts else []),
        ("stand-ins", lambda result: result.stand_ins),
        ("files", lambda result: _files(result, all_files=all_files)),
        ("notes", lambda result: result.notes),
    ]
    every = [
        Section(title, _by_engines(report, items), is_problem=True, is_finding=True)
        for title, items in problems
    ]
    every += [
        Section(title, _by_engines(report, items), is_finding=title == _NO_EFFECT)
        for title, items in others
    ]
    return [section for section in every if section.items]


def _verdicts(report: Report) -> str:
    worst = report.verdict
    engines = [result.engine for result in report.results if result.verdict == worst]
    what = "is incomplete" if worst == "incomplete" else worst
    return what if len(engines) == len(report.results) else f"{what} on {', '.join(engines)}"


def _by_engines(report: Report, items: Callable[[Result], Iterable[str]]) -> list[str]:
    """Return each different item, preceded by the engines that have it unless all do."""
    engines: dict[str, list[str]] = {}
    for result in report.results:
        for item in dict.fromkeys(map(printable, items(result))):
            engines.setdefault(item, []).append(result.engine)
    everywhere = len(report.results)
    return [
        item if len(names) == everywhere else f"{', '.join(names)}: {item}"
        for item, names in engines.items()
        if item
    ]


def _error(error: Error) -> str:
    where = [f"at {error.where}"] if error.where else []
    fixes = [f"fix: {line}" for line in error.fix.splitlines()]
    return "\n".join([f"{error.id}: {error.message}", *where, f"cause: {error.cause}", *fixes])


def _no_effect(setting: NoEffect) -> str:
    where = [f"at {setting.where}"] if setting.where else []
    return "\n".join([f"{setting.setting}: {setting.message}", *where, f"fix: {setting.fix}"])


def _not_judged(item: NotJudged) -> str:
    where = [f"at {item.where}"] if item.where else []
    return "\n".join([f"{item.name}: {item.message}", *where, f"settle: {item.settle}"])


def _after_boot(result: Result) -> list[str]:
    """Return what differs after a boot from after the restart, or that nothing does."""
    if result.after_boot is None:
        return []
    differences = result.after_boot.differences
    if not differences:
        return ["the same as after the restart"]
    return [
        f"{each.name}: {each.after_restart} after the restart, {each.after_boot} after a boot"
        for each in differences
    ]


def _disagreements(result: Result) -> list[str]:
    return [
        f"{each.question}: predicted {each.predicted}, seen {each.seen}"
        for each in result.disagreements
    ]


def _files(result: Result, *, all_files: bool) -> list[str]:
    elsewhere = {*result.notes}
    messages = {each.message for each in result.not_judged}
    messages |= {each.message for each in result.no_effect}
    return [
        f"{each.name}: {each.outcome.replace('-', ' ')}: {each.message}"
        for each in result.files
        if all_files
        or (
            each.outcome != "in-effect"
            and each.message not in messages
            and f"{each.name}: not installed" not in elsewhere
        )
    ]


def _validate(result: Result) -> list[str]:
    if result.dockerd_validate is None:
        return []
    return ["would have noticed" if result.dockerd_validate else "would not have noticed"]
