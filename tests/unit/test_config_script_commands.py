"""The commands of a script that start a unit or run a file, and what only looks like one."""

import pytest

from dockerd_lab.config.script_commands import runs, starts


@pytest.mark.parametrize(
    "script",
    [
        "systemctl start x",
        "systemctl --no-block restart a.timer 'x.service'",
        "set -e\nif ! systemctl -q enable x --now; then exit 1; fi",
        "sudo -n /usr/bin/systemctl reload-or-restart \\\n  x",
        "A=1 service x start && true",
        "/etc/init.d/x restart",
    ],
)
def test_what_starts_x(script):
    assert starts("x.service", [script])


@pytest.mark.parametrize(
    "script",
    [
        "systemctl reload x",
        "systemctl restart start-x",
        "systemctl enable x\nsystemctl restart docker",
        "systemctl enable --now y; systemctl status x",
        "# systemctl start x",
        "echo systemctl start x",
        "systemctl --user start x",
        "service x reload",
        "service x",
        "/etc/init.d/x",
        "systemctl start x.timer",
        "systemctl start x@1",
    ],
)
def test_what_does_not(script):
    assert not starts("x.service", [script])


def test_a_socket_is_named_with_its_type():
    assert starts("x.socket", ["systemctl start x.socket"])
    assert not starts("x.socket", ["systemctl start x"])


def test_what_runs_a_file():
    for script in ("/etc/x", "sh -eu /etc/x a", "test -f /etc/x && . /etc/x"):
        assert runs("/etc/x", [script])
    for script in ("chmod +x /etc/x", "sh /etc/y /etc/x", "# /etc/x", "sh /etc/xx"):
        assert not runs("/etc/x", [script])


def test_a_continued_line_is_joined_as_a_shell_does():
    assert starts("x.service", ["systemctl \\\n  restart x.serv\\\nice\n"])
