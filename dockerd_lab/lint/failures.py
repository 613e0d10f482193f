"""Explains predicted failures with the known errors, which have the causes and fixes."""

from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.locate import locate
from dockerd_lab.config.value import Place
from dockerd_lab.explain.matcher import explain
from dockerd_lab.judge.findings import UNEXPLAINED_FAILURE
from dockerd_lab.lint.notes import Failure, Notes
from dockerd_lab.lint.prediction import Finding

#: How the messages of dockerd's stages begin, in the order in which it comes to them.
_STAGES = (
    "docker.service:",
    "invalid argument",
    "unable to configure",
    "failed to create API server",
    "failed to validate authorization plugin",
    "failed to load listeners",
    "failed to start daemon",
)


def explain_failures(
    notes: Notes, declared: DeclaredConfig, *, certain: bool
) -> tuple[list[str], list[Finding]]:
    """Return the ids of the known errors, and a finding for each failure.

    dockerd ends at the first failure; the findings name the others too, and the ids do not. What is
    only logged has its id in any case.
    `certain` tells whether the failures are sure to happen.
    """
    failures = sorted(notes.failures, key=lambda each: (not each.fatal, _stage(each)))
    findings: list[Finding] = []
    ids: list[str] = []
    first = next((each for each in failures if each.fatal), None)
    for failure in failures:
        known = next(
            (
                each.id
                for each in explain(failure.message.splitlines())
                if each.error.kind == "start"
            ),
            UNEXPLAINED_FAILURE,
        )
        if not failure.fatal or (failure is first and certain):
            ids.append(known)
        place = _place(failure, declared)
        line = failure.message.splitlines()[-2 if "\n" in failure.message else 0]
        findings.append(Finding(known, "error", line, place, failure.token))
    return ids, findings


def _place(failure: Failure, declared: DeclaredConfig) -> Place | None:
    """Return the place of a failure, with the line of what is wrong if it is in a file."""
    place = failure.place or locate(failure.message, declared)
    if place is not None and place.line is not None:
        return place
    daemon_json = declared.daemon_json
    if failure.token and failure.token in daemon_json.text:
        line = daemon_json.text.count("\n", 0, daemon_json.text.find(failure.token)) + 1
        return Place(daemon_json.path, line)
    # What a command line names: a value, or the file that takes daemon.json's place.
    words = [failure.token.strip('"')] if failure.token else []
    words += [daemon_json.path] if daemon_json.path in failure.message else []
    named = (each.place for each in declared.lines if any(word in each.value for word in words))
    return next(named, place)


def _stage(failure: Failure) -> int:
    message = failure.message
    return next((n for n, start in enumerate(_STAGES) if message.startswith(start)), 1)
