"""The known errors as they were last read, and when they are read anew."""

import shutil
from pathlib import Path

import pytest

from dockerd_lab.explain import index
from dockerd_lab.project import KNOWN_ERRORS, user_cache

ID = "start-limit-hit"
CODE = ("entries.py", "model.py")


@pytest.fixture
def entry(tmp_path, monkeypatch):
    """The file of the only known error."""
    directory = tmp_path / "known_errors"
    directory.mkdir()
    for name in CODE:
        (tmp_path / name).touch()
    monkeypatch.setattr(index, "KNOWN_ERRORS", directory)
    return Path(shutil.copy(KNOWN_ERRORS / f"{ID}.yaml", directory))


def test_what_has_not_changed_is_not_read_again(entry):
    assert list(index.read_known_errors()) == [ID]
    kept = user_cache() / "known-errors.json"
    kept.write_text(kept.read_text().replace("systemd gave up", "Kept: systemd gave up"))
    assert index.read_known_errors()[ID].title.startswith("Kept: ")


def test_what_has_changed_is_read_anew(entry):
    index.read_known_errors()
    text = entry.read_text()
    entry.write_text(text.replace("title: ", "title: New "))
    assert index.read_known_errors()[ID].title.startswith("New ")


@pytest.mark.parametrize("name", CODE)
def test_all_is_read_anew_where_the_code_has_changed(entry, name):
    first = index.read_known_errors()
    kept = user_cache() / "known-errors.json"
    kept.write_text(kept.read_text().replace("systemd gave up", "Kept: systemd gave up"))
    (entry.parent.parent / name).write_text("changed")
    assert index.read_known_errors() == first


@pytest.mark.parametrize("kept", ["", "{", "[]", "{}", '{"state": 1}'])
def test_what_was_kept_and_is_broken_is_read_anew(entry, kept):
    first = index.read_known_errors()
    (user_cache() / "known-errors.json").write_text(kept)
    assert index.read_known_errors() == first
