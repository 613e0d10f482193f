"""What a verdict has to say besides its table, for every report that people read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Error, NoEffect, NotJudged, Report, Result


@dataclass(frozen=True)
class Section:
    """A heading, and what is said under it."""

    title: str
    items: list[str]
    """Each may have several lines; the first is the sentence, the others its place and fix."""
    is_problem: bool = False
    """Whether its items are why the configuration does not pass."""


#: A title, and the items of one engine under it.
_Part = tuple[str, Callable[[Result], Iterable[str]]]


def headline(report: Report) -> str:
    """What differs between engines (`starts on 20.10.24, fails on 28.5.2`), or holds on all."""
    starts = [result.engine_version for result in report.results if result.starts]
    fails = [result.engine_version for result in report.results if not result.starts]
    if starts and fails:
        return f"starts on {', '.join(starts)}, fails on {', '.join(fails)}"
    where = "" if len(report.results) == 1 else " on every engine"
    return f"{'starts' if starts else 'does not start'}{where}, and {_verdicts(report)}"


def sections(report: Report) -> list[Section]:
    """All that is to be told, what is wrong first; a section that has nothing is left out."""
    problems: list[_Part] = [
        ("why it failed", lambda result: result.reasons),
        ("errors", lambda result: map(_error, result.errors)),
        ("not judged", lambda result: map(_not_judged, result.not_judged)),
    ]
    others: list[_Part] = [
        ("no effect", lambda result: map(_no_effect, result.no_effect)),
        ("warnings of the daemon", lambda result: result.warnings),
        ("dockerd --validate", _validate),
        ("listeners", lambda result: [str(listener) for listener in result.listeners]),
        ("command line", lambda result: [result.command] if result.command else []),
        ("hosts", lambda result: [", ".join(result.hosts)] if result.hosts else []),
        ("stood in for", lambda result: result.stand_ins),
        ("notes", lambda result: result.notes),
    ]
    made = [
        Section(title, _by_engines(report, items), is_problem=True) for title, items in problems
    ]
    made += [Section(title, _by_engines(report, items)) for title, items in others]
    return [section for section in made if section.items]


def _verdicts(report: Report) -> str:
    worst = report.verdict
    engines = [result.engine for result in report.results if result.verdict == worst]
    what = "is incomplete" if worst == "incomplete" else worst
    return what if len(engines) == len(report.results) else f"{what} on {', '.join(engines)}"


def _by_engines(report: Report, items: Callable[[Result], Iterable[str]]) -> list[str]:
    """Each different item once, with the engines in front that have it, where not all do."""
    engines: dict[str, list[str]] = {}
    for result in report.results:
        for item in dict.fromkeys(map(_printable, items(result))):
            engines.setdefault(item, []).append(result.engine)
    everywhere = len(report.results)
    return [
        item if len(names) == everywhere else f"{', '.join(names)}: {item}"
        for item, names in engines.items()
        if item
    ]


def _printable(text: str) -> str:
    """Text without what a terminal takes for a command of its own."""
    shown = (" " if c.isspace() and c != "\n" else c for c in text)
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in shown).strip("\n")


def _error(error: Error) -> str:
    where = [f"at {error.where}"] if error.where else []
    fixes = [f"fix: {line}" for line in error.fix.splitlines()]
    return "\n".join([f"{error.id}: {error.message}", *where, f"cause: {error.cause}", *fixes])


def _no_effect(found: NoEffect) -> str:
    where = [f"at {found.where}"] if found.where else []
    return "\n".join([f"{found.setting}: {found.message}", *where, f"fix: {found.fix}"])


def _not_judged(found: NotJudged) -> str:
    where = [f"at {found.where}"] if found.where else []
    return "\n".join([f"{found.name}: {found.message}", *where, f"settle: {found.settle}"])


def _validate(result: Result) -> list[str]:
    if result.dockerd_validate is None:
        return []
    return ["would have noticed" if result.dockerd_validate else "would not have noticed"]
