"""A failure of the suites shows what the machines said, and no secret of it."""

from pathlib import Path

import inner_pytest
import pytest
from planted import PLACES, fragments, plain

pytest_plugins = ["pytester"]

SUITE = """
import pathlib
import pytest
from dockerd_lab.errors import HarnessError

@pytest.fixture
def log():
    return pathlib.Path({log!r}).read_text()

def test_of_a_case(lab_fleet, lab_subject, log):
    print(log)
    assert "it is ready" in log, log

def test_in_a_list(lab_fleet, lab_subject, log):
    assert log.splitlines() == ["it is ready"]

def test_broken(lab_fleet, lab_subject, log):
    raise HarnessError(log)
"""
SECRET = "Zq7Wk2Xm9Rt4Lp8Vs3Hd6+/Zq7Wk2Xm9Rt4Lp8Vs3Hd6"


@pytest.mark.parametrize("workers", [[], ["-n1"]], ids=["alone", "worker"])
def test_a_failure_hides_what_is_secret(pytester, small_project, monkeypatch, capfd, workers):
    log = pytester.path / "log"
    log.write_text("\n".join(place.text(SECRET) for place in PLACES))
    monkeypatch.setenv("PYTHONPATH", str(Path(inner_pytest.__file__).parent))
    pytester.makeconftest(inner_pytest.conftest(small_project, "none_on_debian_13"))
    pytester.makepyfile(SUITE.format(log=str(log)))
    options = ("-vv", "--lab-case=unix-default", "--junitxml=x.xml", "-rA", *workers)
    result = pytester.runpytest_inprocess(*inner_pytest.WORKERS, *options)
    assert result.ret == 3, "the harness broke in one"
    texts = [*capfd.readouterr(), (pytester.path / "x.xml").read_text()]
    for name in ("test_of_a_case", "test_in_a_list", "test_broken"):
        assert name in texts[0]
    assert "--log-opt splunk-token=(a secret)" in texts[0]
    assert not [part for text in texts for part in fragments(SECRET) if part in plain(text)]


def test_a_failure_that_is_not_about_machines_is_as_pytest_shows_it(pytester):
    pytester.makepyfile('def test_it(): assert "X_TOKEN=" + "left" == "alone"')
    result = pytester.runpytest_inprocess(*inner_pytest.OPTIONS)
    assert "X_TOKEN=left" in result.stdout.str()
