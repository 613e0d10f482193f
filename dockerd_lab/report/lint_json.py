"""Writes predictions as JSON, with the names that the verdict's JSON has."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dockerd_lab.config.declared import read_config
from dockerd_lab.config.locate import related_places
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.inputs.repository_path import source_line
from dockerd_lab.judge.findings import Error
from dockerd_lab.lint.prediction import Finding, PredictedListener, Prediction
from dockerd_lab.lint.rule import load_rule

#: Changes when a key changes its meaning or goes; a new key does not change it.
SCHEMA = 1


def prediction_data(
    predictions: Sequence[Prediction], inputs: Input, *, command: str, name: str = ""
) -> dict[str, Any]:
    """Return the predictions for a configuration as JSON has them.

    `command` is the one that tells what is unknown; `name` is the configuration's, if it has
    another than its input.
    """
    return {
        "schema": SCHEMA,
        "case": name or inputs.name,
        "predicted": True,
        "results": [_result(each, inputs, command) for each in predictions],
    }


def as_json(data: Mapping[str, Any]) -> str:
    """Return the predictions for one configuration, or for a project's, as JSON."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def project_data(configurations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the predictions for a project's configurations as JSON has them."""
    return {"schema": SCHEMA, "predicted": True, "configurations": list(configurations)}


def _result(prediction: Prediction, inputs: Input, command: str) -> dict[str, Any]:
    errors = [each for each in prediction.findings if each.rule in prediction.errors]
    return {
        "engine": prediction.engine,
        "engine_version": prediction.docker,
        "measured": prediction.measured,
        "unit": prediction.unit,
        "starts": prediction.starts,
        "daemon": prediction.daemon,
        "command": prediction.command,
        "delay_seconds": prediction.delay_seconds,
        "listeners": [_listener(each) for each in prediction.listeners],
        "listeners_complete": prediction.listeners_complete,
        "exposure": dict(prediction.exposure),
        "errors": [dataclasses.asdict(_error(each, inputs)) for each in errors],
        "findings": [_finding(each, inputs) for each in prediction.findings],
        "no_effect": [
            {**dataclasses.asdict(each), **_source(inputs, inputs.place_at(each.where))}
            for each in prediction.no_effect
        ],
        "permitted": list(prediction.permitted),
        "assumed": list(prediction.assumed),
        "unknown": [
            {
                "question": each.question,
                "reason": each.reason,
                "where": inputs.user_path(each.place),
                "settle": command,
                **_source(inputs, each.place),
            }
            for each in prediction.unknown
        ],
    }


def _error(finding: Finding, inputs: Input) -> Error:
    rule = load_rule(finding.rule)
    where = inputs.user_path(finding.place)
    return Error(rule.id, finding.message, rule.why.strip(), rule.fix.strip(), where)


def _finding(finding: Finding, inputs: Input) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "where": inputs.user_path(finding.place),
        **_source(inputs, finding.place),
        "related": _related(finding.message, inputs),
    }


def _related(message: str, inputs: Input) -> list[dict[str, Any]]:
    """Return the other places to which a message refers, of those in the input."""
    if "(from flag: " not in message:
        return []
    places = related_places(message, read_config(inputs.texts, inputs.command))
    entries = []
    for words, place in places:
        if inputs.has(place.file):
            source = _source(inputs, place)
            del source["source"]
            entries.append({"message": words, "where": inputs.user_path(place), **source})
    return entries


def _source(inputs: Input, place: Place | None) -> dict[str, Any]:
    source = source_line(inputs, place)
    return {"file": source.file, "line": source.line, "source": source.text}


def _listener(listener: PredictedListener) -> dict[str, Any]:
    is_unix = listener.family == "unix"
    return {
        "family": listener.family,
        "address": None if is_unix else listener.address,
        "port": None if is_unix else listener.port,
        "path": listener.address if is_unix else None,
        "process": listener.program,
        "exposure": dict(listener.levels),
    }
