"""Commands on your computer."""

import pytest

from dockerd_lab.errors import HarnessError
from dockerd_lab.host.command import run


def test_a_missing_program_is_named():
    with pytest.raises(HarnessError, match="looking: no-such-program is not installed"):
        run(["no-such-program"], what="looking", timeout=5)


def test_a_failed_command_shows_its_last_lines():
    with pytest.raises(HarnessError) as caught:
        run(["sh", "-c", "seq 100; exit 3"], what="counting", timeout=5)
    assert str(caught.value).startswith("counting: exit code 3 of: sh -c 'seq 100; exit 3'")
    assert "    100" in str(caught.value)
    assert "    85\n" not in str(caught.value)


def test_a_command_that_takes_too_long_is_given_up():
    with pytest.raises(HarnessError, match="gave up after 0 s waiting for: sleep 60"):
        run(["sleep", "60"], what="sleeping", timeout=0.05)
