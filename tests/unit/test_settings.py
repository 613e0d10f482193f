import pytest

from dockerd_lab.cases.model import DAEMON_ADDRESS
from dockerd_lab.errors import BadInput
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings


def test_lab_yaml_loads():
    settings = load_settings(find_project())
    assert str(settings.machines.daemon.address) == DAEMON_ADDRESS
    assert [name for name, _ in settings.machines.items()] == ["daemon", "client", "outsider"]


def test_every_machine_has_an_ipv6_address_like_its_ipv4_address():
    settings = load_settings(find_project())
    assert str(settings.interface6("daemon")) == "fd5f:3a1c:9e42:3::201/64"
    assert str(settings.interface6("client")) == "fd5f:3a1c:9e42:3::10/64"


def test_the_environment_chooses_an_engine(project, monkeypatch):
    monkeypatch.setenv("CLIENT_ENGINE", "debian-11")
    assert load_settings(project).fleet_name == "debian-12+debian-11+debian-12"
    monkeypatch.setenv("CLIENT_ENGINE", "debian-99")
    with pytest.raises(BadInput, match=r"unknown engine 'debian-99'; there are: .*debian-12"):
        load_settings(project)


def test_other_engines_are_another_fleet(project):
    settings = load_settings(project)
    assert settings.with_engines() == settings
    other = settings.with_engines(daemon="debian-14", client="debian-11")
    assert other.fleet_name == "debian-14+debian-11+debian-11"
    with pytest.raises(BadInput, match="unknown engine 'nine'"):
        settings.with_engines(client="nine")


@pytest.mark.parametrize(("cores", "labs", "cpus"), [(2, 1, 2), (2, 2, 1), (1, 2, 1), (16, 2, 2)])
def test_labs_at_once_share_the_processors(project, monkeypatch, cores, labs, cpus):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert load_settings(project).beside_others(labs).machines.daemon.cpus == cpus


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("engine: debian-12, cpus: 2", "engine: debian-9, cpus: 2", "is not under engines"),
        ("192.168.3.66", "10.0.0.66", "machines.outsider.address is outside 192.168.3.0/24"),
        ("192.168.3.66", "192.168.3.10", "machines.client.address 192.168.3.10 is given twice"),
        ("suite: bookworm", "suite: 12", "engines.debian-12.suite"),
        ("cpus: 2, memory: 768", "cpus: 2, memory: 7", "machines.daemon.memory"),
    ],
)
def test_a_wrong_file_is_refused(project, old, new, reason):
    file = project.data / "lab.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput) as caught:
        load_settings(project)
    assert reason in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_fleet_s_name_tells_its_engines(project):
    settings = load_settings(project)
    other = settings.with_engines(daemon="debian-13", client="debian-11")
    assert other.fleet_name == "debian-13+debian-11+debian-11"
    assert settings.of_fleet(other.fleet_name) == other
    with pytest.raises(BadInput, match="unknown engine 'gone'"):
        settings.of_fleet("gone+debian-11+debian-11")
