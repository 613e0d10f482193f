"""pytest's plugin beside pytest-django, pytest-xdist, pytest-randomly, pytest-rerunfailures."""

import pytest
from observations import write

FILES = {
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n",
    "settings.py": (
        "SECRET_KEY = 'x'\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n"
    ),
    "test_site.py": """
import pytest
from django.db import connection

tries = []

@pytest.mark.django_db
def test_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)

@pytest.mark.flaky(reruns=2)
def test_flaky():
    tries.append(1)
    assert len(tries) == 2

@pytest.mark.parametrize("lab_subject", ["theirs"])
def test_a_name_of_ours(lab_subject):
    assert lab_subject == "theirs"
""",
    "dockerd-lab.yaml": "wrong: [",  # nobody reads it
}


@pytest.mark.parametrize("options", [[], ["-n2", "--dist=loadgroup"]], ids=" ".join)
def test_nothing_breaks(complete, tmp_path, options):
    for name, text in FILES.items():
        write(tmp_path / name, text)
    result = complete.python("-m", "pytest", "-W", "error", *options, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 passed, 1 rerun" in result.stdout


def test_a_case_s_tests_stay_together_in_a_random_order(complete, tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path / f"hosts/{name}/etc/docker/daemon.json", "{}")
    write(tmp_path / "dockerd-lab.yaml", "configurations: [hosts/*]\n")
    tests = "".join(f"def test_{number}(lab_subject): pass\n" for number in range(5))
    write(tmp_path / "test_hosts.py", tests)
    # With this seed pytest-randomly would begin with c.
    args = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--randomly-seed=3")
    result = complete.python(*args, cwd=tmp_path)
    ids = [line for line in result.stdout.splitlines() if "::" in line]
    cases = [each.partition("[")[2] for each in ids]
    assert cases == sorted(cases)
    assert len(cases) == 15
