"""What a user gives and is refused, before anything starts."""

import os
import re
from pathlib import Path

import pytest
from observations import write

from dockerd_lab.errors import BadInput
from dockerd_lab.inputs.collect import collect


def _break(top, how):
    etc = top / "etc"
    match how:
        case "a link out":
            (etc / "passwd").symlink_to("/etc/passwd")
        case "a directory linked out":
            (etc / "ssl").symlink_to("../../..")
        case "a link to nothing":
            (etc / "x").symlink_to("nothing")
        case "a pipe":
            os.mkfifo(etc / "pipe")
        case "a gigabyte":
            with (etc / "docker/daemon.json").open("wb") as file:
                file.truncate(1_000_000_000)
        case "no UTF-8":
            (etc / "docker/daemon.json").write_bytes(b'{"hosts": ["\xff"]}')
        case "a line end in a name":
            write(etc / "docker/a\nb", "")
        case "a blank at the end of a name":
            write(etc / "docker/a ", "")
        case "a name that is no UTF-8":
            (etc / os.fsdecode(b"\xff")).touch()
        case "many files":
            for number in range(300):
                (etc / f"f{number}").touch()
        case "the harness's own place":
            write(top / "var/lib/dockerd-lab/outcome", "daemon=active")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("a link out", "passwd: a link to /etc/passwd, which is not in the input"),
        ("a directory linked out", "ssl: a link to ../../.., which is not in the input"),
        ("a link to nothing", "x: a link to nothing, which is not in the input"),
        ("a pipe", "pipe: neither a file nor a directory"),
        ("a gigabyte", "daemon.json: 1000000000 bytes"),
        ("no UTF-8", "daemon.json: not UTF-8 text: invalid start byte at byte 12"),
        ("a line end in a name", r"docker/a\nb: a name with a control character"),
        ("a blank at the end of a name", "a name that begins or ends with a blank"),
        ("a name that is no UTF-8", r"\udcff: a name with a control character or bytes"),
        ("many files", "more than 200 files"),
        ("the harness's own place", "the harness keeps its own files there"),
    ],
)
def test_broken_input_is_one_clear_error(top, into, how, reason):
    _break(top, how)
    with pytest.raises(BadInput) as caught:
        collect([top], into)
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (["{top}/etc/docker/daemon.json:/etc/../x/y"], "`..` is no place"),
        (["{top}/etc/docker/daemon.json:/proc/x/y"], "no place for a configuration file"),
        (["{top}/etc/docker/daemon.json:/daemon.json"], "no place for a configuration file"),
        (["{top}/none:/etc/x/y"], "none: cannot be read: No such file"),
        (["nothing"], "expected SRC:/DEST"),
        (["{top}/etc/docker/daemon.json:/etc/docker/daemon.json"], "given twice, by"),
    ],
)
def test_a_wrong_place_is_refused(top, into, files, reason):
    with pytest.raises(BadInput) as caught:
        collect([top], into, files=[file.format(top=top) for file in files])
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.sh", "#!/bin/sh\n", "--provision .*x.sh runs it on the machine"),
        ("README.md", "", "--file .*README.md:/DEST says where it goes"),
        ("play.yml", "", "--file .*play.yml:/DEST says where it goes"),
    ],
)
def test_what_only_quotes_a_configuration_is_none(tmp_path, into, name, text, reason):
    write(tmp_path / name, text + "[Service]\nExecStart=\nExecStart=dockerd\n")
    with pytest.raises(BadInput) as caught:
        collect([tmp_path / name], into)
    assert re.search(reason, str(caught.value))


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_an_unreadable_file(top, into):
    (top / "etc/docker/daemon.json").chmod(0)
    with pytest.raises(BadInput, match="cannot be read: Permission denied"):
        collect([top], into)


def test_a_file_that_is_a_link_or_a_device(top, tmp_path, into):
    link = tmp_path / "daemon.json"
    link.symlink_to(top / "etc/docker/daemon.json")
    for path, reason in ((link, "a link"), (Path("/dev/zero"), "neither a file nor a directory")):
        with pytest.raises(BadInput, match=reason):
            collect([path], into)


def test_a_file_that_is_not_recognised_says_how_to_give_it(tmp_path, into):
    with pytest.raises(BadInput) as caught:
        collect([write(tmp_path / "notes", "")], into)
    assert caught.value.hint.startswith("--file ")
