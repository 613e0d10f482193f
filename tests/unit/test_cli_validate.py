"""The commands `validate`, `record` and `schema`, as they are typed."""

import json

import pytest
from observations import write

from dockerd_lab.project import package_data


def test_the_schema_is_published(command):
    result = command("schema")
    assert json.loads(result.stdout)["properties"]["schema"]["const"] == 1
    assert '"description": ""' not in result.stdout, "what is described is said"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["validate"], "nothing to validate"),
        (["validate", "--engine", "debian-99", "."], "unknown engine 'debian-99'"),
        (
            ["validate", "--unit", "mine", "."],
            "unknown unit 'mine'; there are: docker-ce",
        ),
        (["validate", "{empty}"], "{empty}: an empty directory"),
        (["validate", "{empty}", "--json", "/nowhere/x"], "/nowhere/x: cannot be written"),
        (
            ["validate", "{cases}", "--json", "{empty}/x", "--junitxml", "{empty}/x"],
            "{empty}/x: it is",
        ),
        (["validate", "--command", "ls"], "--command: it must start dockerd"),
        (["record", "{cases}"], "{cases}: this repository's own cases are written by hand"),
        (["record", "{empty}/x"], "{empty}/x: not a directory"),
    ],
)
def test_bad_input_starts_nothing(command, tmp_path, args, message):
    places = {"empty": tmp_path, "cases": package_data() / "provision/methods/daemon-json"}
    result = command(*(arg.format(**places) for arg in args))
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith(f"dockerd-lab: bad input: {message.format(**places)}")
    assert result.stdout == ""


def test_a_recorded_case_is_not_overwritten(command, tmp_path):
    write(tmp_path / "case.yaml", "mine")
    result = command("record", str(tmp_path))
    assert result.returncode == 2
    assert "already exists" in result.stderr
