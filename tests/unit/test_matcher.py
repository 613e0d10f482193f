import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.explain.matcher import explain, known_errors

CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following"
    " directives are specified both as a flag and in the configuration file: hosts: (from flag:"
    " [fd://], from file: [tcp://0.0.0.0:2375])"
)
EXECSTART = (
    "docker.service: Service has more than one ExecStart= setting, which is only allowed for"
    " Type=oneshot services. Refusing."
)


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        (CONFLICT, ["hosts-flag-file-conflict"]),
        (EXECSTART, ["multiple-execstart"]),
        (CONFLICT.replace("hosts: (", "tlsverify: ("), []),
        ("docker.service: Start request repeated too quickly.", []),
        ("nginx.service: Failed with result 'exit-code'.", []),
    ],
)
def test_a_line(line, ids):
    assert [finding.id for finding in explain([line])] == ids


def test_each_error_once_in_the_order_of_the_log():
    found = explain(["x", EXECSTART, CONFLICT, CONFLICT])
    assert [(f.id, f.line) for f in found] == [
        ("multiple-execstart", EXECSTART),
        ("hosts-flag-file-conflict", CONFLICT),
    ]


def test_every_known_error_says_how_to_mend_it():
    assert set(known_errors()) >= {"hosts-flag-file-conflict", "multiple-execstart"}
    for error in known_errors().values():
        assert error.cause
        assert error.fix


@given(st.lists(st.text()))
def test_any_log_is_read(lines):
    explain(lines)
