"""Makes a report of what `lint` predicts, so that it has every format of a verdict's report."""

from collections.abc import Iterator, Mapping
from typing import Any

from dockerd_lab.judge.findings import Error, NoEffect, NotJudged
from dockerd_lab.judge.result_findings import NO_EFFECT, NOT_JUDGED
from dockerd_lab.judge.verdict import (
    Finding,
    Proof,
    Report,
    Result,
    VerdictExposure,
    VerdictListener,
)

_STARTS = {"yes": True, "no": False, "unknown": None}


def predicted_report(data: Mapping[str, Any]) -> Report:
    """Return the report of a prediction that `lint --json` writes.

    A finding that is an error fails, as its exit code does; what is unknown makes the verdict
    incomplete. Raises KeyError, TypeError or ValueError where the data are no prediction.
    """
    return Report(
        case=data["case"],
        results=[_result(each) for each in data["results"]],
        digest=data.get("digest"),
        allow_incomplete="a prediction leaves out what the files do not tell",
        predicted=True,
        repeat=data.get("repeat", ""),
        file=data.get("file"),
        line=data.get("line"),
    )


def _result(data: Mapping[str, Any]) -> Result:
    findings = list(_findings(data))
    reasons = [each.message for each in findings if each.severity == "error"]
    return Result(
        engine=data["engine"],
        engine_version=data["engine_version"],
        unit=data["unit"],
        daemon=data["daemon"],
        starts=_STARTS[data["starts"]],
        start_seconds=0,
        delay_seconds=data["delay_seconds"],
        command=data["command"],
        hosts=[],
        listeners=[VerdictListener(**_without(each, "exposure")) for each in data["listeners"]],
        exposure=VerdictExposure(**data["exposure"]),
        errors=[Error(**each) for each in data["errors"]],
        warnings=[each["message"] for each in data["findings"] if each["severity"] == "warning"],
        no_effect=[NoEffect(**_without(each, *_PLACE)) for each in data["no_effect"]],
        not_judged=[
            NotJudged(each["question"], each["reason"], each["settle"], each["where"])
            for each in data["unknown"]
        ],
        stand_ins=data["assumed"],
        notes=[],
        dockerd_validate=None,
        proofs=list(_proofs(data)),
        seconds=0,
        verdict="failed" if reasons else "incomplete" if data["unknown"] else "passed",
        reasons=reasons,
        permitted=data.get("permitted", []),
        findings=findings,
    )


#: The keys with which an entry says where it is in the repository.
_PLACE = ("file", "line", "source")


def _findings(data: Mapping[str, Any]) -> Iterator[Finding]:
    for each in data["findings"]:
        yield Finding(**each)
    for each in data["no_effect"]:
        message = f"{each['setting']}: {each['message']}"
        yield Finding(
            rule=NO_EFFECT,
            severity="warning",
            message=message,
            **_without(each, "setting", "message"),
        )
    for each in data["unknown"]:
        yield Finding(
            rule=NOT_JUDGED,
            severity="note",
            message=f"{each['question']}: {each['reason']}",
            fix=each["settle"],
            **_without(each, "question", "reason", "settle"),
        )


def _proofs(data: Mapping[str, Any]) -> Iterator[Proof]:
    for listener in data["listeners"]:
        target = VerdictListener(**_without(listener, "exposure"))
        for who, level in listener["exposure"].items():
            yield Proof(who=who, target=str(target), level=level, seconds=0)


def _without(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}
