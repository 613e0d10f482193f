"""Combines the verdict after the restart with that after a boot: the worse of them counts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from dockerd_lab.judge.result_findings import NO_EFFECT, NOT_JUDGED
from dockerd_lab.judge.verdict import AfterBoot, Difference, Finding, Result, VerdictExposure
from dockerd_lab.observe.exposure import rank

_T = TypeVar("_T")


def combine(restarted: Result, booted: Result, causes: Sequence[str]) -> Result:
    """Return the verdict on an engine from those after the restart and after a boot.

    `causes` are the files and units of the input that only a boot brings into effect. What was
    found after the boot lasts, so the lists of the input's parts are those.
    """
    differences = list(_differences(restarted, booted))
    new_reasons = [reason for reason in booted.reasons if reason not in restarted.reasons]
    return restarted.model_copy(
        update={
            "exposure": _worse_exposure(restarted.exposure, booted.exposure),
            "errors": _union(restarted.errors, booted.errors),
            "warnings": _union(restarted.warnings, booted.warnings),
            "no_effect": booted.no_effect,
            "not_judged": booted.not_judged,
            "files": booted.files,
            "stand_ins": _union(restarted.stand_ins, booted.stand_ins),
            "notes": _union(restarted.notes, booted.notes),
            "after_boot": AfterBoot(
                causes=list(causes),
                daemon=booted.daemon,
                command=booted.command,
                hosts=booted.hosts,
                listeners=booted.listeners,
                exposure=booted.exposure,
                proofs=booted.proofs,
                seconds=booted.seconds,
                differences=differences,
            ),
            "seconds": round(restarted.seconds + booted.seconds, 1),
            # What was incomplete before the boot is judged by it.
            "verdict": "failed" if restarted.verdict == "failed" else booted.verdict,
            "permitted": _union(restarted.permitted, booted.permitted),
            "reasons": [*restarted.reasons, *(f"after a boot: {each}" for each in new_reasons)],
            "findings": _all_findings(restarted.findings, booted.findings),
        }
    )


def _all_findings(restarted: Sequence[Finding], booted: Sequence[Finding]) -> list[Finding]:
    """Return the findings after the restart that last, and those that only the boot shows."""
    lasting = [
        each for each in restarted if each in booted or each.rule not in (NO_EFFECT, NOT_JUDGED)
    ]
    new = [
        each
        if each.rule in (NO_EFFECT, NOT_JUDGED)
        else each.model_copy(update={"message": f"after a boot: {each.message}"})
        for each in booted
        if each not in lasting
    ]
    return [*lasting, *new]


def _differences(restarted: Result, booted: Result) -> Iterator[Difference]:
    """Yield each difference in the daemon's state, the levels of exposure and the listeners."""
    before = {"daemon": str(restarted.daemon), **_levels(restarted.exposure)}
    after = {"daemon": str(booted.daemon), **_levels(booted.exposure)}
    for name, state in before.items():
        if state != after[name]:
            yield Difference(name=name, after_restart=state, after_boot=after[name])
    listeners = {str(each) for each in restarted.listeners}
    booted_listeners = {str(each) for each in booted.listeners}
    for name in sorted(listeners - booted_listeners):
        yield Difference(name=name, after_restart="listens", after_boot="does not listen")
    for name in sorted(booted_listeners - listeners):
        yield Difference(name=name, after_restart="does not listen", after_boot="listens")


def _worse_exposure(first: VerdictExposure, second: VerdictExposure) -> VerdictExposure:
    levels, others = _levels(first), _levels(second)
    return VerdictExposure(**{who: max(levels[who], others[who], key=rank) for who in levels})


def _levels(exposure: VerdictExposure) -> dict[str, str]:
    return dict(exposure.model_dump(by_alias=True))


def _union(first: Sequence[_T], second: Sequence[_T]) -> list[_T]:
    return [*first, *(each for each in second if each not in first)]
