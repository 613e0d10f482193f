"""Writes predictions as JSON, with the names that the verdict's JSON has."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import Error
from dockerd_lab.lint.prediction import Finding, PredictedListener, Prediction
from dockerd_lab.lint.rule import load_rule

#: Changes when a key changes its meaning or goes; a new key does not change it.
SCHEMA = 1


def render(predictions: Sequence[Prediction], inputs: Input, *, command: str) -> str:
    """Return the predictions as JSON; `command` is the one that tells what is unknown."""
    results = [_result(each, inputs, command) for each in predictions]
    data = {"schema": SCHEMA, "case": inputs.name, "predicted": True, "results": results}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _result(prediction: Prediction, inputs: Input, command: str) -> dict[str, Any]:
    errors = [each for each in prediction.findings if each.rule in prediction.errors]
    return {
        "engine": prediction.engine,
        "engine_version": prediction.docker,
        "unit": prediction.unit,
        "starts": prediction.starts,
        "daemon": prediction.daemon,
        "command": prediction.command,
        "delay_seconds": prediction.delay_seconds,
        "listeners": [_listener(each) for each in prediction.listeners],
        "exposure": dict(prediction.exposure),
        "errors": [dataclasses.asdict(_error(each, inputs)) for each in errors],
        "findings": [_finding(each, inputs) for each in prediction.findings],
        "no_effect": [dataclasses.asdict(each) for each in prediction.no_effect],
        "assumed": list(prediction.assumed),
        "unknown": [
            {
                "question": each.question,
                "reason": each.reason,
                "where": inputs.user_path(each.place),
                "settle": command,
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
    }


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
