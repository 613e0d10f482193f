"""What became of each file of the input, and who read it."""

from dataclasses import replace
from pathlib import Path

import pytest
from observations import observation
from prepared import UNIT_D

from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.observation import Boot
from dockerd_lab.observe.unit import parse
from dockerd_lab.observe.unit_states import parse as parse_states

AFTER = parse_states((Path(__file__).parent / "units/after-boot.txt").read_text())
#: `systemctl show` of docker.service with a drop-in, on debian-12.
SHOW = """ActiveState=active
LoadState=loaded
FragmentPath=/lib/systemd/system/docker.service
DropInPaths=/etc/systemd/system/docker.service.d/x.conf

ActiveState=active
LoadState=loaded
FragmentPath=/lib/systemd/system/docker.socket
DropInPaths=
"""


@pytest.fixture
def outcomes(judged):
    """The outcome and the message of each file, by its path."""

    def find(files, *, read=(), boot=None, daemon="active", units=None, **more):
        service, socket = parse(SHOW)
        seen = observation(daemon=daemon, files_read=tuple(read), units=units or {}, **more)
        seen = replace(seen, daemon=replace(seen.daemon, service=service, socket=socket), boot=boot)
        return {each.name: (each.outcome, each.message) for each in judged(files, seen).files}

    return find


def test_who_read_a_file_and_what_nobody_read(outcomes):
    files = {
        "etc/docker/daemon.json": {},
        "etc/docker/key.json": {},
        "etc/logrotate.d/docker": "x",
        "opt/start.sh": "x",
    }
    assert outcomes(files, read=["/etc/docker/daemon.json", "/opt/start.sh"]) == {
        "/etc/docker/daemon.json": ("in-effect", "dockerd has read it"),
        "/etc/docker/key.json": ("without-effect", "nothing on the machine has read it"),
        "/etc/logrotate.d/docker": ("without-effect", "nothing on the machine has read it"),
        "/opt/start.sh": ("in-effect", "a program on the machine has read it"),
    }


@pytest.mark.parametrize(
    ("path", "daemon", "expected"),
    [
        (f"{UNIT_D}/x.conf", "active", ("in-effect", "systemd has read it for docker.service")),
        (
            f"{UNIT_D}/x.conf",
            "unchanged",
            (
                "without-effect",
                "systemd refuses docker.service with it; the old daemon runs on",
            ),
        ),
        (
            f"{UNIT_D}/y.conf",
            "active",
            ("without-effect", "systemd reads other files for docker.service"),
        ),
        (
            "usr/lib/systemd/system/docker.service",
            "active",
            ("in-effect", "systemd has read it for docker.service"),
        ),
    ],
)
def test_files_of_docker_s_units(outcomes, path, daemon, expected):
    assert outcomes({path: "[Service]\n"}, daemon=daemon)[f"/{path}"] == expected


def test_files_of_other_units(outcomes):
    path = "etc/systemd/system/absent.service"
    outcome, message = outcomes({path: "[Service]\n"}, units=AFTER, boot=Boot())[f"/{path}"]
    assert (outcome, message.partition(",")[0]) == (
        "not-judged",
        "its program is not on the lab's machine",
    )


def test_a_unit_that_has_run(outcomes):
    path = "etc/systemd/system/foo.service"
    found = outcomes({path: "[Service]\n"}, units=AFTER, boot=Boot())
    assert found[f"/{path}"] == ("in-effect", "systemd has started it")


def test_what_a_boot_has_not_read(outcomes):
    found = outcomes({"etc/sysctl.conf": "x\n"}, boot=Boot())
    assert found == {
        "/etc/sysctl.conf": ("without-effect", "nothing on the machine has read it at the boot")
    }


def test_every_file_of_a_program_that_is_not_there(outcomes):
    files = {"etc/traefik/traefik.yml": "x", "etc/traefik/conf.d/docker.yml": "x"}
    assert {outcome for outcome, _ in outcomes(files).values()} == {"not-judged"}


def test_what_the_lab_has_in_its_place(outcomes):
    files = {
        "etc/docker/daemon.json": {"tlskey": "/k.pem", "tlscert": "/srv/c.pem", "tls": True},
        "srv/c.pem": "-----BEGIN CERTIFICATE-----\n",
        "etc/systemd/network/10-eth0.network": "[Match]\nName=eth0\n",
    }
    found = outcomes(files)
    assert found["/srv/c.pem"][0] == "stood-in-for"
    assert found["/etc/systemd/network/10-eth0.network"] == (
        "stood-in-for",
        "the machine keeps the lab's network",
    )


@pytest.mark.parametrize(("active", "outcome"), [(True, "in-effect"), (False, "without-effect")])
def test_rules_that_nftables_reads_without_a_trace(outcomes, active, outcome):
    """Seen on debian-12: its ProtectSystem=full keeps /etc/nftables.conf's time of access."""
    files = {"etc/nftables.conf": "table inet x {}\n"}
    services = {"nftables.service": ServiceState(active=active)}
    assert outcomes(files, services=services)["/etc/nftables.conf"][0] == outcome


@pytest.mark.parametrize(
    ("read", "outcome"),
    [(["/etc/nginx/conf.d/x.conf"], "in-effect"), ([], "without-effect")],
)
def test_passwords_that_nginx_reads_when_somebody_logs_in(outcomes, read, outcome):
    site = "server { listen 80; auth_basic x; auth_basic_user_file docker.htpasswd; }"
    files = {"etc/nginx/conf.d/x.conf": site, "etc/nginx/docker.htpasswd": "a:$6$b$c"}
    assert outcomes(files, read=read)["/etc/nginx/docker.htpasswd"][0] == outcome


def test_settings_without_effect_are_told_of_their_file(outcomes):
    found = outcomes({"etc/docker/daemon.jsn": "{}", "etc/docker/daemon.json": {}})
    assert found["/etc/docker/daemon.jsn"] == (
        "without-effect",
        "dockerd reads /etc/docker/daemon.json, and not this",
    )


def test_nothing_is_told_where_reads_were_not_observed(judged):
    assert judged({"etc/docker/daemon.json": {}}, observation()).files == []
