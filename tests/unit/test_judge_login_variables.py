"""Variables for dockerd in files that only a login reads."""

import pytest
from observations import observation

OPTIONS = 'DOCKER_OPTS="-H tcp://0.0.0.0:2375 --tlsverify"\n'
CLIENT = (
    "export DOCKER_HOST=tcp://docker.lan:2376\nexport DOCKER_TLS_VERIFY=1\nDOCKER_CERT_PATH=/x\n"
)
UNIT = "[Service]\nEnvironmentFile=-/etc/environment\n"


@pytest.mark.parametrize(
    "file", ["etc/environment", "etc/profile.d/docker.sh", "root/.bashrc", "home/a/.profile"]
)
def test_options_that_dockerd_does_not_get(judged, file):
    (found,) = judged({file: f"# mine\n{OPTIONS}"}, observation()).no_effect
    assert found.setting == "DOCKER_OPTS"
    assert found.message.startswith("dockerd does not get it")
    assert found.where.endswith(f"{file}:2")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("DOCKER_TLS_VERIFY=1\n", ["DOCKER_TLS_VERIFY"]),
        ("export DOCKER_HOST='tcp://0.0.0.0:2375'\n", ["DOCKER_HOST"]),
        ("DOCKER_HOST=fd://\nDOCKER_TLS=1\n", ["DOCKER_HOST", "DOCKER_TLS"]),
        (CLIENT, []),
        ("DOCKER_HOST=unix:///run/docker.sock\n", []),
        ("DOCKER_BUILDKIT=1\n# DOCKER_OPTS=-D\n", []),
    ],
)
def test_what_is_a_client_s(judged, text, names):
    found = judged({"etc/environment": text}, observation()).no_effect
    assert [each.setting for each in found] == names


def test_a_unit_may_read_the_file(judged):
    files = {"etc/environment": OPTIONS, "etc/systemd/system/docker.service.d/x.conf": UNIT}
    messages = [each.message for each in judged(files, observation()).no_effect]
    assert not [each for each in messages if each.startswith("dockerd does not get it")]
