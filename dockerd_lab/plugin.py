"""The pytest plugin, for the suites of this repository and for users' own; see dockerd_lab.suites.

It is loaded by its entry point. A test that asks for `lab_observation` runs once per engine and
case. What only such tests need is loaded when the first of them is collected.
"""

pytest_plugins = (
    "dockerd_lab.suites.options",
    "dockerd_lab.suites.fixtures",
    "dockerd_lab.suites.selection",
)
