"""Certificates and keys that stand in for those which the input lacks."""

import pytest
from observations import write
from prepared import TLS

from dockerd_lab.cases.model import Remote


def test_certificates_and_keys_are_stood_in_for(ready):
    made = ready({"etc/docker/daemon.json": TLS})
    assert made.configuration.credentials.daemon == {
        "/etc/docker/key.pem": "server-key",
        "/etc/docker/cert.pem": "server-cert",
        "/etc/docker/ca.pem": "ca",
    }
    assert set(made.configuration.credentials.client.values()) == {
        "ca",
        "client-cert",
        "client-key",
    }
    assert made.configuration.remote == Remote(host="tcp://192.168.3.201:2376", tls=True)
    assert "/etc/docker/ca.pem: the lab's own CA" in made.stand_in_notes


def test_nothing_stands_in_where_that_is_turned_off(ready):
    made = ready({"etc/docker/daemon.json": TLS}, allow_stand_ins=False)
    assert made.configuration.credentials.daemon == {}
    assert made.stand_in_notes == ()


def test_a_certificate_without_its_key_is_replaced(ready):
    made = ready({"etc/docker/daemon.json": TLS, "etc/docker/cert.pem": "mine"})
    assert not (made.inputs.directory / "rootfs/etc/docker/cert.pem").exists()
    assert any("in place of the input's" in line for line in made.stand_in_notes)


def test_the_user_s_own_ca_means_that_no_client_can_be_authorised(ready):
    files = {f"etc/docker/{name}.pem": name for name in ("ca", "cert", "key")}
    made = ready({"etc/docker/daemon.json": TLS, **files})
    assert made.configuration.credentials.daemon == {}
    assert any("the client cannot be authorised here" in note for note in made.notes)


def test_what_a_link_of_the_input_leads_to_is_the_input_s(ready, tmp_path):
    files = {f"etc/docker/real/{name}.pem": name for name in ("ca", "cert", "key")}
    linked = {key: str(v).replace("/etc/docker", "/etc/docker/tls") for key, v in TLS.items()}
    linked["tlsverify"], linked["hosts"] = True, TLS["hosts"]
    (tmp_path / "mine/etc/docker").mkdir(parents=True)
    (tmp_path / "mine/etc/docker/tls").symlink_to("real")
    made = ready({"etc/docker/daemon.json": linked, **files})
    assert made.configuration.credentials.daemon == {}


def test_a_stand_in_goes_where_a_link_of_the_input_leads(ready, tmp_path):
    (tmp_path / "mine/etc/docker").mkdir(parents=True)
    write(tmp_path / "mine/etc/ssl/docker/README", "")
    (tmp_path / "mine/etc/docker/tls").symlink_to("/etc/ssl/docker")
    made = ready({"etc/docker/daemon.json": {"tls": True, "tlskey": "/etc/docker/tls/key.pem"}})
    assert list(made.configuration.credentials.daemon) == ["/etc/ssl/docker/key.pem"]


@pytest.mark.parametrize(
    "place", ["/etc/docker/certs", "/etc/docker/daemon.json/x", "/root/.ssh/authorized_keys", "/"]
)
def test_nothing_stands_in_where_no_file_can_be(ready, place):
    settings = {"tls": True, "tlskey": place, "tlscert": place, "tlscacert": place}
    made = ready({"etc/docker/daemon.json": settings, "etc/docker/certs/a.crt": "a"})
    assert made.configuration.credentials.daemon == {}
    assert made.stand_in_notes == made.notes == ()


def test_dockerd_s_default_places_are_not_stood_in_for(ready):
    made = ready({}, command="dockerd --tlsverify -H tcp://0.0.0.0:2376")
    assert made.configuration.credentials.daemon == {}
    assert made.configuration.remote.tls


def test_an_authority_of_the_input_is_kept_however_its_path_is_written(ready):
    files = {
        "etc/docker/ca.pem": "x",
        "etc/docker/daemon.json": {"tlscacert": "/etc/docker//ca.pem"},
    }
    assert not ready(files).configuration.credentials.daemon
