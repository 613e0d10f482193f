"""Drafts a case.yaml from what was observed, against which `validate` can check later."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from packaging.version import Version

from dockerd_lab.errors import HarnessError
from dockerd_lab.explain.model import known_errors
from dockerd_lab.judge.errors import UNEXPLAINED
from dockerd_lab.judge.judgement import Judgement
from dockerd_lab.judge.log import last_line
from dockerd_lab.levels import LEVELS
from dockerd_lab.observe.observation import Observation
from dockerd_lab.validate.run import JudgedTrial

Expected = dict[str, Any]


def draft(name: str, trials: Sequence[JudgedTrial]) -> str:
    """Return the text of a case.yaml with what was observed on these engines, at least one.

    The observation of most engines is under `expect`; others are under `engines`, by ranges of
    versions. Between two tried engines nothing is known, so the older one's range ends where the
    newer one begins. Raises HarnessError if a level is unclear, because no case can expect that.
    """
    expectations = {
        trial.result.engine_version: _observed_expectation(trial.observation, trial.judgement)
        for trial in trials
    }
    versions = sorted(expectations, key=Version)
    most_common = max(
        versions,
        key=lambda version: sum(expectations[version] == expectations[other] for other in versions),
    )
    expect = {
        key: value
        for key, value in expectations[most_common].items()
        if (key, value) not in (("no_effect", []), ("container", "refused"))
    }
    case: dict[str, Any] = {"title": f"{name}, as recorded", "expect": expect}
    if others := _differences(versions, expectations, expectations[most_common]):
        case["engines"] = others
    if changes := _changes_of_boot(trials, expectations):
        case["reboot"] = {"expect": changes}
    results = [trial.result for trial in trials]
    engines = ", ".join(f"{result.engine} ({result.engine_version})" for result in results)
    comment = (
        f"# Draft by `dockerd-lab record`, observed on {engines}. Review it before it is kept.\n"
    )
    return comment + yaml.safe_dump(case, sort_keys=False, allow_unicode=True, width=96)


def _changes_of_boot(
    trials: Sequence[JudgedTrial], expectations: Mapping[str, Expected]
) -> Expected:
    """Return what is other after a boot than after the restart.

    Raises HarnessError if that is not the same on all engines, because no case can expect that.
    """
    changes = []
    for trial in trials:
        restarted = booted = expectations[trial.result.engine_version]
        if trial.boot_observation is not None and trial.boot_judgement is not None:
            booted = _observed_expectation(trial.boot_observation, trial.boot_judgement)
        changes.append(_changes(restarted, booted))
    if any(each != changes[0] for each in changes):
        raise HarnessError(
            "nothing is recorded: a boot changes other things on one engine than on another",
            "record one engine at a time, each in a directory of its own",
        )
    return changes[0]


def _observed_expectation(observation: Observation, judgement: Judgement) -> Expected:
    """Return the expectation that this observation meets."""
    for who, exposure in observation.exposure.items():
        if exposure.level not in LEVELS:
            raise HarnessError(
                f"cannot record: the access level of {who} is unclear: {exposure.best}"
            )
    state = observation.daemon.outcome.daemon
    expected: Expected = {"daemon": state}
    if state != "failed":
        expected["command"] = observation.daemon.command or ""
    expected["hosts"] = list(observation.daemon.hosts)
    expected["listeners"] = [str(listener) for listener in observation.daemon.listeners]
    expected |= {who: exposure.level for who, exposure in observation.exposure.items()}
    expected["no_effect"] = [each.setting for each in judgement.no_effect]
    if state != "active":
        error = known_errors().get(judgement.cause)
        stops_daemon = error is not None and error.kind == "start"
        expected["error"] = judgement.cause if stops_daemon else UNEXPLAINED
        lines = [line for entry in observation.full_log for line in entry.splitlines()]
        texts = {finding.text for finding in judgement.explained if finding.id == expected["error"]}
        words = next((line for line in lines if line.strip() in texts), None)
        expected["words"] = _longest_fixed_part(words or last_line(observation))
    return expected


def _longest_fixed_part(line: str) -> str:
    """Return the longest part of a line without numbers, which may differ in the next run.

    And without the words that stand for a secret.

    >>> _longest_fixed_part("process with PID 4711 runs on")
    'process with PID'
    >>> _longest_fixed_part("token=(a secret) is no token")
    'is no token'
    """
    changing = r"\S*\d\S*|\S*\(an? [a-z ]+\)\S*"
    return max((part.strip() for part in re.split(changing, line)), key=len) or line


def _differences(
    versions: Sequence[str], expectations: Mapping[str, Expected], most_common: Expected
) -> dict[str, Any]:
    """Return the differences from the most common expectation, by ranges of versions.

    Neighbouring versions with the same expectation are one range.
    """
    groups: list[list[str]] = []
    for version in versions:
        if groups and expectations[groups[-1][-1]] == expectations[version]:
            groups[-1].append(version)
        else:
            groups.append([version])
    differences = {}
    for number, group in enumerate(groups):
        if expectations[group[0]] == most_common:
            continue
        bounds = [f">={group[0]}"] if number > 0 else []
        bounds += [f"<{groups[number + 1][0]}"] if number + 1 < len(groups) else []
        changes = _changes(most_common, expectations[group[0]])
        differences[",".join(bounds)] = {"expect": changes}
    return differences


def _changes(first: Expected, second: Expected) -> Expected:
    """Return what turns the first expectation into the second; None removes a key."""
    changed = {key: value for key, value in second.items() if first.get(key) != value}
    return changed | {key: None for key in first if key not in second}
