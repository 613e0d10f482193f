"""What do people's tools get? The docker client, curl and the SDK are run on `client` itself."""

import json
import re

import pytest

from dockerd_lab.machines.versions import API_VERSION
from dockerd_lab.observe.client_tools import CONTAINER

ANSWERED = ["full-control", "read-only"]
# curl does not read docker's config.json (see test_nginx), and speaks no ssh.
NO_CURL = ["methods/nginx-basic-auth", "methods/ssh"]


def parsed(answer):
    try:
        return json.loads(answer.stdout)
    except ValueError:
        pytest.fail(f"no JSON: $ {answer.command}\n{answer.output}")


@pytest.mark.lab_cases(client=ANSWERED, fails=False)
def test_docker_gets_its_answer(observation, assert_expected):
    assert_expected("tools")
    answer = observation.client["ps"]
    assert answer.stdout.startswith("CONTAINER ID"), f"$ {answer.command}\n{answer.output}"


# The SDK wants paramiko for ssh.
@pytest.mark.lab_cases(client=ANSWERED, category="methods", without=["methods/ssh"])
def test_the_sdk_gets_its_answer(observation):
    answer = observation.client["sdk"]
    said = parsed(answer)
    assert said["ping"] is True
    assert said["images"] == ["busybox:latest"]


@pytest.mark.lab_cases(client=ANSWERED, category="methods", without=NO_CURL)
def test_curl_gets_its_answer(observation):
    answers = observation.client
    assert answers["ping"].stdout == "OK", answers["ping"].output
    assert parsed(answers["containers"]) == [], f"GET /v{API_VERSION}/containers/json"
    tags = [image["RepoTags"] for image in parsed(answers["images"])]
    assert tags == [["busybox:latest"]], f"GET /v{API_VERSION}/images/json"


@pytest.mark.lab_cases(client=["refused"], category="methods")
def test_every_tool_is_refused(observation):
    answers = observation.client
    assert answers["ps"].exit_code == 1
    assert answers["ps"].stderr.strip() == (
        "Cannot connect to the Docker daemon at tcp://192.168.3.201:2375."
        " Is the docker daemon running?"
    )
    for request in ("ping", "containers", "images"):
        assert answers[request].exit_code == 7
        said = answers[request].stderr
        # Newer curl, 8.16 of debian-14, says HOST:PORT.
        assert re.search(r"Failed to connect to 192\.168\.3\.201( port |:)2375", said), said
    assert "Connection refused" in answers["ping"].stderr
    assert answers["sdk"].exit_code == 1
    assert "[Errno 111] Connection refused" in answers["sdk"].stderr


@pytest.mark.lab_cases(client=["filtered"], category="methods")
def test_every_tool_waits_at_a_silent_port(observation):
    assert sorted(observation.client) == ["ping", "ps", "run", "sdk"]
    for name, answer in observation.client.items():
        assert answer.exit_code == 124, f"{name} did not wait: {answer.output}"
        assert "Connected to" not in answer.stderr


@pytest.mark.lab_cases(client=["full-control"], category="methods")
def test_a_container_started_remotely_is_seen_locally(observation):
    started = observation.client["run"]
    assert started.exit_code == 0, started.output
    assert observation.containers.split() == [CONTAINER, "busybox"]


@pytest.mark.lab_cases(client=["filtered", "refused", "read-only"], category="methods")
def test_no_container_is_started(observation):
    """Neither by the client, nor left by those who tried to become root."""
    assert observation.client["run"].exit_code != 0
    assert observation.containers == ""


@pytest.mark.lab_cases(name=["methods/systemd-dropin", "methods/daemon-json"])
def test_an_open_port_is_root(observation):
    """The daemon's own warning, which everybody should have read."""
    warned = [line for line in observation.daemon.log if "level=warning" in line]
    assert any("gives root access on this machine to everyone" in line for line in warned)
