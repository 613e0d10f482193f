"""Which tests the plugin runs, for which engines and cases, and in which order."""

import pytest
from inner_pytest import OPTIONS, Replacements, make_small_project

pytest_plugins = ["pytester"]

SUITES = """
import pytest

@pytest.mark.lab_cases(daemon=["failed"])
def test_failed(lab_subject): pass

def test_all(lab_subject): pass

@pytest.mark.lab_cases(name=["methods/unix-default"])
def test_one(lab_subject): pass

@pytest.mark.parametrize("engine_count", [1])
def test_counted(engine_count, lab_subject, lab_engine): pass
"""
OWN_MARKER = """
import pytest

pytestmark = pytest.mark.lab_cases(name=["methods/unix-only"], daemon=["active"])

@pytest.mark.lab_cases(name=["methods/unix-default"])
def test_own_marker(lab_subject): pass
"""
OWN_PARAMETERS = """
import pytest

@pytest.mark.parametrize("lab_subject", [1, 2])
def test_my_subject(lab_subject): assert lab_subject in (1, 2)

@pytest.fixture
def lab_engine(): return "mine"

def test_my_engine(lab_engine): assert lab_engine == "mine"

@pytest.mark.parametrize("lab_engine", ["sqlite", 3])
def test_my_database(lab_engine): assert lab_engine in ("sqlite", 3)
"""


@pytest.fixture
def run(pytester, small_project):
    """Run pytest on the modules that the test made, in this process."""
    plugins = [Replacements(small_project)]
    return lambda *args: pytester.runpytest_inprocess(*OPTIONS, *args, plugins=plugins)


@pytest.fixture
def collect(pytester, run):
    """Collect the suites, and return the names of the tests, by default of test_all alone."""
    pytester.makepyfile(test_suites=SUITES)

    def names(*args, of="test_all["):
        lines = run("--collect-only", "-q", *args).outlines
        collected = [line.split("::")[1] for line in lines if "::" in line]
        return [name for name in collected if name.startswith(of)]

    return names


def test_the_tests_of_a_case_stand_together(collect):
    cases = ("--lab-case", "unix-default", "--lab-case", "*hosts-in-unit-and-file")
    assert collect(*cases, "-k", "not counted", of="test_") == [
        "test_all[debian-12/unix-default]",
        "test_one[debian-12/unix-default]",
        "test_failed[debian-12/hosts-in-unit-and-file]",
        "test_all[debian-12/hosts-in-unit-and-file]",
        "test_all[debian-12/hosts-in-unit-and-file-fixed]",
    ]


def test_without_a_case_it_is_the_main_job(collect):
    names = collect()
    assert "test_all[debian-12/unix-default]" in names
    assert "test_all[debian-12/hosts-in-unit-and-file-fixed]" in names
    assert not any("key-misspelt" in name for name in names)


def test_all_engines_one_after_the_other(collect):
    names = collect("--lab-case", "unix-default", "--lab-engine", "all")
    assert names == [f"test_all[debian-{n}/unix-default]" for n in (11, 12, 13, 14)]


def test_a_case_is_judged_again_after_a_reboot(collect):
    assert collect("--lab-case", "unix-default", "--lab-reboot") == [
        "test_all[debian-12/unix-default]",
        "test_all[debian-12/unix-default-rebooted]",
    ]


def test_parameters_with_a_longer_name_are_no_obstacle(collect):
    assert len(collect("--lab-case", "unix-default", of="test_counted")) == 1


def test_a_test_s_own_marker_wins_over_its_module_s(pytester, collect):
    pytester.makepyfile(test_own=OWN_MARKER)
    assert collect(of="test_own_marker") == ["test_own_marker[debian-12/unix-default]"]


def test_a_test_without_a_selected_case_is_deselected(pytester, run):
    pytester.makepyfile(test_suites=SUITES)
    result = run("--lab-case", "daemon-json", "--deselect", "test_suites.py::test_counted")
    result.assert_outcomes(passed=1, deselected=3)


def test_a_test_s_own_parameters_are_left_alone(pytester, run):
    pytester.makepyfile(OWN_PARAMETERS)
    run().assert_outcomes(passed=5)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--lab-case", "nonsense"], "no case is called 'nonsense'"),
        (
            ["--lab-engine", "all", "--lab-keep"],
            "--lab-keep leaves one lab up: give it with one --lab-engine",
        ),
        (["--lab-client-engine", "all"], "--lab-client-engine is one engine"),
        (["--lab-unit", "x"], "unknown unit 'x'; there are: docker-ce"),
        (["--lab-engine", "debian-99"], "unknown engine 'debian-99'; there are: deb"),
    ],
)
def test_bad_options_end_with_exit_code_2(pytester, run, args, message):
    pytester.makepyfile("def test_all(lab_subject): pass")
    ends_as_bad_input(run(*args), message)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('demon=["failed"]', "has no demon"),
        ('name=["unix-default"]', "has name='unix-default'; is it methods/unix-default?"),
        ('engine=["debian12"]', "has engine='debian12'; is it debian-12?"),
        ('daemon=["dead"]', "has daemon='dead'"),
    ],
)
def test_a_marker_that_names_nothing_is_bad_input(pytester, run, marker, message):
    pytester.makepyfile(
        f"import pytest\n@pytest.mark.lab_cases({marker})\ndef test_it(lab_subject): pass"
    )
    ends_as_bad_input(run(), f"*test_it: the marker `lab_cases` {message}")


def test_a_bad_case_ends_with_one_message_and_exit_code_2(pytester, tmp_path):
    pytester.makepyfile(SUITES)
    project = make_small_project(tmp_path / "broken")
    file = project.data / "provision/methods/unix-default/case.yaml"
    file.write_text(file.read_text().replace("client:", "klient:"))
    result = pytester.runpytest_inprocess(*OPTIONS, plugins=[Replacements(project)])
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "klient:" in text)
    message = f"{file}:{line}: expect.klient: unknown key"
    ends_as_bad_input(result, "*")
    assert result.stdout.str().count(message) == 1


def ends_as_bad_input(result, message):
    assert result.ret == 2
    result.stdout.fnmatch_lines([f"*bad input: {message}*"])
    result.stdout.no_fnmatch_line("*Traceback*")
