"""Runs `validate` on the configurations that a project's dockerd-lab.yaml declares."""

from collections.abc import Callable, Sequence

from dockerd_lab.cli.predictions import predict_trials, with_prediction
from dockerd_lab.host.lock import exclusive
from dockerd_lab.judge.verdict import Report, Result
from dockerd_lab.project import find_project
from dockerd_lab.project_file import project_file
from dockerd_lab.redaction.redact import redacted
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.project import Target, names_targets, project_trials, targets
from dockerd_lab.validate.run import ValidateRequest, engines_of


def is_project_run(request: ValidateRequest) -> bool:
    """Return whether a request is for the project: it names nothing, or only what that declares."""
    project = find_project()
    if not project_file(project).is_file() or request.files:
        return False
    if request.command is not None or request.provision is not None:
        return False
    return names_targets(project, list(map(str, request.paths)))


def project_reports(
    request: ValidateRequest,
    *,
    run_commands: bool,
    wait: float,
    show: Callable[[Sequence[Report]], None],
) -> list[Report]:
    """Return a report on each configuration, redacted.

    The lab is locked for all of them together, and bad input is reported before any waiting.
    Where the harness breaks, `show` gets what was found until then, which makes no report.
    """
    project = find_project()
    settings = load_settings(project)
    names = list(map(str, request.paths))
    results: dict[str, list[Result]] = {}
    with (
        targets(project, settings, request, names, run_commands=run_commands) as ready,
        exclusive(project.state, wait=wait),
    ):
        predictions = {
            target.name: predict_trials(
                project,
                target.prepared.inputs,
                target.request.unit,
                engines_of(settings, target.request),
            )
            for target in ready
        }
        try:
            for target, trial in project_trials(project, settings, ready):
                texts = list(target.prepared.inputs.texts.values())
                prediction = predictions[target.name].get(trial.result.engine)
                compared = redacted(with_prediction(trial, prediction), also=texts)
                results.setdefault(target.name, []).append(compared.result)
        except BaseException:
            if results:
                show(_reports(ready, results))
            raise
    return _reports(ready, results)


def _reports(ready: Sequence[Target], results: dict[str, list[Result]]) -> list[Report]:
    return [target.report(results[target.name]) for target in ready if target.name in results]
