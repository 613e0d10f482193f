"""The errors of a verdict, and the words of a daemon that did not start."""

import dataclasses

import pytest
from observations import CONFLICT, failed, observation
from prepared import HOSTS, UNIT_D

from dockerd_lab.judge import log


def test_a_daemon_that_does_not_start_fails_with_its_error_and_place(judged):
    result = judged({"etc/docker/daemon.json": HOSTS}, failed())
    assert (result.verdict, result.starts) == ("failed", False)
    assert result.reasons == ["the daemon does not start"]
    (error,) = result.errors
    assert error.id == "hosts-flag-file-conflict"
    assert error.where.endswith("mine/etc/docker/daemon.json:3")
    assert error.fix


def test_an_unknown_failure_shows_the_last_words(judged):
    line = 'time="2026-11-24T12:32:56Z" level=fatal msg="no luck"'
    result = judged({"etc/docker/daemon.json": HOSTS}, failed(log=(line,)))
    assert result.reasons[1] == "no known error; its last words: no luck"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            (
                "Processing signal 'terminated'",
                "docker.service: Failed to set up mount namespacing: Read-only file system",
                "docker.service: Failed with result 'resources'.",
            ),
            "docker.service: Failed to set up mount namespacing: Read-only file system",
        ),
        (("docker: no", "", "Run 'docker --help' for more information"), "docker: no"),
    ],
)
def test_the_last_words_are_those_that_tell(judged, lines, words):
    result = judged({"etc/docker/daemon.json": HOSTS}, failed(log=lines))
    assert result.reasons[1] == f"no known error; its last words: {words}"


def test_what_the_daemon_before_said_is_not_this_one_s(judged):
    lines = ["Daemon shutdown complete", "Starting docker.service - Docker Engine..."]
    observed = failed(log=lines)
    hung = dataclasses.replace(observed.daemon.outcome, restart_exit_code=124)
    daemon = dataclasses.replace(observed.daemon, outcome=hung)
    result = judged({"etc/docker/daemon.json": {}}, dataclasses.replace(observed, daemon=daemon))
    assert result.reasons[1:] == [
        "it was neither ready nor did it end, until it was stopped",
        f"no known error; its last words: {lines[1]}",
    ]


def test_a_daemon_that_only_prints_its_usage_was_given_an_argument(judged):
    lines = ("Usage:\tdockerd [OPTIONS]", "Options:", "  -v, --version   Print version and quit")
    (error,) = judged({"etc/default/docker": 'DOCKER_OPTS="x"\n'}, failed(log=lines)).errors
    assert error.id == "invalid-command-line"


def test_what_was_typed_tells_what_the_error_is_about(judged):
    observed = failed(log=["unknown shorthand flag: 'd' in -d", "See 'docker --help'."])
    result = judged({}, observed, command="docker -d -H 0.0.0.0:4243")
    assert [error.id for error in result.errors] == ["invalid-command-line"]


def test_the_client_that_a_unit_starts_is_told_though_it_says_nothing(judged):
    drop_in = "[Service]\nExecStart=\nExecStart=/usr/bin/docker daemon -H fd://\n"
    result = judged({f"{UNIT_D}/x.conf": drop_in}, failed(log=["Starting docker.service..."]))
    assert [error.id for error in result.errors] == ["invalid-command-line"]


def test_the_wait_on_purpose_is_told_from_the_lines_own_times():
    warned = 'level=warning msg="Binding to \\"IP\\"" host="tcp://0.0.0.0:2375"'
    lines = [
        "Starting Docker",
        f'time="2026-11-24T12:41:52.223922591Z" {warned}',
        f'time="2026-11-24T12:41:53.228024121Z" {warned}',
        f'time="2026-11-24T12:41:53.230410681Z" {warned}',
        'time="2026-11-24T12:42:08.230410681Z" level=info msg="[graphdriver]"',
        'time="2026-11-24T12:42:20.230410681Z" level=info msg="done"',
    ]
    assert log.startup_delay(lines) == 16.0
    assert log.startup_delay([]) == 0.0
    assert log.warnings(lines) == ['Binding to "IP"']


@pytest.mark.parametrize(
    ("line", "command", "ids"),
    [
        ("Usage:\tdockerd [OPTIONS]", "dockerd", ["invalid-command-line"]),
        ("see Usage: dockerd [OPTIONS]", "dockerd", []),
        ("nothing", "docker -d", ["invalid-command-line"]),
        ("Usage:  dockerd [OPTIONS]", "docker -d", ["invalid-command-line"]),
    ],
)
def test_an_error_without_words(judged, line, command, ids):
    result = judged({}, failed(log=[line]), command=command)
    assert [error.id for error in result.errors] == ids
    if command != "dockerd":
        assert result.errors[0].message == (
            f"{command}: docker is the client, and starts no daemon"
        )


def test_no_error_without_words_where_the_daemon_runs(judged):
    log = ["Usage:\tdockerd [OPTIONS]"]
    assert judged({}, observation(log=log), command="docker -d").errors == []


CLIENT = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?"


def test_what_is_said_of_clients_is_no_error_of_the_daemon_s(judged_trial):
    observed = failed(log=[CLIENT, CONFLICT])
    trial = judged_trial({"etc/docker/daemon.json": HOSTS}, observed)
    assert [error.id for error in trial.result.errors] == ["hosts-flag-file-conflict"]
    explained = [finding.id for finding in trial.judgement.explained]
    assert explained == ["hosts-flag-file-conflict", "cannot-connect-default-socket"]
    assert trial.judgement.cause == "hosts-flag-file-conflict"


def test_the_log_of_the_socket_counts_too(judged):
    result = judged({}, failed(log=["x"], socket_log=[CONFLICT]), command="dockerd")
    assert [error.id for error in result.errors] == ["hosts-flag-file-conflict"]


def test_what_commands_print_comes_before_the_log(judged_trial):
    observed = dataclasses.replace(failed(), show_output={"client": CLIENT})
    trial = judged_trial({"etc/docker/daemon.json": HOSTS}, observed)
    assert [each.id for each in trial.judgement.explained] == ["cannot-connect-default-socket"]
    assert judged_trial({}, observation()).judgement.cause == "unexplained"
