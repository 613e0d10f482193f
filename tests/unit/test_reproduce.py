"""`dockerd-lab reproduce`: which failure is meant, and what is shown of it; without a machine."""

import dataclasses
import json
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from observations import answer, observation
from typer.testing import CliRunner

from dockerd_lab.cases.model import Variant
from dockerd_lab.cli import app
from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import known_errors
from dockerd_lab.judge.judge import judge
from dockerd_lab.project import find_project
from dockerd_lab.report import reproduction
from dockerd_lab.reproduce.choose import choose, find_failures
from dockerd_lab.reproduce.run import Reproduction
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import prepare_case

SETTINGS = load_settings(find_project())
KNOWN = find_failures(find_project(), SETTINGS)
CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following"
    " directives are specified both as a flag and in the configuration file: hosts: (from flag:"
    " [fd://], from file: [unix:///var/run/docker.sock tcp://0.0.0.0:2375])"
)


def chosen(name, engine="debian-12"):
    return choose(KNOWN, name, engine).case.short_name


def case(name, **variant):
    found = choose(KNOWN, name, "debian-12").case
    assert choose(KNOWN, found.name, "debian-12").case == found
    return found.for_variant(Variant("20.10.24", **variant))


def reproduction_of(found, seen):
    return Reproduction(found, seen, judge(prepare_case(found, SETTINGS), seen, found))


def test_by_name_and_by_id():
    assert chosen("fd-by-hand") == "fd-by-hand"
    assert chosen("no-fd-sockets") == "fd-by-hand"
    assert chosen("hosts-flag-file-conflict") == "hosts-in-file-stock-unit"
    assert chosen("hosts-in-unit-and-file") == "hosts-in-unit-and-file"


def test_the_case_that_a_known_error_names_comes_first():
    others = {}
    for name in {failure.error for failure in KNOWN if failure.error}:
        engine = next(failure.engines[0] for failure in KNOWN if failure.error == name)
        if (case := chosen(name, engine)) != known_errors()[name].reproduce:
            others[name] = case
    assert others == {}


def test_an_error_was_seen_where_its_case_exists():
    """The suites run it there, so the known error says so."""
    missing = []
    for failure in KNOWN:
        for engine in failure.engines:
            error = failure.case.for_variant(Variant.of(SETTINGS.engine(engine))).expect.error
            if error is not None and engine not in known_errors()[error].seen:
                missing.append((failure.case.short_name, engine, error))
    assert missing == []


def test_at_least_thirty_five_known_errors_can_be_reproduced():
    assert len({f.error for f in KNOWN if f.error}) >= 35
    assert all(f.engines for f in KNOWN), "one that exists nowhere is none"
    assert all(f.case.spec.fixed for f in KNOWN), "each has its fix"


@pytest.mark.parametrize(
    ("name", "engine", "message"),
    [
        ("x", "debian-12", "no failure and no known error is called 'x'"),
        ("windows-pipe-missing", "debian-12", "is a known error, and no case reproduces it"),
        ("client-too-old", "debian-11", "client-too-old does not exist on debian-11"),
    ],
)
def test_what_cannot_be_reproduced(name, engine, message):
    with pytest.raises(BadInput, match=message):
        choose(KNOWN, name, engine)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "reproduce needs an id"),
        (["fd-by-hand", "--fix", "--shell"], "give one"),
        (["fd-by-hand", "--engine", "debian-99"], "unknown engine 'debian-99'"),
    ],
)
def test_bad_input_starts_no_machine(args, message, monkeypatch):
    monkeypatch.setattr("dockerd_lab.cli.reproduce.running", lambda *_: pytest.fail("started"))
    done = CliRunner().invoke(app.build(), ["reproduce", *args])
    assert isinstance(done.exception, BadInput)
    assert message in str(done.exception)


