"""A failure that does not exist on an engine is not seen there."""

import pytest

from dockerd_lab.explain.matcher import explain


@pytest.mark.cases(group="failures", fails=False, fixed=False, rebooted=False)
def test_nobody_says_so(observation, case):
    said, usual = observation.said, case.said.expect
    assert not any(usual.words in line for line in said), "\n".join(said[-12:])
    assert usual.error not in [finding.id for finding in explain(observation.told)]
