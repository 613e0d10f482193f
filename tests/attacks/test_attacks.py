"""What `validate` says of configurations that open the daemon by other ways, on real machines."""

import os
from dataclasses import replace

import pytest
from every import EVERY

from dockerd_lab.host.labs import parallel_home
from dockerd_lab.machines.running import running
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared, trials


@pytest.fixture(scope="session")
def project():
    """This project, with one lab for all of them; each of pytest-xdist's workers has its own."""
    project = find_project()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        project = replace(project, state=parallel_home(project, worker))
    with running(project, load_settings(project)):
        yield project


@pytest.mark.parametrize("name", EVERY)
def test_nothing_passes_that_lets_strangers_in(project, name, tmp_path):
    attack = EVERY[name]
    for path, text in attack.files.items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    settings = load_settings(project)
    paths = [tmp_path / name] if attack.files else []
    provision = None
    if attack.script:
        provision = tmp_path / "provision.sh"
        provision.write_text(attack.script)
    request = ValidateRequest(paths, provision=provision)
    with prepared(project, settings, request) as ready:
        (tried,) = trials(project, settings, request, ready)
    result = tried.result
    told = [*result.reasons, *(each.message for each in (*result.not_judged, *result.no_effect))]
    expected = (attack.verdict, attack.outsider, attack.told)
    if settings.engine_of("daemon") in attack.not_on:
        expected = ("passed", "refused", "")
    assert (result.verdict, result.exposure.outsider) == expected[:2], told
    assert expected[2] in "\n".join(told)
