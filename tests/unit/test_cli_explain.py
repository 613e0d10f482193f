"""`dockerd-lab explain` as a person types it: output, exit codes, errors."""

import json
import subprocess
import sys

import pytest
from copies import CHECKOUT
from observations import write

from dockerd_lab.explain import reading, source
from dockerd_lab.explain.model import known_errors
from dockerd_lab.project import KNOWN_ERRORS

LOG = "Nov 24 12:00:00 host systemd[1]: docker.service: Start request repeated too quickly.\n"


def test_standard_input(command):
    done = command("explain", stdin=f"x\n{LOG}")
    assert done.returncode == 0
    assert done.stdout.startswith("start-limit-hit: systemd gave up")
    assert "line 2: Nov 24" in done.stdout
    assert (
        "fix        # on the daemon's machine:\n             journalctl -r -u docker" in done.stdout
    )
    assert (
        "look       # on the daemon's machine:\n             journalctl -r -u docker" in done.stdout
    )
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_json_of_several_files(command, tmp_path):
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_text(LOG)
    two.write_text(f"{LOG}no sockets found via socket activation\n")
    done = command("explain", "--json", str(one), str(two))
    assert done.returncode == 0
    errors = json.loads(done.stdout)
    assert [(item["id"], item["file"], item["line"]) for item in errors] == [
        ("no-fd-sockets", str(two), 2),
        ("start-limit-hit", str(one), 1),
    ]
    keys = {
        "id",
        "file",
        "line",
        "text",
        "title",
        "cause",
        "fix",
        "steps",
        "reproduce",
        "command",
        "engines",
    }
    assert all(set(item) == keys for item in errors)
    assert all(line.startswith("# on ") for item in errors for line in item["fix"][:1])


def test_nothing_known_says_what_to_collect(command):
    done = command("explain", stdin="all is well\n")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "sudo dockerd --debug" in done.stderr
    done = command("explain", "--json", stdin="all is well\n")
    assert (done.returncode, json.loads(done.stdout)) == (1, [])


def test_a_file_that_cannot_be_read_is_bad_input(command, tmp_path):
    for path in (tmp_path / "none.log", tmp_path):
        done = command("explain", str(path))
        assert done.returncode == 2
        assert done.stderr.startswith(f"dockerd-lab: bad input: {path}: cannot be read: ")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"", "standard input is empty"),
        (b"\x7fELF" + bytes(5000), "standard input is binary, and no log"),
        (bytes(range(128, 256)) * 9, "standard input is binary, and no log"),
        (b"\x1f\x8b\x08" + bytes(9), "standard input is compressed: zcat FILE"),
        (b"LPKSHHRH" + bytes(9), "standard input is a journal in its binary form: journalctl"),
    ],
)
def test_input_that_is_no_log_is_named(command, data, remark):
    done = command("explain", stdin=data)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"dockerd-lab: {remark}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("redirection", "reason"),
    [(">&-", "standard output is closed"), (">/dev/full", "No space left on device")],
)
@pytest.mark.usefixtures("kept_errors")
def test_a_result_that_cannot_be_printed(redirection, reason):
    program = "from dockerd_lab.cli.app import main; main()"
    shell = f'exec "$0" -c "{program}" explain pidfile-exists {redirection}'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable], stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr == f"dockerd-lab: harness broke: the result cannot be printed: {reason}\n"


def test_a_line_without_end_is_searched_as_far_as_a_line_may_go(command, tmp_path, monkeypatch):
    assert reading.MAX_LINE_LENGTH == 32_000_000
    for module in (reading, source):
        monkeypatch.setattr(module, "MAX_LINE_LENGTH", 2_000_000)
    log = tmp_path / "a.log"
    log.write_text(f"{LOG.strip()} {'x' * 3_000_000} pid file found, ensure docker is not\n\n")
    done = command("explain", "--json", str(log))
    assert [(each["id"], each["line"]) for each in json.loads(done.stdout)] == [
        ("start-limit-hit", 1)
    ]
    expected = f"dockerd-lab: a line of {log} is longer than 2 MB; its rest is not searched\n"
    assert done.stderr.endswith(expected)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_encodings_of_windows(command, encoding):
    done = command("explain", "-", stdin=LOG.encode(encoding))
    assert done.stdout.startswith("start-limit-hit: ")


