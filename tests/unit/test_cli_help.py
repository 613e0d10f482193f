"""The manners of the `dockerd-lab` command: its help, completion, and what -, -q and -h mean."""

import re

import pytest

from dockerd_lab.cli import app

COMMANDS = [[name] for name in app.COMMANDS] + [["box", "build"], ["box", "list"], ["cache", "key"]]
COMMANDS += [["report", "merge"], []]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_names_every_value_in_words(command, words):
    result = command(*words, "-h")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == command(*words, "--help").stdout
    # typer's own words for types, and options that say nothing.
    assert not re.search(r"<\w+(\[\w+\])?>|\bTEXT\b", result.stdout), result.stdout
    options = re.findall(r"(?m)^  -.*$", result.stdout.partition("Options:")[2])
    assert all(re.search(r"-\S.*(  \S|$)", line) for line in options)


def test_help_has_the_engines_and_examples(command):
    text = " ".join(command("validate", "-h").stdout.split())
    assert "debian-11, debian-12, debian-13, debian-14, or all" in text
    assert "Examples: dockerd-lab validate # what" in text


def test_a_misspelt_command(command):
    result = command("vaildate")
    assert result.returncode == 2
    assert result.stderr == (
        "dockerd-lab: bad input: there is no command 'vaildate'\n"
        "dockerd-lab validate   # is it this?\n"
    )


@pytest.mark.parametrize(
    ("line", "completion"),
    [
        ("dockerd-lab val", "validate"),
        ("dockerd-lab validate --engine debian-13", "debian-13"),
        ("dockerd-lab reproduce fd-by", "fd-by-hand"),
        ("dockerd-lab explain hosts-flag", "hosts-flag-file-conflict"),
    ],
)
@pytest.mark.usefixtures("kept_errors")
def test_completion(command, monkeypatch, line, completion):
    monkeypatch.setenv("_DOCKERD_LAB_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    result = command()
    assert result.stdout.split() == [completion]
