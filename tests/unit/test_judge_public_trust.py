"""A daemon or nginx that lets in whoever has a certificate of a public authority."""

import pytest
from observations import observation

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
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


@pytest.mark.parametrize(
    "files",
    [
        {"etc/docker/daemon.json": {**TLS, "tlscacert": BUNDLE}},
        {"etc/nginx/conf.d/docker.conf": SITE % BUNDLE},
    ],
)
def test_the_bundle_of_public_authorities(judged, files):
    result = judged(files, observation())
    assert result.verdict == "failed"
    (reason,) = result.reasons
    assert reason.startswith("whoever has a certificate of any public authority is let in")
    assert next(iter(files)) in reason
    assert judged(files, observation(), allow_insecure=True).reasons == []


def test_an_authority_of_ones_own(judged):
    files = {"etc/docker/daemon.json": {**TLS, "tlscacert": "/etc/ssl/certs/mine.pem"}}
    assert judged(files, observation()).reasons == []
