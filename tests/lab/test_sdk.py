"""What does Docker's SDK get, as the fixture `docker_client` has it on each machine?"""

import pytest
import requests

ANSWERED = ["full-control", "read-only"]


# docker_client leaves ssh out: the SDK would log in from your computer, which has no such key.
@pytest.mark.lab_cases(client=ANSWERED, category="methods", without=["methods/ssh"])
def test_the_client_gets_its_answers(docker_client, fleet):
    docker = docker_client("client")
    assert docker.ping() is True
    version = docker.version()["Version"]
    assert fleet.versions["docker"].startswith(f"Docker version {version},")
    tags = [tag for image in docker.images.list() for tag in image.tags]
    assert "busybox:latest" in tags, "other suites add images"


@pytest.mark.lab_cases(client=["refused"], category="methods")
def test_the_client_is_refused(docker_client):
    with pytest.raises(requests.ConnectionError):
        docker_client("client").ping()


@pytest.mark.lab_cases(daemon=["active"], category="methods")
def test_on_its_own_machine_the_daemon_answers(docker_client, fleet):
    version = docker_client("daemon").version()["Version"]
    assert fleet.versions["docker"].startswith(f"Docker version {version},")


@pytest.mark.lab_cases(name=["methods/tls-dropin"])
def test_without_a_certificate_there_is_no_answer(docker_client):
    with pytest.raises(requests.ConnectionError):
        docker_client("outsider").ping()


@pytest.mark.lab_cases(name=["methods/systemd-dropin"])
def test_at_an_open_port_the_outsider_is_root(docker_client, daemon):
    read = docker_client("outsider").containers.run(
        "busybox", "cat /host/etc/shadow", volumes=["/:/host:ro"], network_mode="none", remove=True
    )
    assert read == daemon.file("/etc/shadow").content
