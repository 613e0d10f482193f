"""The matcher, on what was said on the machines when each failure was brought about there."""

from pathlib import Path

import pytest
import yaml

from dockerd_lab.explain.matcher import explain

CAPTURED = [
    pytest.param(said["error"], said["lines"], id=f"{file.stem}-{case}")
    for file in sorted((Path(__file__).parent / "captured").glob("*.yaml"))
    for case, said in yaml.safe_load(file.read_text()).items()
]


def ids(lines):
    return [finding.id for finding in explain(lines)]


@pytest.mark.parametrize(("error", "lines"), CAPTURED)
def test_it_is_explained_in_either_order(error, lines):
    assert ids(lines)[0] == error
    typed = any(line.startswith("$ ") for line in lines)
    assert typed or ids(lines[::-1])[0] == error, "journalctl -r"


@pytest.mark.parametrize(("error", "lines"), CAPTURED)
def test_beside_other_lines_too(error, lines):
    around = ["Nov 24 12:00:00 h systemd[1]: Starting cron.service.", "all is well"]
    assert ids([*around, *lines, *around])[0] == error
