"""Lists all that a verdict finds in one form: each with its rule, its place and its line."""

from collections.abc import Iterable, Iterator, Sequence

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.locate import locate, related_places
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.repository_path import source_line
from dockerd_lab.judge.findings import UNEXPLAINED_FAILURE, NoEffect, NotJudged, PolicyFinding
from dockerd_lab.judge.judgement import Judgement, Mismatch
from dockerd_lab.judge.log import last_line
from dockerd_lab.judge.open_places import place_of, rule_of
from dockerd_lab.judge.verdict import Finding, RelatedPlace
from dockerd_lab.levels import LEVELS
from dockerd_lab.observe.observation import Observation

#: The rules of what has no other: a point that is not as case.yaml has it, and what is not judged.
MISMATCH, NO_EFFECT, NOT_JUDGED = "not-as-expected", "no-effect", "not-judged"
#: Their findings have nothing in common but the rule: each message says what is wrong.
WITHOUT_TITLE = (MISMATCH, NO_EFFECT, NOT_JUDGED)


def list_findings(
    inputs: Input, declared: DeclaredConfig, observation: Observation, judgement: Judgement
) -> list[Finding]:
    """Return all findings of a judgement, those first that make it fail.

    `inputs` are as the rules saw them, and `declared` is what they declare. Several of one rule
    about one place are one finding: a port that is open to all is open to everybody in particular.
    """
    findings = [
        *_errors(inputs, declared, judgement),
        *_problems(inputs, declared, observation, judgement),
        *(_warning(NO_EFFECT, each.setting, each, each.fix) for each in judgement.no_effect),
        *(_warning(NOT_JUDGED, each.name, each, each.settle) for each in judgement.not_judged),
    ]
    return [_with_source(each, inputs) for each in _merged(findings)]


def _warning(rule: str, subject: str, entry: NoEffect | NotJudged, fix: str) -> Finding:
    message = f"{subject}: {entry.message}"
    return Finding(rule=rule, severity="warning", message=message, fix=fix, where=entry.where)


def _errors(inputs: Input, declared: DeclaredConfig, judgement: Judgement) -> Iterator[Finding]:
    """Yield the known errors; one that its case expects is no error of the configuration."""
    for each in judgement.errors:
        named = (path for path in inputs.origins if path in each.message)
        yield Finding(
            rule=each.id,
            severity="note" if judgement.passed else "error",
            message=each.message,
            cause=each.cause,
            fix=each.fix,
            where=each.where or next((inputs.user_path(Place(path)) for path in named), None),
            related=_related(each.message, inputs, declared),
        )


def _related(message: str, inputs: Input, declared: DeclaredConfig) -> list[RelatedPlace]:
    """Return the other places to which a message refers, of those in the input."""
    places = []
    for words, place in related_places(message, declared):
        source = source_line(inputs, place)
        if (where := inputs.user_path(place)) is not None and inputs.has(place.file):
            places.append(
                RelatedPlace(message=words, where=where, file=source.file, line=source.line)
            )
    return places


def _problems(
    inputs: Input, declared: DeclaredConfig, observation: Observation, judgement: Judgement
) -> Iterator[Finding]:
    for each in judgement.problems:
        if isinstance(each, Mismatch):
            yield Finding(rule=MISMATCH, severity="error", message=each.message, where=each.where)
            continue
        if each.id == UNEXPLAINED_FAILURE and judgement.errors:
            continue  # the errors say why
        yield Finding(
            rule=rule_of(each, observation, declared),
            severity="error",
            message=each.message,
            where=each.where or _where(each, inputs, declared, observation),
            who=each.who or None,
            level=each.level if each.who else None,
        )


def _where(
    finding: PolicyFinding, inputs: Input, declared: DeclaredConfig, observation: Observation
) -> str | None:
    """Return the line that is the reason for a finding, where the finding itself has none."""
    if finding.target:
        return inputs.user_path(place_of(finding.target, declared))
    if finding.id == UNEXPLAINED_FAILURE:
        return inputs.user_path(locate(last_line(observation), declared))
    return None


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with those of one rule about one place as one."""
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for number, each in enumerate(findings):
        single = each.rule in WITHOUT_TITLE
        groups.setdefault((each.rule, f"{number}" if single else each.where), []).append(each)
    return [_merge(group) for group in groups.values()]


def _merge(group: Sequence[Finding]) -> Finding:
    messages = dict.fromkeys(each.message for each in group)
    worst = max(group, key=lambda each: _rank(each.level))
    return group[0].model_copy(
        update={"message": "; ".join(messages), "who": worst.who, "level": worst.level}
    )


def _rank(level: str | None) -> int:
    if level is None:
        return -1
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _with_source(finding: Finding, inputs: Input) -> Finding:
    source = source_line(inputs, inputs.place_at(finding.where))
    update = {"file": source.file, "line": source.line, "source": source.text}
    return finding.model_copy(update=update)
