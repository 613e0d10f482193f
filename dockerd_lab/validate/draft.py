"""Writes down what was observed as a draft of a case.yaml, which `validate` then guards."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from packaging.version import Version

from dockerd_lab.cases.model import LEVELS
from dockerd_lab.errors import HarnessError
from dockerd_lab.explain.model import known_errors
from dockerd_lab.judge.errors import UNEXPLAINED
from dockerd_lab.judge.log import last_line
from dockerd_lab.validate.run import JudgedTrial

Expected = dict[str, Any]


def draft(name: str, trials: Sequence[JudgedTrial]) -> str:
    """The text of a case.yaml with what was seen on these engines; there is at least one.

    What most engines did is `expect`, and what the others did is under `engines`, by ranges of
    versions: between two of the engines that were tried nothing is known, and the range of the
    older one reaches up to the newer one. Raises HarnessError where a level could not be measured:
    no case can expect that.
    """
    seen = {trial.result.engine_version: _expected(trial) for trial in trials}
    versions = sorted(seen, key=Version)
    usual = max(versions, key=lambda version: sum(seen[version] == seen[v] for v in versions))
    expect = {key: value for key, value in seen[usual].items() if (key, value) != ("no_effect", [])}
    said: dict[str, Any] = {"title": f"{name}, as recorded", "expect": expect}
    if others := _differences(versions, seen, seen[usual]):
        said["engines"] = others
    results = [trial.result for trial in trials]
    engines = ", ".join(f"{result.engine} ({result.engine_version})" for result in results)
    head = f"# Draft by `dockerd-lab record`, observed on {engines}. Review it before it is kept.\n"
    return head + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=96)


def _expected(trial: JudgedTrial) -> Expected:
    """What a case would expect, had this been seen."""
    seen, judgement = trial.observation, trial.judgement
    for who, exposure in seen.exposure.items():
        if exposure.level not in LEVELS:
            raise HarnessError(f"nothing is recorded: what {who} gets is unclear: {exposure.best}")
    state = seen.daemon.outcome.daemon
    found: Expected = {"daemon": state}
    if state != "failed":
        found["command"] = seen.daemon.command or ""
    found["hosts"] = list(seen.daemon.hosts)
    found["listeners"] = [str(listener) for listener in seen.daemon.listeners]
    found |= {who: exposure.level for who, exposure in seen.exposure.items()}
    found["no_effect"] = [each.setting for each in judgement.no_effect]
    if state != "active":
        error = known_errors().get(judgement.cause)
        stops = error is not None and error.kind == "start"
        found["error"] = judgement.cause if stops else UNEXPLAINED
        lines = [line for entry in seen.full_log for line in entry.splitlines()]
        texts = {finding.text for finding in judgement.explained if finding.id == found["error"]}
        telling = next((line for line in lines if line.strip() in texts), None)
        found["words"] = _lasting(telling or last_line(seen))
    return found


def _lasting(line: str) -> str:
    """The longest part of a line without a number, which the next run may have otherwise.

    >>> _lasting("process with PID 4711 runs on")
    'process with PID'
    """
    return max((part.strip() for part in re.split(r"\S*\d\S*", line)), key=len) or line


def _differences(
    versions: Sequence[str], seen: Mapping[str, Expected], usual: Expected
) -> dict[str, Any]:
    """What is otherwise, by ranges of versions: neighbours that agree are one range."""
    groups: list[list[str]] = []
    for version in versions:
        if groups and seen[groups[-1][-1]] == seen[version]:
            groups[-1].append(version)
        else:
            groups.append([version])
    found = {}
    for number, group in enumerate(groups):
        if seen[group[0]] == usual:
            continue
        bounds = [f">={group[0]}"] if number > 0 else []
        bounds += [f"<{groups[number + 1][0]}"] if number + 1 < len(groups) else []
        other = {key: value for key, value in seen[group[0]].items() if usual.get(key) != value}
        # What the usual expectation has, and this one must not.
        other |= {key: None for key in usual if key not in seen[group[0]]}
        found[",".join(bounds)] = {"expect": other}
    return found
