"""Settings that are accepted and ignored are found by comparing them with what is in effect."""

import pytest

from dockerd_lab.validate.no_effect import no_effect
from dockerd_lab.validate.run import Wish, prepared


@pytest.mark.cases(group="failures", daemon=["active"], rebooted=False)
def test_what_has_no_effect(fleet, daemon, observation, case, tmp_path):
    """After a fix: of what it left there."""
    installed = [path for path in case.files if daemon.file(str(path)).exists]
    for path in installed:
        file = tmp_path / path.relative_to("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(daemon.file(str(path)).content)
    found = []
    if installed:
        with prepared(fleet.root, fleet.settings, Wish(paths=[tmp_path])) as ready:
            found = no_effect(ready.given, ready.asked, observation.daemon)
    assert [each.setting for each in found] == case.expect.no_effect
