"""Keys in the input with which whoever reads them is let in."""

from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from observations import observation

TLS = {
    "tlsverify": True,
    "tlscacert": "/etc/docker/ca.pem",
    "tlscert": "/etc/docker/server-cert.pem",
    "tlskey": "/etc/docker/server-key.pem",
}
SITE = """server {
  listen 2376 ssl;
  ssl_certificate /etc/docker/server-cert.pem;
  ssl_certificate_key /etc/docker/server-key.pem;
  ssl_client_certificate /etc/docker/ca.pem;
  ssl_verify_client %s;
}
"""
NO_KEY = b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"
DAEMON_JSON = {"etc/docker/daemon.json": TLS}


def for_servers_only(authority):
    """A key of the authority's with which nobody is a client."""
    key = Ed25519PrivateKey.generate()
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    uses = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer.subject, x509.Name([]), key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(uses, critical=False)
        .sign(
            serialization.load_pem_private_key(authority.private_key_pem.bytes(), None),
            hashes.SHA256(),
        )
    )
    return {
        "web-key": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        "web-cert": certificate.public_bytes(serialization.Encoding.PEM),
    }


@pytest.fixture(scope="module")
def made():
    """An authority, and the certificate and key of a client and a server of it, as PEM."""
    authority, other = trustme.CA(), trustme.CA()
    middle = authority.create_child_ca()
    below = middle.create_child_ca()
    client, server = (
        authority.issue_cert(common_name="client"),
        authority.issue_cert("daemon.lan"),
    )
    ssh = Ed25519PrivateKey.generate()
    return {
        "ca": authority.cert_pem.bytes(),
        "ca-key": authority.private_key_pem.bytes(),
        "other-ca-key": other.private_key_pem.bytes(),
        "middle": middle.cert_pem.bytes(),
        "below": below.cert_pem.bytes(),
        "below-key": below.private_key_pem.bytes(),
        "cert": client.cert_chain_pems[0].bytes(),
        "key": client.private_key_pem.bytes(),
        "server-cert": server.cert_chain_pems[0].bytes(),
        "server-key": server.private_key_pem.bytes(),
        **for_servers_only(authority),
        "ssh-key": ssh.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        ),
        "ssh-public-key": ssh.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        ),
    }


@pytest.fixture
def reasons(made, tmp_path, judged):
    """Judge files with these keys by their paths, all with a mode; return the reasons."""

    def judge(files, keys, *, mode=0o644, **options):
        top = tmp_path / "mine"
        for path, name in keys.items():
            file = top / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(name if isinstance(name, bytes) else made[name])
            file.chmod(mode)
        return judged(files, observation(), **options).reasons

    return judge


SERVER = {"etc/docker/server-cert.pem": "server-cert", "etc/docker/server-key.pem": "server-key"}
CA = {**SERVER, "etc/docker/ca.pem": "ca"}
CA_KEY = {**CA, "etc/docker/ca-key.pem": "ca-key"}
CLIENT = {**CA, "etc/docker/cert.pem": "cert", "etc/docker/key.pem": "key"}


@pytest.mark.parametrize("files", [DAEMON_JSON, {"etc/nginx/conf.d/docker.conf": SITE % "on"}])
def test_the_key_of_the_authority(reasons, files):
    (reason,) = reasons(files, CA_KEY, mode=0o600)
    assert reason.startswith("whoever has this input can make a client's certificate")
    assert reason.count("etc/docker/ca-key.pem") == 2
    assert reasons(files, CA_KEY, allow_insecure=True) == []


def test_the_key_of_an_authority_below_it(reasons):
    keys = {
        **CA,
        "etc/docker/a.pem": "below",
        "etc/docker/b.pem": "middle",
        "etc/docker/below-key.pem": "below-key",
    }
    (reason,) = reasons(DAEMON_JSON, keys)
    assert "/etc/docker/below-key.pem is the key of /etc/docker/a.pem" in reason


def encrypted(pem, passphrase):
    key = serialization.load_pem_private_key(pem, None)
    form = serialization.PrivateFormat.PKCS8
    protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, form, protection)


@pytest.mark.parametrize(("passphrase", "count"), [(b"changeme", 1), (b"fSx8-3kQ", 0)])
def test_a_passphrase_protects_the_key_if_nobody_guesses_it(reasons, made, passphrase, count):
    key = encrypted(made["ca-key"], passphrase)
    assert len(reasons(DAEMON_JSON, {**CA, "etc/docker/ca-key.pem": key})) == count


@pytest.mark.parametrize("password", [b"", b"docker"])
def test_a_store_of_key_and_certificate(reasons, made, password):
    key = serialization.load_pem_private_key(made["key"], None)
    protection = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    store = pkcs12.serialize_key_and_certificates(
        b"x", key, x509.load_pem_x509_certificate(made["cert"]), None, protection
    )
    (reason,) = reasons(DAEMON_JSON, {**CA, "etc/docker/client.p12": store})
    assert reason.startswith("every user of the machine may read a client's key")


@pytest.mark.parametrize(("mode", "count"), [(0o644, 1), (0o640, 0)])
def test_a_client_s_key_that_all_may_read(reasons, mode, count):
    found = reasons(DAEMON_JSON, CLIENT, mode=mode)
    assert len(found) == count
    assert all("read a client's key, /etc/docker/key.pem (at " in reason for reason in found)


def test_nobody_may_enter_roots_home(reasons):
    keys = {**CA, "root/.docker/cert.pem": "cert", "root/.docker/key.pem": "key"}
    assert reasons(DAEMON_JSON, keys) == []


@pytest.mark.parametrize(
    "keys",
    [
        CA,  # the daemon's own key
        {**CA, "etc/docker/ca-key.pem": "other-ca-key"},
        {**CA, "etc/docker/key.pem": "key"},  # without its certificate nobody lets it in
        {**CA, "etc/docker/ca-key.pem": NO_KEY},
        {**CA, "etc/docker/web-key.pem": "web-key", "etc/docker/web-cert.pem": "web-cert"},
        {"etc/deploy": "ssh-key", "etc/deploy.pub": "ssh-public-key"},
    ],
)
def test_keys_that_let_nobody_in(reasons, keys):
    assert reasons(DAEMON_JSON, keys) == []


@pytest.mark.parametrize("verify", ["off", "optional_no_ca"])
def test_an_nginx_that_knows_clients_otherwise(reasons, verify):
    assert reasons({"etc/nginx/conf.d/docker.conf": SITE % verify}, CA_KEY) == []


@pytest.mark.parametrize(
    ("served", "path"),
    [
        ("root /srv/files;", "srv/files/server-key.pem"),
        ("location /x { alias /opt/x/; }", "opt/x/a/server-key.pem"),
        ("", "var/www/html/server-key.pem"),
    ],
)
def test_a_key_that_the_web_server_serves(reasons, served, path):
    site = (SITE % "on").replace("listen 2376", f"{served} listen 2376")
    found = reasons({"etc/nginx/conf.d/docker.conf": site}, {**CA, path: "server-key"})
    assert [reason for reason in found if f"gets /{path}: it serves" in reason]


def test_a_key_of_ssh(reasons):
    keys = {"etc/deploy": "ssh-key", "home/deploy/.ssh/authorized_keys": "ssh-public-key"}
    (reason,) = reasons({}, keys)
    assert reason.startswith("every user of the machine may read /etc/deploy, with which /home/")
