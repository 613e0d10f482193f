"""What lint says of the keys and certificates that an input has, and of what a machine may lack."""

import pytest
import trustme
from linting import prediction

DROP_IN = "etc/systemd/system/docker.service.d/override.conf"
TLS = {
    DROP_IN: "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H tcp://0.0.0.0:2376"
    " --tlsverify --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/cert.pem"
    " --tlskey=/etc/docker/key.pem\n"
}
CERT, KEY = "etc/docker/cert.pem", "etc/docker/key.pem"


@pytest.fixture(scope="module")
def pairs():
    """The texts of certificates and keys of two servers: a pair each."""
    made = [trustme.CA().issue_cert("192.168.3.201") for _ in range(2)]
    return [(each.cert_chain_pems[0], each.private_key_pem) for each in made]


def predicted(certificate=None, key=None):
    files = {CERT: certificate, KEY: key}
    texts = {path: pem.bytes().decode() for path, pem in files.items() if pem is not None}
    return prediction({**TLS, **texts})


def test_a_key_that_fits_and_one_that_does_not(pairs):
    (certificate, key), (_, other) = pairs
    assert predicted(certificate, key).starts == "yes"
    assert predicted(certificate, other).errors == ("tls-cert-malformed",)


def test_what_the_input_lacks_fits_the_certificate_and_not_the_key(pairs):
    (certificate, key), _ = pairs
    assert predicted().starts == "yes"
    assert predicted(certificate).starts == "yes"
    assert predicted(key=key).starts == "unknown"


def test_what_another_machine_may_have_is_unknown():
    for text in ('{"storage-driver": "btrfs"}', '{"userns-remap": "daemon"}'):
        assert prediction({"etc/docker/daemon.json": text}).starts == "unknown"
    ids = {"etc/subuid": "daemon:100000:65536\n"}
    text = {"etc/docker/daemon.json": '{"authorization-plugins": ["x"]}'}
    assert prediction(text).starts == "unknown"
    assert prediction({**ids, "etc/docker/daemon.json": '{"userns-remap": ""}'}).errors == ()
