"""Files that look like dockerd's configuration, and that nothing names."""

import pytest
from observations import observation

KEYS = {"etc/docker/tls/ca.pem": "x", "etc/docker/tls/key.pem": "x", "etc/docker/tls/cert.pem": "x"}
NAMING = "[Service]\nExecStartPost=/bin/cat %s\n"


@pytest.mark.parametrize(
    "file",
    [
        "etc/docker/docker.conf",
        "etc/docker/daemon.d/hosts.json",
        "etc/docker.conf",
        "etc/dockerd.conf.d/a.conf",
        "etc/default/dockerd",
        "etc/conf.d/docker",
        "etc/init/docker.conf",
    ],
)
def test_what_nothing_reads(judged, file):
    (found,) = judged({file: '{"hosts": []}\n'}, observation()).no_effect
    assert found.message == "nothing on the machine reads it"
    assert found.where.endswith(file)


@pytest.mark.parametrize(
    "file",
    [
        "etc/docker/certs.d/registry:5000/ca.crt",
        "etc/docker/key.json",
        "etc/docker/compose/a/docker-compose.yml",
        "etc/hostname",
    ],
)
def test_what_is_found_without_a_name(judged, file):
    assert judged({file: "x"}, observation()).no_effect == []


@pytest.mark.parametrize("named", ["/etc/docker/a/b.conf", "/etc/docker/a/", "/etc/docker/a"])
def test_what_a_unit_names(judged, named):
    files = {
        "etc/docker/a/b.conf": "x",
        "etc/systemd/system/c.service": NAMING % named,
    }
    assert judged(files, observation()).no_effect == []


def test_a_name_that_only_begins_alike(judged):
    files = {"etc/docker/a.conf": "x", "etc/systemd/system/c.service": NAMING % "/etc/docker/a.con"}
    assert [each.setting for each in judged(files, observation()).no_effect] == ["a.conf"]


def test_keys_that_nothing_names_are_told_once(judged):
    (found,) = judged(KEYS, observation()).no_effect
    assert found.setting == "ca.pem"


def test_keys_beside_the_one_that_is_named(judged):
    files = {**KEYS, "etc/docker/daemon.json": {"tlscacert": "/etc/docker/tls/ca.pem"}}
    told = [each.setting for each in judged(files, observation()).no_effect]
    assert told == ["tlscacert"]  # without a TCP host, TLS protects nothing


def test_what_was_read_though_nothing_names_it(judged):
    seen = observation(files_read=("/etc/docker/docker.conf",))
    files = {"etc/docker/docker.conf": "x", "etc/docker/other.conf": "x"}
    assert [each.setting for each in judged(files, seen).no_effect] == ["other.conf"]
