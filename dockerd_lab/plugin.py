"""Loads the pytest plugin, for this repository's suites and users' own; see dockerd_lab.suites.

It is loaded by its entry point. A test that asks for `observation` runs once per engine and case.
"""

pytest_plugins = (
    "dockerd_lab.suites.options",
    "dockerd_lab.suites.fixtures",
    "dockerd_lab.suites.selection",
    "dockerd_lab.suites.outcome",
    "dockerd_lab.suites.broken",
)
