"""Packages are fetched once for a box, by apt in a directory of its own."""

import subprocess

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host import boxes, packages
from dockerd_lab.project import user_cache
from dockerd_lab.settings import load_settings


@pytest.fixture
def ensure(project, monkeypatch):
    """Fetch packages with an apt that has haproxy alone; the commands are in `ensure.commands`."""
    commands = []
    box = boxes.Box("debian-12", user_cache() / "boxes/debian-12-0")
    box.directory.mkdir(parents=True)
    (box.directory / "box.json").write_text('{"build": "0"}')

    def run(argv, **options):
        commands.append([str(word) for word in argv])
        option = dict(word.split("=", 1) for word in commands[-1] if "::" in word)
        if argv[0] == "debugfs":
            packages.Path(commands[-1][2].split()[-1]).write_text("")
        if "install" in commands[-1]:
            file = packages.Path(option["Dir::Cache"]) / "archives/haproxy_1_amd64.deb"
            file.write_bytes(b"x" * 100)
        output = "haproxy | 1 | http://archive.invalid\n" if "madison" in commands[-1] else ""
        return subprocess.CompletedProcess(argv, 0, output, "")

    monkeypatch.setattr(packages, "run", run)
    monkeypatch.setattr(packages, "ensure_box", lambda *args: box)
    monkeypatch.setattr(
        packages, "archives", lambda suite: ["http://a.invalid", "http://b.invalid"]
    )
    engine = load_settings(project).engine("debian-12")

    def ensure(*names):
        return packages.ensure_packages(project, "debian-12", engine, names)

    ensure.commands = commands
    return ensure


def test_packages_are_fetched_once(ensure):
    first = ensure("haproxy")
    assert [file.name for file in first.files] == ["haproxy_1_amd64.deb"]
    commands = len(ensure.commands)
    assert ensure("haproxy") == first
    assert len(ensure.commands) == commands
    assert [path.name for path in first.files[0].parent.parent.iterdir()] == [
        first.files[0].parent.name
    ]


def test_what_the_suite_lacks_is_told(ensure):
    found = ensure("haproxy", "no-such-proxy")
    assert [file.name for file in found.files] == ["haproxy_1_amd64.deb"]
    assert found.absent == ("no-such-proxy",)


def test_nothing_is_fetched_for_nothing(ensure):
    assert ensure() == packages.Packages()
    assert ensure.commands == []


def test_apt_writes_to_no_place_of_this_computer(ensure):
    ensure("haproxy")
    for command in ensure.commands:
        if command[0].startswith("apt"):
            places = {word.split("=")[1] for word in command if word.startswith("Dir::")}
            own = {place for place in places if place.startswith(str(user_cache() / "packages"))}
            assert places - own == {"-", "/etc/apt/trusted.gpg.d"}


def test_a_damaged_package_is_told(ensure):
    (file,) = ensure("haproxy").files
    file.write_bytes(b"x")
    with pytest.raises(HarnessError, match="is damaged"):
        ensure("haproxy")


def test_sources_of_a_suite(monkeypatch):
    monkeypatch.setattr(
        packages, "archives", lambda suite: ["http://a.invalid", "http://b.invalid"]
    )
    monkeypatch.setenv("LAB_UNSIGNED_SUITES", "1")
    first, second = packages._sources("bookworm")
    assert first.endswith("check-valid-until=no] http://a.invalid bookworm main\n")
    assert second.endswith("] http://b.invalid bookworm-security main\n")
