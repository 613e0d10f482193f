"""Settings that are accepted and ignored are found by comparing them with what is in effect."""

import pytest

from dockerd_lab.validate.installed import without_effect


@pytest.mark.cases(daemon=["active"], rebooted=False)
def test_what_has_no_effect(fleet, observation, case):
    """After a fix: of what it left there."""
    found = without_effect(fleet, case, observation.daemon)
    assert [each.setting for each in found] == case.expect.no_effect
