"""Prints predictions as compilers print errors: the line, a caret, what is wrong, the fix."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.prediction import Doubt, Finding, Prediction
from dockerd_lab.lint.rule import Rule, load_rule

_WHO = {"outsider": "outsider", "local-user": "local user", "container": "container"}
_STARTS = {"yes": "starts", "no": "does not start", "unknown": "unknown whether it starts"}
_NO_EFFECT = "no-effect"


@dataclass(frozen=True)
class Entry:
    """A finding, and the engines on which it is found."""

    finding: Finding
    engines: tuple[str, ...]
    fix: str = ""
    """What mends this one, if the rule does not say it."""


def render(predictions: Sequence[Prediction], inputs: Input, *, width: int, command: str) -> str:
    """Return what lint has to say; nothing if all is well.

    `width` is the terminal's in columns; `command` is the one that tells what lint cannot.
    """
    blocks = [
        *(_finding(entry, inputs, len(predictions), width) for entry in list_entries(predictions)),
        *_doubts(predictions, inputs, width, command),
    ]
    if not blocks:
        return ""
    return "\n".join([*blocks, *_summary(predictions)]) + "\n"


def list_entries(predictions: Iterable[Prediction]) -> list[Entry]:
    """Return all findings once, each with its engines; errors come first."""
    engines: dict[tuple[object, ...], list[str]] = {}
    entries: dict[tuple[object, ...], tuple[Finding, str]] = {}
    for prediction in predictions:
        found = [(each, "") for each in prediction.findings]
        for each in prediction.no_effect:
            message = f"{each.setting}: {each.message}"
            where = _place(each.where)
            found.append((Finding(_NO_EFFECT, "warning", message, where, each.setting), each.fix))
        for finding, fix in found:
            # Engines word the same failure in different ways.
            key = (finding.rule, finding.place, finding.token)
            engines.setdefault(key, []).append(prediction.engine)
            entries.setdefault(key, (finding, fix))
    result = [Entry(entries[key][0], tuple(engines[key]), entries[key][1]) for key in entries]
    return sorted(result, key=lambda entry: entry.finding.severity != "error")


def _place(where: str | None) -> Place | None:
    """Return the place of a user's file and line, such as `a/daemon.json:3`."""
    if where is None:
        return None
    file, _, line = where.rpartition(":")
    return Place(file, int(line)) if file and line.isdecimal() else Place(where)


def _finding(entry: Entry, inputs: Input, engines: int, width: int) -> str:
    finding, rule = entry.finding, load_rule(entry.finding.rule)
    lines = [f"{finding.severity}[{rule.id}]: {rule.title}"]
    lines += _source(finding.place, finding.token, inputs)
    lines += _wrapped(finding.message, width)
    lines += _wrapped(f"fix: {entry.fix or _first_fix(rule)}", width)
    if len(entry.engines) < engines:
        lines += _wrapped(f"on {', '.join(entry.engines)}", width)
    return "\n".join(lines) + "\n"


def _first_fix(rule: Rule) -> str:
    """Return the fix in one line; that of a known error is commands, which its page has."""
    is_short = "\n" not in rule.fix.strip()
    return rule.fix.strip() if is_short else f"dockerd-lab rule {rule.id}"


def _source(place: Place | None, token: str, inputs: Input) -> Iterator[str]:
    """Yield the place, and its line with a caret below what is meant."""
    if place is None:
        return
    path = path_of(place, inputs)
    text = _text_of(place.file, inputs)
    if place.line is None or text is None:
        yield f"  --> {path}" + (f":{place.line}" if place.line else "")
        return
    source = text.splitlines()[place.line - 1 : place.line] or [""]
    line = source[0].replace("\t", " ")
    column = column_of(place, token, inputs) - 1
    margin = " " * len(str(place.line))
    yield f"  --> {path}:{place.line}:{column + 1}"
    yield f" {margin} |"
    yield f" {place.line} | {line}"
    length = len(token) if token and token in line else len(line.strip())
    yield f" {margin} | {' ' * column}{'^' * max(length, 1)}"


def path_of(place: Place, inputs: Input) -> str:
    """Return the file of a place as the user named it."""
    return inputs.user_path(Place(place.file)) or place.file


def column_of(place: Place, token: str, inputs: Input) -> int:
    """Return the column, from 1, of what is meant in a line; of the line's text without a token."""
    lines = (_text_of(place.file, inputs) or "").splitlines()
    line = lines[place.line - 1] if place.line and place.line <= len(lines) else ""
    return (max(line.find(token), 0) if token else len(line) - len(line.lstrip())) + 1


def _text_of(file: str, inputs: Input) -> str | None:
    """Return the text of a file, by its path on the machine or the user's own name for it."""
    if file in inputs.texts:
        return inputs.texts[file]
    named = (path for path, source in inputs.origins.items() if str(source) == file)
    return inputs.texts.get(next(named, ""))


def _wrapped(text: str, width: int) -> list[str]:
    first, *rest = textwrap.wrap(" ".join(text.split()), max(width - 4, 20)) or [""]
    return [f"  = {first}", *(f"    {line}" for line in rest)]


def _doubts(
    predictions: Sequence[Prediction], inputs: Input, width: int, command: str
) -> Iterator[str]:
    """Yield what is unknown, and the command that tells it."""
    questions: dict[tuple[str, Place | None], list[str]] = {}
    for prediction in predictions:
        for doubt in prediction.unknown:
            asked = questions.setdefault((doubt.reason, doubt.place), [])
            if (word := _question(doubt)) not in asked:
                asked.append(word)
    for (reason, place), asked in questions.items():
        lines = [f"unknown[{', '.join(asked)}]: {reason}", *_source(place, "", inputs)]
        lines += _wrapped(f"{command} tells", width)
        yield "\n".join(lines) + "\n"


def _question(doubt: Doubt) -> str:
    return doubt.question


def _summary(predictions: Iterable[Prediction]) -> Iterator[str]:
    """Yield one line for each engine."""
    for each in predictions:
        levels = (f"{name} {each.exposure[who]}" for who, name in _WHO.items())
        docker = f"Docker {each.docker}{'' if each.measured else ', not measured'}"
        yield f"{each.engine} ({docker}): {_STARTS[each.starts]}; {', '.join(levels)}"
