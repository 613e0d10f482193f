"""Settings that are accepted and ignored are found by comparing them with what is in effect."""

import pytest


@pytest.mark.lab_cases(daemon=["active"], rebooted=False)
def test_what_has_no_effect(assert_expected):
    """After a fix: of what it left there."""
    assert_expected("no-effect")
