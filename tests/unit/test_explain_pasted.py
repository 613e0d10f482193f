"""The same message as terminals, forums and editors show it; long, odd and endless input."""

import io
import json
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.explain import blocks, matcher, reading
from dockerd_lab.explain.matcher import explain, explain_text
from dockerd_lab.explain.model import known_errors
from dockerd_lab.explain.normalise import normalise, squash
from dockerd_lab.explain.repeats import Repeats
from dockerd_lab.explain.starts import Starts

STAMP = "Nov 24 12:00:00 host dockerd[812]: "
PID = (
    "failed to start daemon: pid file found, ensure docker is not running or delete"
    " /var/run/docker.pid"
)
CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following"
    " directives are specified both as a flag and in the configuration file: hosts: (from flag:"
    " [fd://], from file: [tcp://0.0.0.0:2375])"
)


#: The size of a block in some tests (characters).
SMALL = 1 << 16


def ids(text):
    return [finding.id for finding in explain_text([text])]


@pytest.mark.parametrize(
    "text",
    [
        f"\x1b[0;1;31m{CONFLICT}\x1b[0m",
        CONFLICT.replace("the following", "the \x1b[1mfollowing\x1b[m"),
        f"{CONFLICT}\r\n",
        CONFLICT.replace("file: hosts", "file:\u00a0hosts"),
        CONFLICT.replace(":", "："),
        CONFLICT.replace("(from flag", "（from flag"),
        f"&gt; {CONFLICT}",
        "> "
        + CONFLICT.replace("daemon.json: the", "daemon.json:\n> the").replace(
            "in the", "in\n> the"
        ),
        CONFLICT.replace("specified", "speci\nfied"),
        CONFLICT.replace("configuration file: hosts", "configuration\n    file: hosts"),
        f'time="T" level=error msg="{CONFLICT}"',
        f"-- Boot --\n{STAMP}{CONFLICT}\n{STAMP}exit",
        CONFLICT.replace(" ", "  "),
        "\x00".join(CONFLICT),
        f"\ufeff{CONFLICT}",
        f"{STAMP}{CONFLICT[:140]}>",
        f"{STAMP}{CONFLICT[:140]}…",
        f"{STAMP}{CONFLICT[:190]}...",
        f"<p>{CONFLICT}<br>",
        json.dumps({"log": f"{CONFLICT}\n", "stream": "stderr"}),
        json.dumps({"msg": CONFLICT.replace("file: hosts", "file:\nhosts")}),
        "\n".join(CONFLICT[at : at + 80] for at in range(0, len(CONFLICT), 80)),
        CONFLICT.replace("hosts: ", "hosts:\\u00a0"),
    ],
)
def test_a_conflict_as_it_is_pasted(text):
    assert ids(f"help!\n\n{text}\n") == ["hosts-flag-file-conflict"]


def test_a_line_may_be_cut_without_a_mark():
    assert ids(f"{STAMP}{PID[:60]}\n{STAMP}exit") == ["pidfile-exists"]
    assert ids(f"Nov 24 12:00:00 host app[1]: {PID[:60]}\n") == []
    assert ids(f'{STAMP}level=info msg="{PID[:60]}\n') == []


def test_a_tag_is_not_the_mark_of_a_cut_line():
    assert ids(f"<pre>app: {PID[:60]}</pre>") == []


def test_what_must_not_stand_with_the_words_may_be_on_the_next_line():
    text = "it always says, on this machine: Cannot connect to the Docker daemon at\n"
    assert ids(f"{text}tcp://192.168.3.201:2375.") == ["connection-refused"]


def test_what_a_cut_line_does_not_show_is_not_guessed():
    assert ids(f"{STAMP}{CONFLICT[:90]}>") == []


def test_a_message_does_not_go_on_in_the_next_one():
    assert ids(f"{STAMP}ensure docker is not\n{STAMP}running or delete x") == []