def test_the_report_has_the_failure_and_its_fix(tmp_path, monkeypatch):
    fleet = SimpleNamespace(settings=SETTINGS, engine="debian-12", project=find_project())
    name = "failures/hosts-in-file-stock-unit"
    log = [CONFLICT]
    failed = reproduction_of(case(name), observation(daemon="failed", hosts=(), log=log))
    fixed_case = case(name, fixed=True)
    fixed = dataclasses.replace(observation(), fix={"daemon": answer("$ true")})
    replacements = {
        "running": lambda *_, **__: nullcontext(fleet),
        "reproduce_failure": lambda *_: failed,
        "fix_failure": lambda *_: reproduction_of(fixed_case, fixed),
    }
    for function, replacement in replacements.items():
        monkeypatch.setattr(f"dockerd_lab.cli.reproduce.{function}", replacement)
    monkeypatch.setattr("dockerd_lab.observe.evidence.write", lambda *_: "nowhere")
    files = ("--html", tmp_path / "report.html", "--json", tmp_path / "result.json")
    CliRunner().invoke(app.build(), ["reproduce", name, "--fix", *map(str, files)])
    text = (tmp_path / "report.html").read_text()
    assert f'id="{name}.debian-12"' in text
    assert f'id="{name}-fixed.debian-12"' in text
    assert f"dockerd-lab reproduce {name} --fix --engine debian-12" in text
    first, second = json.loads((tmp_path / "result.json").read_text())["configurations"]
    assert (first["case"], second["case"]) == (name, f"{name}-fixed")
    assert first["results"][0]["verdict"] == "passed"


def test_the_list():
    shown = reproduction.listing(KNOWN, width=80, colour=False)
    assert "hosts-flag-file-conflict       hosts-in-file-stock-unit" in shown
    assert "(silent)                       key-host-ignored" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_failure_is_shown_with_what_was_typed_and_explained():
    log = ["Starting", CONFLICT, *(f"later {n}" for n in range(9))]
    failed = observation(daemon="failed", hosts=(), log=log)
    seen = reproduction_of(case("hosts-in-file-stock-unit"), failed)
    assert seen.judgement.passed
    shown = reproduction.failure(seen, width=80, colour=False)
    assert '  "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2375"]' in shown
    assert "$ systemctl restart docker.service" in shown
    assert CONFLICT in shown
    assert "later 8" in shown
    assert "later 1" not in shown
    assert "hosts-flag-file-conflict: " in shown
    assert "dockerd-lab reproduce hosts-flag-file-conflict --fix" in shown


def test_a_silent_failure_has_no_words():
    seen = reproduction_of(case("key-host-ignored"), observation())
    assert seen.judgement.passed
    shown = reproduction.failure(seen, width=80, colour=False)
    assert "no known error: no message names the cause" in shown
    assert "Without effect: host" in shown
    assert "Call it hosts." in shown


def test_a_setting_that_has_an_effect_after_all_is_reported():
    renamed = {"/etc/docker/daemon.json": '{"debug": false}'}
    wrong = reproduction_of(case("key-host-ignored"), observation(changed_files=renamed))
    assert wrong.judgement.reasons == ["without effect is nothing; the case expects host"]


def test_what_is_not_as_declared_is_reported():
    seen = observation(daemon="active", outsider="full-control", log=["all is well"])
    reasons = reproduction_of(case("hosts-in-file-stock-unit"), seen).judgement.reasons
    wrong = "\n".join(reasons)
    assert "the daemon is active; the case expects failed" in wrong
    assert f"nobody said: {CONFLICT}" in wrong
    assert "outsider gets full-control; the case expects refused" in wrong


def test_a_fix_is_shown_step_by_step():
    steps = answer("$ systemctl start docker.service\n")
    seen = dataclasses.replace(observation(), fix={"daemon": steps}, client={"ping": answer("OK")})
    mended = case("fd-by-hand", fixed=True)
    after = reproduction_of(mended, seen)
    assert after.judgement.passed
    shown = reproduction.fixed(after, width=80, colour=False)
    assert "== the fix, on daemon\n$ systemctl start docker.service\n" in shown
    assert "client's ping: exit code 0: OK" in shown
    failed = dataclasses.replace(seen, fix={"daemon": answer("$ false", exit_code=1)})
    assert reproduction_of(mended, failed).judgement.reasons == [
        "a step of the fix failed on daemon, with exit code 1"
    ]


def test_an_error_that_a_fix_leaves_is_reported():
    steps = answer(f"$ dockerd\n{CONFLICT}\n")
    seen = dataclasses.replace(observation(), fix={"client": steps})
    mended = case("flags-by-hand", fixed=True)
    assert (
        "hosts-flag-file-conflict is still there, in hosts-flag-file-conflict;"
        " the case expects none"
    ) in reproduction_of(mended, seen).judgement.reasons
