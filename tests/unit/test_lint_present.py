"""What lint says of the keys and certificates that an input has, and of what a machine may lack."""

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from linting import prediction

DROP_IN = "etc/systemd/system/docker.service.d/override.conf"
TLS = {
    DROP_IN: "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H tcp://0.0.0.0:2376"
    " --tlsverify --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/cert.pem"
    " --tlskey=/etc/docker/key.pem\n"
}
CERT, KEY = "etc/docker/cert.pem", "etc/docker/key.pem"
AUTHORITY = "etc/docker/ca.pem"
MALFORMED = ("tls-cert-malformed",)


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


def encrypted(key, *, is_old):
    """A key in PEM with the passphrase `docker`."""
    form = serialization.PrivateFormat
    chosen = form.TraditionalOpenSSL if is_old else form.PKCS8
    how = serialization.BestAvailableEncryption(b"docker")
    loaded = serialization.load_pem_private_key(key.bytes(), None)
    return loaded.private_bytes(serialization.Encoding.PEM, chosen, how).decode()


def in_files(certificate, key, authority=None):
    """The errors that are predicted for these texts of TLS files."""
    files = {CERT: certificate, KEY: key} | ({AUTHORITY: authority} if authority else {})
    (one, other) = (prediction({**TLS, **files}, f"debian-{n}") for n in (12, 14))
    assert (one.starts, one.errors) == (other.starts, other.errors)
    assert one.starts == ("no" if one.errors else "yes"), one
    assert not one.errors or one.exposure["outsider"] == "refused"
    return one.errors


def test_a_key_with_a_passphrase_is_none_for_dockerd(pairs):
    (certificate, key), _ = pairs
    for is_old in (True, False):
        assert in_files(certificate.bytes().decode(), encrypted(key, is_old=is_old)) == MALFORMED


def test_files_without_what_dockerd_looks_for(pairs):
    certificate, key = (each.bytes().decode() for each in pairs[0])
    assert in_files(certificate, key) == ()
    assert in_files(certificate, key, certificate) == ()
    assert in_files(certificate.replace("\n", "\r\n"), f"of a server\n{key}") == ()
    for texts in (
        (key, certificate),
        (certificate, certificate),
        ("", key),
        (certificate, "{{ vault_docker_key }}\n"),
        (certificate, key, key),
        (certificate, key, "a CA"),
        (f"  {certificate}", key),
        (certificate.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), key),
    ):
        assert in_files(*texts) == MALFORMED, texts


def test_a_wrong_file_is_shown_where_it_is_named(pairs):
    certificate = pairs[0][0].bytes().decode()
    files = {CERT: certificate, KEY: certificate}
    (by_flag,) = prediction({**TLS, **files}).findings
    assert (by_flag.place.file, by_flag.token) == (f"/{DROP_IN}", f"/{KEY}")
    names = '{"tlsverify": true,\n"tlscacert": "/ca",\n"tlscert": "/%s",\n"tlskey": "/%s"}'
    (in_file,) = prediction({**files, "etc/docker/daemon.json": names % (CERT, KEY)}).findings
    assert (in_file.place.line, in_file.token) == (4, f'"/{KEY}"')


def test_a_mark_before_a_certificate_hides_it_from_dockerd(pairs):
    certificate, key = (each.bytes().decode() for each in pairs[0])
    assert prediction({**TLS, CERT: f"\ufeff{certificate}", KEY: key}).errors == MALFORMED


def test_a_certificate_without_its_key_is_replaced_by_a_pair():
    assert prediction({**TLS, CERT: "no certificate\n"}).errors == ()


def of_daemon_json(text):
    return prediction({"etc/docker/daemon.json": text})


def test_what_another_machine_may_have_is_unknown():
    assert of_daemon_json('{"storage-driver": "btrfs"}').starts == "unknown"
    assert of_daemon_json('{"authorization-plugins": ["x"]}').starts == "unknown"
    assert of_daemon_json('{"userns-remap": "a:b"}').starts == "unknown"


def test_a_user_whose_ids_containers_get_is_there():
    for user in ("", "default"):
        assert of_daemon_json(f'{{"userns-remap": "{user}"}}').starts == "yes"
    named = of_daemon_json('{"userns-remap": "dockmap"}')
    assert named.starts == "yes"
    assert "dockmap is a user with subordinate ids" in named.assumed
