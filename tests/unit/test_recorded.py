"""What was recorded on real machines, judged in every way: as suite, as `reproduce`, as `validate`.

The expectations are the cases' own, and were not made from the recordings.
"""

import dataclasses
import functools
import json

import pytest
import recordings
from observations import observation
from prepared import BY_NAME, CASES, SETTINGS, files_of

from dockerd_lab.cases.model import Variant
from dockerd_lab.inputs.collect import collect
from dockerd_lab.judge.judge import judge, verdict
from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.report import reproduction
from dockerd_lab.reproduce.run import Reproduction
from dockerd_lab.standins.prepared import prepare

ENGINES = ("debian-12", "debian-14")


def prepared(case):
    return dataclasses.replace(files_of(case.name), configuration=case)


@pytest.fixture(scope="module")
def as_input(tmp_path_factory):
    """A case's files as `validate` reads them: the same for every variant."""

    @functools.cache
    def make(name):
        return prepare(
            collect([BY_NAME[name].directory], tmp_path_factory.mktemp("into")), SETTINGS
        )

    return make


def variant(seen):
    return Variant(SETTINGS.engine(seen.engine).docker, fixed=seen.subject.endswith("-fixed"))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_case_is_recorded_and_nothing_else(engine):
    recorded = {seen.subject for seen in recordings.recorded(engine)}
    there = Variant.of(SETTINGS.engine(engine))
    expected = {f"{engine}/{case.short_name}" for case in CASES}
    mended = (case for case in CASES if case.spec.fixed and case.for_variant(there).fails)
    expected |= {f"{engine}/{case.short_name}-fixed" for case in mended}
    assert recorded == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_suites_reproduce_and_validate_agree(engine, as_input):
    wrong = {}
    for seen in recordings.recorded(engine):
        case = BY_NAME[seen.case].for_variant(variant(seen))
        of_suites = judge(prepared(case), seen, case)
        given = as_input(seen.case)
        expected = given.inputs.case.for_variant(variant(seen))
        of_validate = judge(given, seen, expected)
        result = verdict(
            given, seen, of_validate, version=variant(seen).version, unit="", dockerd=""
        )
        assert of_validate == of_suites, seen.subject
        assert (result.verdict == "passed") == of_suites.passed, seen.subject
        if case.expect.error is not None:
            reproduced = Reproduction(case, seen, of_suites)
            shown = reproduction.failure(reproduced, width=80, colour=False)
            assert f"{case.expect.error}: " in shown, seen.subject
        if of_suites.problems:
            wrong[seen.subject] = of_suites.reasons
    assert wrong == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_observation_of_another_case_does_not_pass(engine):
    """Of the next case in the list: recordings that would pass for any case prove nothing.

    Mended cases are left out: of each is expected that the daemon works. So is an error that only
    the commands of the other case's scripts showed, which this case does not have.
    """
    every = [seen for seen in recordings.recorded(engine) if not seen.subject.endswith("-fixed")]
    passed = []
    for seen, other in zip(every, every[1:] + every[:1], strict=True):
        case, differs = BY_NAME[seen.case].for_variant(variant(seen)), BY_NAME[other.case]
        if other.show_output and case.expect.error is None:
            continue
        if judge(prepared(case), other, case).passed and (
            case.expect != differs.for_variant(variant(other)).expect
        ):
            passed.append((seen.subject, other.subject))
    assert passed == []


def test_a_recording_is_read_as_it_was_written(tmp_path):
    states = {"nginx.service": ServiceState(active=False, log=("no",))}
    seen = observation(
        log=("a level=warning", "b level=info"), services=states, changed_files={"/a": None}
    )
    for _ in range(2):
        recordings.write(seen, tmp_path)
    assert recordings.read("debian-12", tmp_path) == [seen]


def test_a_recording_of_another_schema_is_refused(tmp_path):
    recordings.write(observation(), tmp_path)
    file = tmp_path / "debian-12.jsonl"
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, "schema": 0}) + "\n")
    with pytest.raises(ValueError, match="schema 0, expected 1: tox -e record"):
        recordings.read("debian-12", tmp_path)
