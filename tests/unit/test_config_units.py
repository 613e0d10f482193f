"""systemd's unit files as they are read."""

from pathlib import PurePosixPath

import pytest

from dockerd_lab.config import units

SYSTEM = "/etc/systemd/system"
UNIT = "[Service]\nExecStart={}\n"


def values(assignments):
    return [(each.line, each.key, each.value) for each in assignments]


def test_assignments_of_a_section():
    text = (
        "\ufeffBefore=any section\n[Service]\n# Type=comment\n ; Type=comment\nno assignment\n"
        "Type = notify \nEnvironment=A=b\nExecStart=dockerd \\\n  -H fd:// \\\n# left out\n"
        "; too\n --debug\nRestart=no\\"
    )
    assert values(units.assignments("/x", text)) == [
        (6, "Type", "notify"),
        (7, "Environment", "A=b"),
        (8, "ExecStart", "dockerd    -H fd://     --debug"),
        (13, "Restart", "no"),
    ]


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ("/etc", "/run"),
        ("/run", "/usr/local/lib"),
        ("/usr/local/lib", "/usr/lib"),
        ("/usr/lib", "/lib"),
        ("/lib", "/srv"),
    ],
)
def test_the_first_place_hides_the_others(winner, loser):
    files = {
        f"{place}/systemd/system/docker.service": UNIT.format(place) for place in (winner, loser)
    }
    for texts in (files, dict(reversed(files.items()))):
        assert [each.value for each in units.read_unit("docker.service", texts)] == [winner]


def test_the_drop_ins_of_a_unit_follow_it_by_name():
    names = {
        f"{SYSTEM}/docker.service.d/b.conf": "b",
        "/run/systemd/system/docker.service.d/a.conf": "a",
        "/usr/lib/systemd/system/docker.service.d/b.conf": "hidden",
        "/etc/systemd/system.control/docker.service.d/c.conf": "c",
        "/etc/systemd/system.attached/docker.service.d/d.conf": "d",
        "/etc/systemd/docker.service.d/e.conf": "of no directory that is looked into",
        f"{SYSTEM}/docker.service.d/f.config": "of another name",
        f"{SYSTEM}/other.service.d/g.conf": "of another unit",
        f"{SYSTEM}/wants/docker.service": "below another directory",
        f"{SYSTEM}/docker.service": "unit",
        "/srv/docker.service": "of no directory of systemd's",
    }
    texts = {file: UNIT.format(value) for file, value in names.items()}
    read = [each.value for each in units.read_unit("docker.service", texts)]
    assert read == ["unit", "a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        # An administrator's file for many units, and a package's for one.
        ("/etc/systemd/system/docker-.service.d", "/usr/lib/systemd/system/docker-x.service.d"),
        ("/etc/systemd/system/docker-x.service.d", "/etc/systemd/system/docker-.service.d"),
        ("/usr/lib/systemd/system/docker-.service.d", "/etc/systemd/system/service.d"),
        ("/etc/systemd/system/service.d", "/run/systemd/system/service.d"),
    ],
)
def test_a_drop_in_of_one_unit_hides_one_of_many(winner, loser):
    files = {f"{place}/x.conf": UNIT.format(place) for place in (winner, loser)}
    files[f"{loser}/y.conf"] = UNIT.format("y")
    for texts in (files, dict(reversed(files.items()))):
        read = [each.value for each in units.read_unit("docker-x.service", texts)]
        assert read == [winner, "y"]


@pytest.mark.parametrize(
    ("directory", "unit"),
    [
        ("socket.d", "docker.socket"),
        ("service.d", "docker.service"),
        ("docker-.service.d", "docker-proxy.service"),
        ("a-.socket.d", "a-b-c.socket"),
        ("t@.service.d", "t@1.service"),
        ("t-@.service.d", "t-x@1.service"),
        ("var-.mount.d", "var-lib-docker.mount"),
    ],
)
def test_a_drop_in_of_many_units(directory, unit):
    texts = {f"{SYSTEM}/{directory}/x.conf": "[Unit]\nAfter=x\n"}
    assert [each.value for each in units.read_unit(unit, texts)] == ["x"]
    assert units.read_unit("other.target", texts) == []


def test_a_drop_in_of_all_sockets_changes_dockers():
    texts = {f"{SYSTEM}/socket.d/x.conf": "[Socket]\nSocketMode=0666\n"}
    assert units.socket_unit_names(texts) == units.unit_names(texts) == ["docker.socket"]


def test_an_empty_assignment_takes_back_those_before_it():
    text = "[Service]\nExecStart=a\nExecStart=\nType=x\nExecStart=b\nExecStart=c\n"
    assert values(units.in_effect(units.assignments("/x", text), "ExecStart")) == [
        (5, "ExecStart", "b"),
        (6, "ExecStart", "c"),
    ]


def test_variables_of_a_unit_and_of_its_files():
    text = (
        "[Service]\nEnvironment=A=1 'B=2 3' word\nEnvironment=\"unmatched=x\n"
        "EnvironmentFile=-/etc/a.env\nEnvironmentFile=/etc/b.env\n"
    )
    unit = units.assignments("/x.service", text)
    texts = {
        "/etc/a.env": "# no\nA=from \\\n  a\n1C=no name\nD=\n E = no name\nF='quoted x'\nnothing\n"
    }
    assert units.environment(unit, texts) == {
        "A": "from a",
        "B": "2 3",
        '"unmatched': "x",
        "D": "",
        "F": "quoted x",
    }
    of_file = units.variables([], ["/etc/a.env"], texts)
    assert values(of_file) == [(2, "A", "from a"), (5, "D", ""), (7, "F", "quoted x")]
    of_unit = units.variables(unit, [], {})
    assert [(each.file, each.line, each.key) for each in of_unit] == [
        ("/x.service", 2, "A"),
        ("/x.service", 2, "B"),
        ("/x.service", 3, '"unmatched'),
    ]


def test_sockets_and_files_with_variables():
    texts = {
        f"{SYSTEM}/b.socket": "[Socket]\nEnvironmentFile=-/etc/b\nEnvironment=x\n",
        f"{SYSTEM}/a.socket.d/x.conf": "[Socket]\nEnvironmentFile=/etc/a\n",
        f"{SYSTEM}/c.service": "",
        f"{SYSTEM}/c.service.d/x.conf": "",
        "/srv/d.socket": "[Socket]\nEnvironmentFile=/etc/d\n",
    }
    assert units.socket_unit_names(texts) == ["a.socket", "b.socket"]
    assert units.environment_files(texts) == ["/etc/b", "/etc/a"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "-@:+!/usr/bin/dockerd -H \"fd://\" --label='a b'",
            "/usr/bin/dockerd -H fd:// --label=a b",
        ),
        ("dockerd $A ${A} ${B} $AB x$A", "dockerd one one ${B} $AB xone"),
    ],
)
def test_words_of_a_command(command, words):
    assert units.words(command, {"A": "one"}) == words.split()


@pytest.mark.parametrize(
    ("directory", "looked_into"),
    [
        (f"{SYSTEM}/docker.service.d", True),
        ("/etc/systemd/system.control/docker.service.d", True),
        ("/etc/systemd/user/docker.service.d", False),
    ],
)
def test_where_systemd_looks_for_drop_ins(directory, looked_into):
    assert units.is_drop_in_directory(PurePosixPath(directory)) is looked_into
