"""Whom does mutual TLS keep out, and in which words do docker, curl and the SDK say so?"""

import re
import tarfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import trustme
import yaml
from packaging.specifiers import SpecifierSet

from dockerd_lab.cases.credentials import authority
from dockerd_lab.machines import ssh

WORDS = yaml.safe_load((Path(__file__).parent / "tls_words.yaml").read_text())
TLS = pytest.mark.lab_cases(name=["methods/tls-dropin"])
PLAIN = pytest.mark.lab_cases(name=["methods/systemd-dropin"])

DOCKER = "docker --tlsverify --tlscacert ca.pem {pem} -H tcp://{at} ps"
CURL = "curl -sS --max-time 10 --cacert ca.pem {pem} https://{at}/_ping"
SDK = """python3 -c '
import docker
tls = docker.tls.TLSConfig(client_cert={pem}, ca_cert="ca.pem", verify=True)
docker.DockerClient(base_url="tcp://{at}", tls=tls, timeout=10).ping()'"""
NO_PEM = {"docker": "", "curl": "", "sdk": "None"}
PEM = {
    "docker": "--tlscert cert.pem --tlskey key.pem",
    "curl": "--cert cert.pem --key key.pem",
    "sdk": '("cert.pem", "key.pem")',
}
TOOLS = {"docker": DOCKER, "curl": CURL, "sdk": SDK}


@pytest.fixture(scope="session")
def identities(fleet, observation):
    """Directories on `client`, each with a ca.pem, and the certificate that goes wrong."""
    past = datetime.now(UTC) - timedelta(days=30)
    expired = {"not_before": past, "not_after": past + timedelta(days=1)}
    stranger = trustme.CA()
    people = {
        "none": (authority(), None),
        "expired": (authority(), authority().issue_cert("late@dockerd-lab", **expired)),
        "stranger": (authority(), stranger.issue_cert("stranger@dockerd-lab")),
        "distrustful": (stranger, stranger.issue_cert("stranger@dockerd-lab")),
        "good": (authority(), authority().issue_cert("client@dockerd-lab")),
    }
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, (ca, certificate) in people.items():
            files = {"ca.pem": ca.cert_pem}
            if certificate is not None:
                files["cert.pem"] = certificate.cert_chain_pems[0]
                files["key.pem"] = certificate.private_key_pem
            for file, pem in files.items():
                entry = tarfile.TarInfo(f"root/identities/{name}/{file}")
                entry.size, entry.mode = len(pem.bytes()), 0o400
                tar.addfile(entry, BytesIO(pem.bytes()))
    put = "tar -xf - -C / && echo 192.168.3.201 docker.example >>/etc/hosts"
    result = ssh.run(
        fleet.lab, "client", put, what="preparing client", timeout=60, stdin=buffer.getvalue()
    )
    assert result.returncode == 0, result.stderr
    return people


@pytest.fixture
def refused(client, fleet, identities, observation):
    """Run a command that must be refused, as one of the identities, and judge its words."""
    settings = fleet.settings
    daemons = settings.engine(observation.engine).docker
    clients = settings.engine(settings.engine_of("client")).docker

    def check(mistake, tool, identity, command):
        __tracebackhide__ = True
        # Not the home directory: docker would find the right certificate there.
        result = client.run(f"cd /root/identities/{identity} && export HOME=$PWD && {command}")
        output = " ".join((result.stdout + result.stderr).split())
        words = WORDS[mistake][tool]
        if isinstance(words, dict) and "client" in words:
            words = which(words["client"], clients)
        words = which(words, daemons)
        assert result.rc != 0, f"$ {command}\n{output}"
        assert words in output, f"$ {command}\nexpected: {words}\nobserved: {output}"

    return check


def which(words, version):
    """The words of a version, where they differ by ranges of versions."""
    if isinstance(words, dict):
        return next(w for range_, w in words.items() if version in SpecifierSet(range_))
    return words


@TLS
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("mistake", ["none", "expired", "stranger", "distrustful", "name"])
def test_the_wrong_certificate(refused, mistake, tool):
    identity, at = mistake, "192.168.3.201:2376"
    if mistake == "name":  # no fault of the certificate: the server is called by another name
        identity, at = "good", "docker.example:2376"
    pem = NO_PEM[tool] if identity == "none" else PEM[tool]
    refused(mistake, tool, identity, TOOLS[tool].format(pem=pem, at=at))


@TLS
@pytest.mark.parametrize("tool", TOOLS)
def test_the_right_certificate_gets_in(client, identities, tool):
    """What all the refusals above are refusals of."""
    command = TOOLS[tool].format(pem=PEM[tool], at="192.168.3.201:2376")
    client.check_output(f"cd /root/identities/good && {command}")


@TLS
@pytest.mark.parametrize("tool", TOOLS)
def test_http_to_the_tls_port(refused, tool):
    command = {
        "docker": "docker -H tcp://192.168.3.201:2376 ps",
        "curl": "curl -sS --fail-with-body http://192.168.3.201:2376/_ping",
        "sdk": "python3 -c 'import docker;"
        ' docker.DockerClient(base_url="tcp://192.168.3.201:2376", timeout=10).ping()\'',
    }[tool]
    refused("http", tool, "good", command)


@PLAIN
@pytest.mark.parametrize("tool", TOOLS)
def test_tls_to_the_plain_port(refused, tool):
    command = TOOLS[tool].format(pem=PEM[tool], at="192.168.3.201:2375")
    refused("plain", tool, "good", command)


@TLS
def test_tls_1_1_is_refused_by_the_daemon(client, identities):
    """Go's client cannot offer it: openssl does. The alert comes from the other side."""
    hello = (
        "cd /root/identities/good && openssl s_client -connect 192.168.3.201:2376 -CAfile ca.pem"
        " -cert cert.pem -key key.pem {} -cipher DEFAULT@SECLEVEL=0 </dev/null 2>&1"
    )
    old = client.run(hello.format("-tls1_1 -msg")).stdout
    assert re.search(r">>> .*TLS 1\.1.*ClientHello", old), old
    assert re.search(r"<<< .*Alert .*\n.*02 46", old), (
        "the daemon's alert: protocol version\n" + old
    )
    new = client.run(hello.format("-tls1_2")).stdout
    assert "Verify return code: 0 (ok)" in new, "the same with TLS 1.2 is accepted\n" + new
