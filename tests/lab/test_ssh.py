"""docker -H ssh://: no listener, a key, and many calls at once."""

import pytest

pytestmark = pytest.mark.lab_cases(name=["methods/ssh"])
CALLS = 10


def test_ten_calls_at_once(client, observation):
    host = "ssh://deploy@192.168.3.201"
    one = f"docker -H {host} version --format '{{{{.Server.Version}}}}' >/tmp/call.$i 2>&1"
    result = client.run(
        f"for i in $(seq {CALLS}); do ({one}; echo $? >/tmp/code.$i) & done; wait;"
        " cat /tmp/code.*; cat /tmp/call.*"
    )
    lines = result.stdout.split("\n")
    assert lines[:CALLS] == ["0"] * CALLS, result.stdout


def test_sshd_s_limit_is_the_case_s(daemon, observation):
    """Below it no connection is dropped: ten calls are never more than ten that log in."""
    assert "maxstartups 50:30:100" in daemon.check_output("sshd -T").lower().splitlines()


def test_a_password_is_not_asked_for(outsider, observation):
    options = "-o BatchMode=yes -o StrictHostKeyChecking=accept-new"
    result = outsider.run(f"ssh {options} deploy@192.168.3.201 true || echo exit code $?")
    assert result.stdout == "exit code 255\n"
    assert "Permission denied (publickey)" in result.stderr


def test_the_user_has_nothing_but_docker_s_group(daemon, observation):
    assert daemon.user("deploy").groups == ["deploy", "docker"]
