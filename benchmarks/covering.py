"""Which unit tests cover which lines, for `mutants.py`."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import coverage
import pytest

PYTEST = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line", "-W", "ignore")


class Recorder:
    """A pytest plugin that notes which test covers which line, and how long each takes."""

    def __init__(self, coverage):
        self.coverage, self.name, self.file = coverage, "", ""
        self.seconds = defaultdict(float)

    def pytest_runtest_setup(self, item):
        """Begin a test."""
        name = item.nodeid.partition("[")[0]
        if name != self.name:
            clear_caches(item.path != self.file)
            self.coverage.switch_context(name)
            self.name, self.file = name, item.path

    def pytest_runtest_logreport(self, report):
        """Add what a phase of a test took."""
        self.seconds[report.nodeid.partition("[")[0]] += report.duration


def clear_caches(slow: bool) -> None:
    """Forget what functions have returned: only their first user would be seen to need them.

    The known errors are forgotten only if `slow`: to read them takes a second.
    """
    for module in [each for name, each in sys.modules.items() if name.startswith("dockerd_lab")]:
        for name, value in list(vars(module).items()):
            if slow or name != "known_errors":
                getattr(value, "cache_clear", lambda: None)()


def record(file: Path, rooms: Sequence[str]) -> int:
    """Run the unit tests; write who covers what, {path: {line: [test]}}, and their seconds."""
    measured = coverage.Coverage(data_file=None, include=[f"{room}/*" for room in rooms])
    measured.start()
    recorder = Recorder(measured)
    code = pytest.main([*PYTEST, "tests/unit"], plugins=[recorder])
    measured.stop()
    data = measured.get_data()
    files = {os.path.relpath(path): path for path in data.measured_files()}
    covered = {name: data.contexts_by_lineno(path) for name, path in files.items()}
    file.write_text(json.dumps([covered, recorder.seconds]))
    return code
