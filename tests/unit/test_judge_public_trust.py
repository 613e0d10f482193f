"""A daemon or nginx that lets in whoever has a certificate of a public authority."""

from pathlib import Path

import certifi
import pytest
import trustme
from cryptography import x509
from observations import observation

from dockerd_lab.judge import public_trust

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
CHAIN = "/etc/letsencrypt/live/docker.example.com/chain.pem"
TLS = {"tlsverify": True, "tlscert": "/etc/docker/c.pem", "tlskey": "/etc/docker/k.pem"}
SITE = """server {
  listen 2376 ssl;
  ssl_certificate /etc/docker/c.pem;
  ssl_certificate_key /etc/docker/k.pem;
  ssl_client_certificate %s;
  ssl_verify_client on;
  location / { proxy_pass http://unix:/run/docker.sock; }
}
"""
STAPLING = """server {
  listen 443 ssl;
  ssl_certificate /etc/docker/c.pem;
  ssl_certificate_key /etc/docker/k.pem;
  ssl_trusted_certificate %s;
  ssl_stapling on;
}
"""
HAPROXY = "frontend a\n  bind :2376 ssl crt /etc/a.pem ca-file %s verify required\n"


def daemon_json(authority):
    return {"etc/docker/daemon.json": {**TLS, "tlscacert": authority}}


@pytest.mark.parametrize(
    "files",
    [
        daemon_json(BUNDLE),
        daemon_json(CHAIN),
        daemon_json("/etc/ssl/certs/ISRG_Root_X1.pem"),
        daemon_json("/etc/ssl/certs/DigiCert_Global_Root_CA.pem"),
        daemon_json("/usr/share/ca-certificates/mozilla/Izenpe.com.crt"),
        {"etc/nginx/conf.d/docker.conf": SITE % BUNDLE},
        {"etc/haproxy/haproxy.cfg": HAPROXY % BUNDLE},
    ],
)
def test_what_holds_public_authorities(judged, files):
    result = judged(files, observation())
    assert result.verdict == "failed"
    (reason,) = result.reasons
    assert reason.startswith("whoever has a certificate of any public authority is let in")
    assert next(iter(files)) in reason
    assert judged(files, observation(), allow_insecure=True).reasons == []


def test_the_reason_says_which_authority_the_file_holds(judged):
    (reason,) = judged(daemon_json(BUNDLE), observation()).reasons
    assert f": {BUNDLE} holds them all (at " in reason
    assert reason.endswith("/daemon.json:5)")


def test_a_public_authority_in_a_file_of_the_input(judged):
    public = Path(certifi.where()).read_text().split("\n\n")[1]
    subject = x509.load_pem_x509_certificate(public.encode()).subject.rfc4514_string()
    files = {**daemon_json("/etc/docker/ca.pem"), "etc/docker/ca.pem": public}
    (reason,) = judged(files, observation()).reasons
    assert f"/etc/docker/ca.pem holds {subject}" in reason


@pytest.mark.parametrize("is_root", [True, False])
def test_an_authority_that_a_public_one_has_signed(judged, monkeypatch, is_root):
    """In place of the public authorities there is one, that itself was signed by another."""
    public = trustme.CA().create_child_ca()
    held = (public if is_root else public.create_child_ca()).cert_pem.bytes()
    authorities = [x509.load_pem_x509_certificate(public.cert_pem.bytes())]
    monkeypatch.setattr(public_trust, "_public_authorities", lambda: authorities)
    files = {**daemon_json("/etc/docker/ca.pem"), "etc/docker/ca.pem": held.decode()}
    assert len(judged(files, observation()).reasons) == 1


@pytest.mark.parametrize(
    "files",
    [
        daemon_json("/etc/ssl/certs/mine.pem"),
        daemon_json("/etc/docker/DigiCert_Global_Root_CA.pem"),
        {
            **daemon_json("/etc/docker/ca.pem"),
            "etc/docker/ca.pem": trustme.CA().cert_pem.bytes().decode(),
        },
        {"etc/nginx/conf.d/docker.conf": STAPLING % CHAIN},
    ],
)
def test_what_holds_none(judged, files):
    assert judged(files, observation()).reasons == []
