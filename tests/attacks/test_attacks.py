"""What `validate` says of configurations that open the daemon by other ways, on real machines."""

import pytest
from configurations import ATTACKS

from dockerd_lab.machines.fleet import running
from dockerd_lab.settings import checkout, load_settings
from dockerd_lab.validate.run import ValidateRequest, prepared, trials


@pytest.fixture(scope="module", autouse=True)
def lab():
    """One lab for all of them."""
    with running(checkout(), load_settings(checkout())):
        yield


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_passes_that_lets_strangers_in(name, tmp_path):
    attack = ATTACKS[name]
    for path, text in attack.files.items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    root, settings = checkout(), load_settings(checkout())
    request = ValidateRequest([tmp_path / name])
    with prepared(root, settings, request) as ready:
        (tried,) = trials(root, settings, request, ready)
    result = tried.result
    told = [*result.reasons, *(each.message for each in (*result.not_judged, *result.no_effect))]
    assert (result.verdict, result.exposure.outsider) == (attack.verdict, attack.outsider), told
    assert attack.told in "\n".join(told)