def test_the_text_of_an_error_in_place_of_a_file(command):
    done = command("explain", LOG.strip())
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "start-limit-hit")


def test_an_id_prints_its_page(command):
    done = command("explain", "start-limit-hit")
    assert done.returncode == 0
    for part in (
        "start-limit-hit: ",
        "words ",
        "fix ",
        "look ",
        "leads to ",
        "seen on ",
        "reproduce ",
    ):
        assert part in done.stdout
    (page,) = json.loads(command("explain", "--json", "start-limit-hit").stdout)
    assert page["reproduce"] == "start-limit-hit"


def test_an_id_that_is_misspelt_is_corrected(command):
    done = command("explain", "start-limit-hits")
    assert done.returncode == 2
    assert done.stderr.endswith("dockerd-lab explain start-limit-hit\n")
    assert command("explain", "start-limit-hit", "a.log").returncode == 2
    assert command("explain", "zzzzzz").stderr.endswith("dockerd-lab explain --list\n")
    assert command("explain", "").returncode == 2


def test_the_list_tells_which_have_a_case(command):
    lines = command("explain", "--list").stdout.splitlines()
    assert len(lines) == len(known_errors())
    told = {line.split()[0]: "no case" in line for line in lines}
    assert told == {name: error.reproduce is None for name, error in known_errors().items()}


def test_a_guess_is_marked_as_one(command):
    done = command("explain", stdin="docker: registry.example.com: connection refused\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "A guess, the nearest known errors:" in done.stderr
    assert "connection-refused" in done.stderr
    assert "for      line 1: it says “connection refused”" in done.stderr
    assert "against  " in done.stderr


def test_advice_is_for_the_system_that_the_log_shows(command):
    pipe = "open //./pipe/docker_engine: Access is denied.\n"
    windows = command("explain", stdin=pipe).stdout
    assert "Add-LocalGroupMember" in windows
    assert "usermod" not in windows
    linux = "dial unix /var/run/docker.sock: connect: permission denied\n"
    assert "usermod" in command("explain", stdin=linux).stdout


def test_the_command_that_reproduces_comes_last(command):
    lines = command("explain", stdin=LOG).stdout.splitlines()
    assert lines[-1].split(maxsplit=1)[1] == "dockerd-lab reproduce start-limit-hit --fix"


def test_explaining_imports_nothing_of_the_lab():
    program = (
        "import sys; sys.argv = ['dockerd-lab', 'explain', 'start-limit-hit']\n"
        "from dockerd_lab.cli import app\n"
        "try: app.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'vagrant', 'cryptography', 'dockerd_lab.trial', 'dockerd_lab.settings'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def own_errors(tmp_path, monkeypatch, kept_errors):
    """A project with these known errors, which no other test sees."""

    def make(entries):
        write(tmp_path / "dockerd-lab.yaml", "known-errors: ['errors/*.yaml']\n")
        for name, text in entries.items():
            write(tmp_path / f"errors/{name}.yaml", text)
        monkeypatch.chdir(tmp_path)
        known_errors.cache_clear()

    yield make
    known_errors.cache_clear()
    monkeypatch.chdir(CHECKOUT)
    known_errors()  # while they are kept; the next test would read all files anew


def test_a_project_adds_known_errors(own_errors):
    """In a process of its own: what is known is read once."""
    text = (KNOWN_ERRORS / "pidfile-exists.yaml").read_text()
    words = "pid file found, ensure docker is not running"
    own_errors({"ours": text.replace(words, "our agent is in the way")})
    line = "Nov 24 12:00:00 host dockerd[1]: failed to start daemon: our agent is in the way\n"
    argv = [sys.executable, "-c", "from dockerd_lab.cli.app import main; main()", "explain"]
    result = subprocess.run(argv, input=line, capture_output=True, text=True, check=False)
    assert result.stdout.startswith("ours: "), result.stdout + result.stderr


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "dockerd-lab.yaml:1: known-errors.0: no errors/*.yaml in "),
        ({"pidfile-exists": ""}, ":1: known-errors.0: there is a known error pidfile-exists"),
        ({"ours": "titel: x"}, "errors/ours.yaml:1: titel: unknown key"),
    ],
)
def test_a_wrong_known_error_of_a_project(command, own_errors, entries, message):
    own_errors(entries)
    result = command("explain", stdin=LOG)
    assert result.returncode == 2
    assert message in result.stderr
