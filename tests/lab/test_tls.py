"""Mutual TLS: the certificates' modes, and every way in which the docker client may name them."""

import pytest

from dockerd_lab.cases.credentials import is_private

pytestmark = pytest.mark.lab_cases(name=["methods/tls-dropin", "methods/tls-daemon-json"])


def test_keys_are_root_s_alone(daemon, observation, case):
    for path, name in case.spec.credentials.daemon.items():
        file = daemon.file(path)
        assert (file.user, file.group) == ("root", "root"), path
        assert file.mode == (0o400 if is_private(name) else 0o444), path


@pytest.mark.parametrize("way", ["ps", "ps_by_environment", "ps_by_context"])
def test_each_way_to_name_the_certificates(observation, way):
    answer = observation.client[way]
    assert answer.exit_code == 0, f"$ {answer.command}\n{answer.output}"
    assert answer.stdout.startswith("CONTAINER ID"), f"$ {answer.command}\n{answer.output}"
