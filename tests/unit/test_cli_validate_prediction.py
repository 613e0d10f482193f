"""What `validate` predicts before the trial, beside recorded observations of real machines."""

import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import recordings
from observations import write
from typer.testing import CliRunner

from dockerd_lab.cli import app, validate
from dockerd_lab.lint.compare import compare, disagreements, seen_in
from dockerd_lab.project import find_project
from dockerd_lab.validate import project as project_module
from dockerd_lab.validate import run

ENGINE = "debian-12"


@pytest.fixture
def machines(monkeypatch, tmp_path):
    """Machines that show what is put in here: a recorded observation, by the name of its case."""
    shown = []
    project = replace(find_project(), state=tmp_path / "state")
    monkeypatch.setattr(validate, "find_project", lambda: project)

    @contextmanager
    def running(project, settings, *, keep):
        yield SimpleNamespace(project=project, settings=settings, engine=ENGINE)

    monkeypatch.setattr(run, "running", running)
    monkeypatch.setattr(project_module, "running", running)
    monkeypatch.setattr(run, "run_trial", lambda fleet, plan, **_: recorded(shown[0]))
    monkeypatch.setattr(run.evidence, "write", lambda fleet, seen: "evidence")
    return shown


def recorded(case):
    """What was recorded of a case."""
    return next(s for s in recordings.recorded(ENGINE) if s.subject == f"{ENGINE}/{case}")


def judged(*args):
    done = CliRunner().invoke(app.build(), ["validate", *map(str, args), "--json", "-"])
    assert done.stdout, (done.stderr, done.exception)
    return done, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("case", "starts"),
    [
        ("methods/systemd-dropin", "yes"),
        ("methods/tls-dropin", "yes"),
        ("failures/hosts-in-unit-and-file", "no"),
    ],
)
def test_the_machines_show_what_is_predicted(machines, case, starts):
    machines.append(case.rpartition("/")[2])
    done, data = judged(case)
    (result,) = data["results"]
    assert result["prediction"]["starts"] == starts
    assert result["prediction"]["unknown"] == []
    assert result["disagreements"] == []
    assert "please report" not in done.stderr
    predicted, tried = done.stderr.index("predicted for"), done.stderr.index("s after the restore")
    assert predicted < tried


def test_a_wrong_prediction_is_to_be_reported(machines):
    machines.append("hosts-in-unit-and-file")
    done, data = judged("methods/systemd-dropin")
    (result,) = data["results"]
    found = {each["question"]: each for each in result["disagreements"]}
    assert found["starts"] == {"question": "starts", "predicted": "active", "seen": "failed"}
    assert found["error"]["seen"] == "hosts-flag-file-conflict"
    assert found["outsider"]["predicted"] == "full-control"
    assert "debian-12: starts: predicted active, seen failed: please report this" in done.stderr
    # The report for a person, which goes to standard error beside --json -.
    assert "lint predicted something else: please report this" in done.stderr
    assert "- starts: predicted active, seen failed" in done.stderr


def test_what_is_unknown_is_no_wrong_prediction(machines, tmp_path):
    machines.append("hosts-in-unit-and-file")
    write(tmp_path / "mine/etc/docker/daemon.json", {"debug": True})
    write(tmp_path / "mine/opt/what", "?")
    _, data = judged(tmp_path / "mine")
    (result,) = data["results"]
    assert result["prediction"]["starts"] == "unknown"
    assert any("/opt/what" in each for each in result["prediction"]["unknown"])
    assert result["disagreements"] == []


def test_each_configuration_of_a_project_has_its_own_prediction(machines, tmp_path, monkeypatch):
    machines.append("hosts-in-unit-and-file")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "dockerd-lab.yaml", "configurations:\n  - a\n  - b\n")
    write(tmp_path / "a/etc/docker/daemon.json", {"hosts": ["fd://"]})
    write(tmp_path / "b/etc/docker/daemon.json", {"debug": True})
    _, data = judged()
    wrong = {each["case"]: each["results"][0]["disagreements"] for each in data["configurations"]}
    assert [each["question"] for each in wrong["b"]][:2] == ["starts", "error"]
    assert "starts" not in [each["question"] for each in wrong["a"]]


def test_who_gets_in_is_not_compared_where_not_all_was_tried():
    from linting import prediction  # noqa: PLC0415

    predicted = prediction({"etc/docker/daemon.json": {"debug": True}})
    result = SimpleNamespace(
        daemon="active",
        after_boot=None,
        errors=[],
        listeners=["unix /run/docker.sock init"],
        no_effect=[],
        verdict="failed",
        exposure=SimpleNamespace(model_dump=lambda **_: {"outsider": "full-control"}),
    )
    assert [each.question for each in disagreements(predicted, seen_in(result))] == ["outsider"]
    result.verdict = "incomplete"
    assert disagreements(predicted, seen_in(result)) == []
    assert {each.question for each in compare(predicted, seen_in(result))} >= {"starts", "error"}