def test_the_context_of_a_message_is_not_taken_from_the_next_one():
    log = [
        STAMP
        + 'Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority',
        STAMP + 'error during connect: Get "http://127.0.0.1:9999/v1.40/info": EOF',
    ]
    assert [finding.id for finding in explain(log)] == ["connection-closed"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    text = "".join(reading.pieces(io.BytesIO(f"Größe\n{PID}\n".encode(encoding))))
    assert text == f"Größe\n{PID}\n"


def test_what_is_no_text_is_read_too():
    data = b"\xff\xfe\xff" + bytes(range(256)) * 9 + PID.encode()
    assert isinstance(ids("".join(reading.pieces(io.BytesIO(data)))), list)


@pytest.fixture
def small_blocks(monkeypatch):
    """Search texts in small blocks, so that short ones have several."""
    monkeypatch.setattr(blocks, "SIZE", SMALL)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("before", [0, 1, 79, 80, 81, SMALL // 52, SMALL // 23])
@pytest.mark.parametrize("piece", [SMALL, SMALL - 3037])
def test_line_numbers_hold_over_blocks(before, piece):
    text = "a line of some forty characters, or so..\n" * before + PID + "\nthe end\n" * 3
    found = explain_text(text[at : at + piece] for at in range(0, len(text), piece))
    assert [(f.id, f.line, f.text) for f in found] == [("pidfile-exists", before + 1, PID)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("at", [0, 4000, 4090, SMALL - 40, 2 * SMALL - 3])
def test_a_text_without_line_breaks(at):
    text = "x" * at + " " + PID + " " + "y" * SMALL
    found = explain_text(text[at : at + SMALL] for at in range(0, len(text), SMALL))
    assert [(f.id, f.line) for f in found] == [("pidfile-exists", 1)]
    assert len(found[0].text) <= matcher.MAX_TEXT


def test_memory_is_bounded():
    def endless():
        for _ in range(8):
            yield "z" * blocks.SIZE

    sizes = [sum(map(len, block.lines)) for block in blocks.blocks(endless())]
    assert max(sizes) < 3 * blocks.SIZE


def test_a_longer_log_costs_in_proportion():
    """In calls of functions, whichever they are: seconds would depend on the computer."""
    line = "Get https://registry-1.docker.io/v2/: x509: certificate signed by unknown authority"

    def cost(count):
        calls = []
        sys.setprofile(lambda frame, event, argument: calls.append(event))
        try:
            errors = explain([line] * count)
        finally:
            sys.setprofile(None)
        assert errors == []
        return len(calls)

    explain([line])  # reads the known errors, and compiles the patterns
    assert 0 < cost(2000) <= 2.2 * cost(1000)


REPEATED = [
    CONFLICT[: CONFLICT.index(" (from")],
    CONFLICT,
    f"{STAMP}{PID}",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
]


@pytest.mark.parametrize("line", REPEATED)
@pytest.mark.usefixtures("small_blocks")
def test_the_first_of_many_lines_that_match_is_named(line):
    """More than a block of them; with a number before each they differ."""
    count = SMALL // len(line) + 100
    for lines in ([line] * count, [f"{number:06} {line}" for number in range(count)]):
        (found,) = explain(lines)
        assert found.line == 1


def test_lines_that_differ_by_the_number_they_begin_with_are_searched_once():
    lines = [f"{number:06} {CONFLICT}" for number in range(1000)]
    repeats = Repeats()
    masked = repeats.mask(lines)
    groups = repeats.groups(masked, Starts(lines, masked), final=True)
    assert [group for group, _, is_new in groups if is_new] == [range(1)]


@pytest.mark.parametrize("after", ["", "\nand I have no idea why", ", and nothing helps", "."])
@pytest.mark.parametrize("before", ["", "My daemon says: "])
def test_a_conflict_may_end_after_its_directive(before, after):
    text = before + CONFLICT[: CONFLICT.index(": (from")] + after
    assert ids(text) == ["hosts-flag-file-conflict"]


def test_what_is_repeated_is_found_where_its_surroundings_tell():
    """The words alone are another program's as well; only later Docker stands near them."""
    line = "Failed to initialize nft: Protocol not supported"
    other = [f"app[{number}]: all is well" for number in range(200)]
    assert ids("\n".join([line, *other, line, *other])) == []
    found = explain([line, *other, line, "dockerd[1]: exit", *other])
    assert [(each.id, each.line) for each in found] == [("iptables-missing-chain", 202)]


def test_numbers_that_tell_are_no_repetition():
    lines = [f"{STAMP}connect ECONNREFUSED 127.0.0.1:{port}" for port in (3306, 5432, 2375)]
    assert [(each.id, each.line) for each in explain(lines)] == [("connection-refused", 3)]


@pytest.mark.parametrize(
    "line",
    [
        "connect ECONNREFUSED 127.0.0.1:%d while docker.sock permission denied, /v2/ timed out",
        "%d it always says: Cannot connect to the Docker daemon at tcp://10.0.0.1, docker_host",
        "dockerd[%d]: failed to load listeners: listen tcp 10.0.0.1>",
    ],
)
def test_many_lines_that_nearly_match_take_seconds_at_most(line):
    text = "\n".join(line % number for number in range(10_000))
    started = time.process_time()
    explain_text([text])
    assert time.process_time() - started < 4  # it was 40 s for 50,000 lines


FRAGMENTS = [wording.words for error in known_errors().values() for wording in error.wordings]


@given(st.lists(st.text() | st.sampled_from(FRAGMENTS) | st.sampled_from([STAMP, ">", "\n", "…"])))
def test_any_log_is_read(parts):
    found = explain_text(["".join(parts)])
    lines = "".join(parts).count("\n") + 1
    assert len({finding.id for finding in found}) == len(found)
    assert all(1 <= finding.line <= lines for finding in found)


@given(st.text())
def test_normalising_keeps_the_lines(text):
    text = text.replace("\r", "")
    assert normalise(text).count("\n") == text.count("\n")
    assert squash(squash(text)) == squash(text)


@given(st.lists(st.text(max_size=40), max_size=8), st.integers(min_value=1, max_value=30))
def test_the_size_of_the_pieces_does_not_matter(lines, size):
    text = "\n".join([*lines, PID])
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    assert explain_text(parts) == explain_text([text])
