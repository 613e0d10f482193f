"""Advice that was written for Linux with systemd, as another system takes it."""

import re

import pytest

from dockerd_lab.explain.adapt import advice
from dockerd_lab.explain.model import Step, known_errors

ALL = [steps for error in known_errors().values() for steps in (error.fix, error.look)]


@pytest.mark.parametrize("system", ["windows", "macos", "openrc"])
def test_no_other_system_is_given_systemd_s_commands(system):
    systems = {"daemon": system} | ({"client": system} if system != "openrc" else {})
    wrong = [
        step.commands
        for steps in ALL
        for step in advice(steps, systems)
        if step.on in systems
        and re.search(r"^[^#]*\b(?:systemctl|journalctl|apt-get)\b", step.commands, re.MULTILINE)
    ]
    assert wrong == []


def test_windows_is_given_no_command_of_unix():
    unix = re.compile(
        r"^[^#]*(?:\bsudo\b|\bgrep\b|\bexport\b|\bunset\b|/dev/null|\$HOST)", re.MULTILINE
    )
    systems = {"daemon": "windows", "client": "windows"}
    wrong = [
        step.commands
        for steps in ALL
        for step in advice(steps, systems)
        if step.on in systems and unix.search(step.commands)
    ]
    assert wrong == []


def test_each_machine_keeps_advice():
    lost = [
        (system, steps)
        for system in ("windows", "macos", "openrc")
        for steps in ALL
        if {step.on for step in steps}
        != {step.on for step in advice(steps, {"daemon": system, "client": system})}
        and system != "openrc"
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("commands", "system", "machine", "expected"),
    [
        (
            "sudo systemctl daemon-reload; sudo systemctl restart docker   # ends containers",
            "openrc",
            "daemon",
            "sudo rc-service docker restart   # ends containers",
        ),
        (
            "sudo systemctl enable --now docker.socket docker.service",
            "openrc",
            "daemon",
            "sudo rc-update add docker default; sudo rc-service docker start",
        ),
        (
            "export DOCKER_HOST=tcp://$HOST:2376 DOCKER_CERT_PATH=~/.docker   # both",
            "windows",
            "client",
            '# PowerShell\n$env:DOCKER_HOST = "tcp://${server}:2376";'
            ' $env:DOCKER_CERT_PATH = "$HOME/.docker"   # both',
        ),
        (
            "unset DOCKER_TLS DOCKER_HOST; docker version",
            "windows",
            "client",
            "# PowerShell\nRemove-Item Env:DOCKER_TLS, Env:DOCKER_HOST -ErrorAction Ignore ;"
            " docker version",
        ),
    ],
)
def test_stereotyped_commands_are_translated(commands, system, machine, expected):
    (step,) = advice([Step(machine, commands)], {machine: system})
    assert (step.commands, step.system) == (expected, system)


def test_a_step_of_the_system_s_own_is_taken_as_it_is():
    steps = [Step("daemon", "sudo systemctl start docker", "linux"), Step("daemon", "x", "openrc")]
    assert advice(steps, {"daemon": "openrc"}) == steps[1:]
    assert advice(steps, {}) == steps
    translated = advice(steps[:1], {"daemon": "openrc"})
    assert [step.commands for step in translated] == ["sudo rc-service docker start"]
