"""`dockerd-lab explain` as a person types it: output, exit codes, errors."""

import json

LOG = "Nov 24 12:00:00 host systemd[1]: docker.service: Start request repeated too quickly.\n"


def test_standard_input(command):
    done = command("explain", stdin=f"x\n{LOG}")
    assert done.returncode == 0
    assert done.stdout.startswith("start-limit-hit: systemd gave up")
    assert "line 2: Nov 24" in done.stdout
    assert "fix        journalctl -r -u docker" in done.stdout
    assert "look       journalctl -r -u docker" in done.stdout
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
    keys = {"id", "file", "line", "text", "title", "cause", "fix", "reproduce", "engines"}
    assert all(set(item) == keys for item in errors)


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
