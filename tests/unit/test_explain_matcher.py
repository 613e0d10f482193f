import pytest

from dockerd_lab.explain.matcher import explain, explain_text, important
from dockerd_lab.explain.model import known_errors

CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following"
    " directives are specified both as a flag and in the configuration file: hosts: (from flag:"
    " [fd://], from file: [tcp://0.0.0.0:2375])"
)
EXECSTART = (
    "docker.service: Service has more than one ExecStart= setting, which is only allowed for"
    " Type=oneshot services. Refusing."
)
LIMIT = "docker.service: Start request repeated too quickly."
WARNING = (
    'time="2026-11-24T12:32:56Z" level=warning msg="Binding to IP address without --tlsverify is'
    ' insecure and gives root access on this machine." host="tcp://127.0.0.1:2375"'
)
CLIENT = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."
    " Is the docker daemon running?"
)


def ids(lines):
    return [finding.id for finding in explain(lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (CONFLICT, ["hosts-flag-file-conflict"]),
        (EXECSTART, ["multiple-execstart"]),
        (CONFLICT.replace("hosts: (", "tlsverify: ("), ["flag-file-conflict-other"]),
        (LIMIT, ["start-limit-hit"]),
        ("nginx.service: Failed with result 'exit-code'.", []),
    ],
)
def test_a_line(line, expected):
    assert ids([line]) == expected


def test_each_error_once_with_its_first_line():
    found = explain(["x", EXECSTART, CONFLICT, CONFLICT])
    assert [(f.id, f.line, f.text) for f in found] == [
        ("multiple-execstart", 2, EXECSTART),
        ("hosts-flag-file-conflict", 3, CONFLICT),
    ]


def test_the_cause_comes_before_its_consequences():
    log = [WARNING, CONFLICT, LIMIT, CLIENT]
    expected = [
        "hosts-flag-file-conflict",
        "start-limit-hit",
        "cannot-connect-default-socket",
        "insecure-tcp-warning",
    ]
    assert ids(log) == expected
    assert ids(reversed(log)) == expected


def test_every_known_error_says_how_to_mend_it():
    assert set(known_errors()) >= {"hosts-flag-file-conflict", "multiple-execstart"}
    for error in known_errors().values():
        assert error.cause
        assert error.fix


def test_two_lines_may_be_a_message_that_was_wrapped_within_a_word():
    assert ids(["client vers", "ion 1.99 is too new"]) == ["api-version-too-new"]


def test_a_wrapped_message_goes_on_for_five_lines():
    words = ["found,", "ensure", "docker", "is", "not", "running"]
    assert ids(["pid file " + words[0], *words[1:]]) == ["pidfile-exists"]
    assert ids(["pid file", *words]) == []


@pytest.mark.parametrize(
    "start",
    [
        'time="2026"',
        "level=info",
        "INFO[0001] x",
        "2026-11-24 12:00",
        "[2026/11/24",
        "12:00:00 x",
        "Nov 24 12:00:00 h",
        "24 Nov 12:00:00",
        "● docker.service",
        "* docker.service",
        "$ docker ps",
        "# docker ps",
        "me@host:~$ docker ps",
        "```",
        "docker: x",
        "curl: (7) x",
        "Error: x",
        "docker.errors: x",
    ],
)
def test_what_begins_a_message_of_its_own(start):
    """The words are on two lines, of which the second is not the rest of the first."""
    first, second = "docker.service: Start request", "repeated too quickly."
    assert ids([first, second]) == ["start-limit-hit"]
    assert ids([f"{first} repeated", f"{start} too quickly."]) == []


@pytest.mark.parametrize("start", ["docker daemon", "docker api", "dockers", "-x", "1 Nov"])
def test_what_goes_on_with_the_message_above(start):
    lines = [CONFLICT[: CONFLICT.index("directives")], start, CONFLICT]
    assert ids(lines) == ["hosts-flag-file-conflict"]


def test_a_long_line_is_shown_as_far_as_it_fits():
    (finding,) = explain([f"{CONFLICT} {'y' * 2000}"])
    assert finding.text == f"{CONFLICT} {'y' * 2000}"[:1000]


def test_the_first_file_that_shows_an_error_is_named():
    both = important([*explain_text([f"{LIMIT}\n"], "a"), *explain_text([f"\n{LIMIT}"], "b")])
    assert [(each.file, each.line) for each in both] == [("a", 1)]


@pytest.mark.parametrize("end", ["", ",", ".", "!", "?", ")", "`", "'", '"'])
def test_a_sentence_that_is_over_does_not_go_on_in_the_next_line(end):
    """What must not stand with these words is DOCKER_HOST, as on the second line."""
    line = f"it always says, on this machine: Cannot connect to the Docker daemon{end}"
    goes_on = end in ("", ",")
    assert ids([line, "DOCKER_HOST is set"]) == (
        [] if goes_on else ["cannot-connect-default-socket"]
    )
    assert ids([line, "$ DOCKER_HOST is set"]) == ["cannot-connect-default-socket"]
    short = f"Cannot connect to the Docker daemon{end}"
    assert ids([short, "DOCKER_HOST is set"]) == ["cannot-connect-default-socket"]
