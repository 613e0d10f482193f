"""A judgement as data, and the mismatches with what a case expects."""

import dataclasses

import pytest
from observations import CONFLICT, answer, failed, observation, opened
from prepared import CASES, SETTINGS

from dockerd_lab.cases.discover import select
from dockerd_lab.cases.model import Variant
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.judge import judge
from dockerd_lab.judge.judgement import Judgement, Mismatch
from dockerd_lab.observe.listeners import Listener
from dockerd_lab.standins.prepared import prepare_case

HOSTS = Mismatch("hosts", "a", "b", "hosts: b", "mine:3", "details")
DAEMON = Mismatch("daemon", "active", "failed", "the daemon is failed")
STRANGER = PolicyFinding("stranger", "an outsider gets root")


def test_problems_by_point_and_by_rule():
    judgement = Judgement((DAEMON, HOSTS, STRANGER), (), (), (), "unexplained")
    assert not judgement.passed
    assert judgement.reasons == ["the daemon is failed", "hosts: b", "an outsider gets root"]
    assert judgement.mismatches() == [DAEMON, HOSTS]
    assert judgement.mismatches("hosts", "words") == [HOSTS]
    assert judgement.findings(["stranger"]) == [STRANGER]
    assert judgement.findings(["start", "script"]) == []
    assert Judgement((), (), (), (), "").passed


def test_problems_as_text():
    assert str(HOSTS) == "hosts: b\nat mine:3\ndetails"
    assert str(DAEMON) == "the daemon is failed"
    assert str(STRANGER) == "an outsider gets root"


def judged(name, seen, version="20.10.24"):
    (case,) = select(CASES, [name])
    case = case.for_variant(Variant(version))
    return judge(prepare_case(case, SETTINGS), seen, case)


def only(judgement, point):
    (mismatch,) = judgement.mismatches(point)
    return mismatch


@pytest.fixture
def other():
    """What was seen of systemd-dropin, with another command, host and listener than expected."""
    return judged(
        "systemd-dropin",
        observation(
            command="/usr/bin/dockerd -H fd://",
            hosts=("fd://",),
            listeners=(Listener("tcp", "127.0.0.1:2375", "dockerd"),),
            client="read-only",
            local_user="full-control",
            log=[f"line {number}" for number in range(20)],
        ),
    )


def test_mismatches_say_where_and_what_else_helps(other):
    command = only(other, "command")
    assert command.where.endswith("docker.service.d/override.conf:3")
    assert command.observed == "/usr/bin/dockerd -H fd://"
    assert command.details == ("Another drop-in or the packaged unit decides: systemctl cat docker")
    hosts = only(other, "hosts")
    assert hosts.where.endswith("docker.service.d/override.conf:3")
    assert (hosts.expected, hosts.observed) == ("['fd://', 'tcp://0.0.0.0:2375']", "['fd://']")
    listeners = only(other, "listeners")
    assert listeners.expected == "tcp6 :::2375 dockerd, unix /run/docker.sock init"
    assert listeners.observed == "tcp 127.0.0.1:2375 dockerd"
    first, second, third, *_ = listeners.details.splitlines()
    assert first == "  missing:    ['tcp6 :::2375 dockerd', 'unix /run/docker.sock init']"
    assert second == "  unexpected: ['tcp 127.0.0.1:2375 dockerd']"
    assert third == "dockerd was told to listen on ['fd://']."


def test_a_level_tells_what_was_tried(other):
    assert only(other, "outsider").observed == "refused"
    client = only(other, "client")
    assert (client.expected, client.observed) == ("full-control", "read-only")
    assert client.details.startswith(
        "client gets 'read-only' through tcp://a:1.\nWhat client tried:\n  "
    )
    assert "Listeners on daemon: tcp 127.0.0.1:2375 dockerd\n" in client.details
    assert other.mismatches("local-user") == []
    root = only(judged("unix-default", observation(client="full-control", listeners=())), "client")
    assert "tcp://a:1 (that is root on the daemon machine).\n" in root.details
    assert "Listeners on daemon: none\n" in root.details


def test_no_listener_and_none_missing():
    nothing = only(judged("unix-default", observation(listeners=())), "listeners")
    assert nothing.message == "listeners are none; the case expects unix /run/docker.sock init"
    assert "unexpected: none" in nothing.details


def test_the_end_of_the_log_is_shown():
    log = [f"line {number}" for number in range(20)]
    daemon = only(judged("unix-default", observation(daemon="failed", log=log)), "daemon")
    assert daemon.details == "its last words:\n" + "\n".join(log[-12:])
    words = only(judged("hosts-in-file-stock-unit", observation(log=log)), "words")
    assert words.details == "\n".join(log[-12:])
    error = only(judged("hosts-in-file-stock-unit", observation(log=log)), "error")
    assert error.details == "\n".join(log[-12:])
    assert error.observed == "the error is unexplained"


def test_a_tool_that_gets_no_answer():
    seen = dataclasses.replace(opened(), client={"ps": answer("no", 7), "compose": answer("no", 1)})
    tools = judged("systemd-dropin", seen).mismatches("tools")
    assert [(each.expected, each.observed) for each in tools] == [("exit code 0", "exit code 7")]
    assert tools[0].details == "$ $\nno"
    assert judged("unix-default", seen).mismatches("tools") == []


def test_a_step_of_a_fix_that_fails():
    seen = dataclasses.replace(
        observation(), fix={"daemon": answer("$ false", 3), "client": answer("$ true")}
    )
    fix = only(judged("unix-default", seen), "fix")
    assert (fix.expected, fix.observed, fix.details) == ("exit code 0", "exit code 3", "$ false")


CLIENT = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?"


def error_messages(name, lines, error=None):
    (case,) = select(CASES, [name])
    case = case.for_variant(Variant("20.10.24"))
    if error is not None:
        expect = case.expect.model_copy(update={"error": error, "words": None})
        case = dataclasses.replace(case, expect=expect)
    judgement = judge(prepare_case(case, SETTINGS), failed(log=lines), case)
    return [mismatch.message for mismatch in judgement.mismatches("error")]


def test_another_error_than_the_expected_one_is_named():
    name, expected = "hosts-in-file-stock-unit", "the case expects hosts-flag-file-conflict"
    assert error_messages(name, [CONFLICT]) == []
    assert error_messages(name, ["x"]) == [f"the error is unexplained; {expected}"]
    assert error_messages(name, [CLIENT]) == [
        f"the error is cannot-connect-default-socket; {expected}"
    ]


def test_a_failure_that_is_to_be_unexplained():
    """Beside it there may be what is no cause of a failed start."""
    name = "hosts-in-file-stock-unit"
    assert error_messages(name, ["x"], error="unexplained") == []
    assert error_messages(name, [CLIENT], error="unexplained") == []
    assert error_messages(name, [CONFLICT], error="unexplained") == [
        "the error is hosts-flag-file-conflict; the case expects unexplained"
    ]
