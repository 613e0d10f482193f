"""The advice of the known errors, as somebody who pastes it."""

import re
import subprocess

from dockerd_lab.explain.model import MACHINES, Step, known_errors, steps_for

STEPS = [
    (name, step) for name, error in known_errors().items() for step in [*error.fix, *error.look]
]


def test_a_step_is_more_than_a_remark():
    remarks = [
        name
        for name, step in STEPS
        if all(line.startswith("#") for line in step.commands.split("\n"))
    ]
    assert remarks == []


def test_no_step_names_the_lab():
    assert [name for name, step in STEPS if "192.168.3." in step.commands] == []


def test_a_step_sets_what_it_uses():
    """Each is pasted alone; what a login sets is there, and what the client reads may be."""
    there = {"USER", "HOME", "PATH", "XDG_RUNTIME_DIR"}
    there |= {"DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_CONTEXT"}
    unset = {}
    for name, step in STEPS:
        used = set(re.findall(r"\$\{?([A-Z][A-Z_]*)", step.commands)) - there
        given = re.findall(r"\b([A-Z][A-Z_]*)=|\bread .* ([A-Z]+);", step.commands)
        if missing := used - {name for names in given for name in names}:
            unset[name] = missing
    assert unset == {}


def test_every_step_names_its_machine():
    assert {step.on for _, step in STEPS} <= set(MACHINES)
    assert all(step.where.startswith(MACHINES[step.on]) for _, step in STEPS)


def test_an_edit_is_typed_by_no_editor():
    """Nor by a here-document: what is printed is indented, and its end would not be found."""
    editors = re.compile(r"\b(?:sudoedit|systemctl edit|nano|vim?)\b|<<(?!<)")
    assert [name for name, step in STEPS if editors.search(step.commands)] == []


def test_advice_is_shell_that_parses():
    wrong = {
        name: done.stderr
        for name, step in STEPS
        if step.system != "windows" and "PowerShell" not in step.commands
        if (
            done := subprocess.run(
                ["bash", "-n", "-c", step.commands], capture_output=True, check=False
            )
        ).returncode
    }
    assert wrong == {}


def test_what_ends_containers_says_so():
    ends = re.compile(r"systemctl (?:restart|stop) docker(?![\w.]|-desktop)")
    wrong = [
        name
        for name, step in STEPS
        for line in step.commands.split("\n")
        if ends.search(line) and "containers" not in line
    ]
    assert wrong == []


def test_a_failed_start_is_mended_by_a_start():
    """A restart of a service that does not run is a start; one of another service is a mistake."""
    assert [name for name, step in STEPS if "restart docker-" in step.commands] == []


def test_steps_for_another_system_are_left_out():
    steps = [Step("client", "a"), Step("client", "b", "windows"), Step("client", "c", "linux")]
    chosen = {
        system: [step.commands for step in steps_for(steps, {"client": system})]
        for system in ("", "windows", "linux", "macos")
    }
    assert chosen == {
        "": ["a", "b", "c"],
        "windows": ["a", "b"],
        "linux": ["a", "c"],
        "macos": ["a"],
    }
