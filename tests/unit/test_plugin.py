"""The plugin, in a pytest of its own whose checkout is a copy."""

import pytest
from lab_lock import taken

from dockerd_lab.host.lab import home_apart, lab_home
from dockerd_lab.suites import outcome

pytest_plugins = ["pytester"]

CONFTEST = """
import pathlib
import dockerd_lab.settings
dockerd_lab.settings.checkout = lambda: pathlib.Path({root!r})
"""
SUITE = """
import pytest

@pytest.mark.cases(daemon=["failed"])
def test_failed(subject): pass

def test_all(subject): pass

@pytest.mark.cases(name=["methods/unix-default"])
def test_one(subject): pass
"""


@pytest.fixture
def run(pytester, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)))
    pytester.makepyfile(SUITE)
    # hypothesis, where it is installed, takes every pytest a second to say nothing.
    off = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    return lambda *args: pytester.runpytest_subprocess(*off, *args)


def collected(result):
    return [line.split("::")[1] for line in result.outlines if "::" in line]


def test_the_tests_of_a_case_stand_together(run):
    result = run(
        "--collect-only", "-q", "--case", "unix-default", "--case", "*hosts-in-unit-and-file"
    )
    assert collected(result) == [
        "test_all[debian-12/unix-default]",
        "test_one[debian-12/unix-default]",
        "test_failed[debian-12/hosts-in-unit-and-file]",
        "test_all[debian-12/hosts-in-unit-and-file]",
        "test_all[debian-12/hosts-in-unit-and-file-fixed]",
    ]


def test_without_a_case_it_is_the_main_job(run):
    found = collected(run("--collect-only", "-q"))
    assert "test_all[debian-12/unix-default]" in found
    assert "test_all[debian-12/hosts-in-unit-and-file-fixed]" in found
    assert not any("key-misspelt" in name for name in found)


def test_a_test_without_a_selected_case_is_deselected(run):
    result = run("--case", "daemon-json")
    result.assert_outcomes(passed=1, deselected=2)


def test_the_progress_of_a_worker_s_lab_is_shown(pytester, run):
    pytester.makepyfile(
        """
        from dockerd_lab.suites.fixtures import progress_line

        def test_progress(subject, request):
            progress_line(request.config, subject.engine)("lab: booting …")
        """
    )
    result = run("--case", "unix-default", "-n1", "--dist", "loadgroup")
    result.stderr.fnmatch_lines(["debian-12: lab: booting …"])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--case", "nonsense"], "bad input: no case is called 'nonsense'"),
        (
            ["--engine", "all", "--keep"],
            "bad input: --keep leaves one lab up: give it with one --engine",
        ),
        (["-n1", "--dist=loadgroup", "--case=x"], "bad input: no case is called 'x'"),
        (["--client-engine", "all"], "bad input: --client-engine is one engine"),
        (["--unit", "x"], "bad input: unknown unit 'x'; provision/units has: docker-ce"),
        (["--engine", "debian-99"], "bad input: unknown engine 'debian-99'; lab.yaml has: deb"),
    ],
)
def test_bad_options_end_with_exit_code_2(run, args, message):
    result = run(*args)
    assert result.ret == 2
    result.stdout.fnmatch_lines([f"*{message}*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_bad_case_ends_with_one_message_and_exit_code_2(pytester, run, root):
    pytester.makeconftest(CONFTEST.format(root=str(root)))
    file = root / "provision/methods/unix-default/case.yaml"
    file.write_text(file.read_text().replace("client:", "klient:"))
    result = run()
    assert result.ret == 2
    line = next(n for n, text in enumerate(file.read_text().splitlines()) if "klient:" in text)
    message = f"{file}:{line + 1}: expect.klient: unknown key"
    assert result.stdout.str().count(message) == 1
    result.stdout.no_fnmatch_line("*Traceback*")


def test_all_engines_one_after_the_other(run):
    result = run("--collect-only", "-q", "--case", "unix-default", "--engine", "all")
    found = [line for line in collected(result) if line.startswith("test_all")]
    assert found == [f"test_all[debian-{n}/unix-default]" for n in (11, 12, 13, 14)]


def test_a_case_is_judged_again_after_a_reboot(run):
    result = run("--collect-only", "-q", "--case", "unix-default", "--reboot")
    assert [line for line in collected(result) if line.startswith("test_all")] == [
        "test_all[debian-12/unix-default]",
        "test_all[debian-12/unix-default-rebooted]",
    ]


def test_a_test_s_own_parameters_are_left_alone(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("subject", [1, 2])
        def test_mine(subject): assert subject in (1, 2)

        @pytest.fixture
        def engine(): return "mine"

        def test_my_engine(engine): assert engine == "mine"

        @pytest.mark.parametrize("engine", ["sqlite", 3])
        def test_my_database(engine): assert engine in ("sqlite", 3)
        """
    )
    run("-k", "mine or my_engine or my_database").assert_outcomes(passed=5)


def test_a_misspelt_keyword_of_the_marker_is_named(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.cases(demon=["failed"])
        def test_misspelt(subject): pass
        """
    )
    result = run()
    assert result.ret == 2
    result.stdout.fnmatch_lines(["*bad input: *test_misspelt: the marker `cases` has no demon*"])


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ('name=["unix-default"]', "name='unix-default'; is it methods/unix-default?"),
        ('engine=["debian12"]', "engine='debian12'; is it debian-12?"),
        ('daemon=["dead"]', "daemon='dead'"),
    ],
)
def test_a_marker_that_names_nothing_is_bad_input(pytester, run, marker, said):
    pytester.makepyfile(f"import pytest\n@pytest.mark.cases({marker})\ndef test_it(subject): pass")
    result = run()
    assert result.ret == 2
    result.stdout.fnmatch_lines([f"*bad input: *test_it: the marker `cases` has {said}*"])


def test_parameters_with_a_longer_name_are_no_obstacle(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("engine_count", [1])
        def test_counted(engine_count, subject, engine): pass
        """
    )
    result = run("--collect-only", "-q", "--case", "unix-default", "-k", "counted")
    assert len(collected(result)) == 1


def test_workers_have_an_engine_each(pytester, run):
    pytester.makepyfile(
        """
        import os

        def test_where(subject):
            with open(subject.engine, "a") as seen:
                print(os.environ["PYTEST_XDIST_WORKER"], file=seen)
        """
    )
    result = run("-n2", "--dist=loadgroup", "--engine=all", "-k", "where", "--case=unix-*")
    assert result.ret == 0
    workers = [(pytester.path / f"debian-{n}").read_text().split() for n in (11, 12, 13, 14)]
    assert all(len(seen) == 2 and len(set(seen)) == 1 for seen in workers)
    assert len({seen[0] for seen in workers}) == 2


MACHINES = """
import contextlib
import pytest
import dockerd_lab.machines.fleet
from dockerd_lab.errors import HarnessError

@contextlib.contextmanager
def running(root, settings, **_):
    if settings.engine_of("daemon") == "debian-13":
        raise HarnessError("no machine came up", "look at the console")
    yield "machines"

dockerd_lab.machines.fleet.running = running
"""


@pytest.mark.parametrize("workers", [[], ["-n2", "--dist=loadgroup"]])
def test_a_broken_engine_does_not_stop_the_others(pytester, run, common_root, workers):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + MACHINES)
    pytester.makepyfile("def test_on(fleet, subject): assert fleet == 'machines'")
    result = run("--engine=all", "--case=unix-default", *workers)
    result.assert_outcomes(passed=3, errors=1)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*debian-13: nothing more is said of it*", "*no machine came up"])


def test_a_broken_engine_ends_a_run_of_its_own(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + MACHINES)
    pytester.makepyfile("def test_on(fleet, subject): pass")
    result = run("--engine=debian-13", "--junitxml=x.xml", "-v")
    assert result.ret == 3
    result.assert_outcomes(errors=1)  # of many
    result.stdout.fnmatch_lines(
        ["*harness broke: no machine came up", "*the harness broke, and the run ends*"]
    )
    assert 'errors="1"' in (pytester.path / "x.xml").read_text()


def test_a_lab_that_does_not_end_after_an_interrupt(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + ENDING)
    pytester.makepyfile("def test_on(fleet, subject): raise KeyboardInterrupt")
    result = run("--engine=debian-12", "--case=unix-default")
    assert result.ret == 3
    assert "harness broke: the lab does not end" in result.stdout.str() + result.stderr.str()
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("workers", [[], ["-n2", "--dist=loadgroup"]])
def test_a_lab_that_is_taken_has_an_exit_code_of_its_own(pytester, run, common_root, workers):
    pytester.makepyfile("def test_on(fleet, subject): pass")
    home = home_apart(common_root, "debian-13") if workers else lab_home(common_root)
    with taken(home):
        result = run("--engine=debian-13", "--case=unix-default", "--lab-wait=0", *workers)
    assert result.ret == 75
    said = result.stdout.str() + result.stderr.str()
    assert "lab busy: another command uses the lab of this checkout: process 1, up" in said
    assert "Traceback" not in said


HELD = """
import contextlib, fcntl
import pytest
import dockerd_lab.machines.fleet
from dockerd_lab.host.lab import lab_home

def held(root):
    with (lab_home(root) / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

@contextlib.contextmanager
def running(root, settings, **_):
    assert held(root)
    yield "machines"
    assert held(root)

dockerd_lab.machines.fleet.running = running
"""


def test_a_run_of_several_engines_holds_the_lab_throughout(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + HELD)
    pytester.makepyfile("def test_on(fleet, subject): pass")
    run("--engine=all", "--case=unix-default").assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        (["lab busy: x", "lab busy: y: bad input: "], 75),
        (["lab busy: x", "bad input: y"], 2),
        (["lab busy: x", "harness broke: y"], 3),
        (["bad input: x", "harness broke: y", "lab busy: z"], 3),
    ],
)
def test_the_exit_code_of_several_engines_that_broke(reasons, code):
    assert outcome._exit_code(reasons) == code


@pytest.mark.parametrize("workers", [[], ["-n2", "--dist=loadgroup"]])
def test_a_lab_of_other_engines_is_bad_input(pytester, run, common_root, workers):
    other = MACHINES.replace("HarnessError", "BadInput")
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + other)
    pytester.makepyfile("def test_on(fleet, subject): pass")
    result = run("--engine=debian-13", "--case=unix-default", *workers)
    assert result.ret == 2
    assert "bad input: no machine came up" in result.stdout.str() + result.stderr.str()


def test_a_broken_engine_ends_a_worker_s_run_too(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + MACHINES)
    pytester.makepyfile("def test_on(fleet, subject): pass")
    result = run("--engine=debian-13", "-n2", "--dist=loadgroup", "--case=unix-*")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["*harness broke: no machine came up"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


LOST = """
from dockerd_lab.errors import HarnessError

def test_lost(fleet, subject):
    if subject.engine == "debian-12": raise HarnessError("ssh to daemon failed")

def test_after_it(fleet, subject): pass
"""


def test_a_machine_that_is_lost_in_a_test_is_the_harness_s_failure(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + MACHINES)
    pytester.makepyfile(LOST)
    alone = run("--engine=debian-12", "--case=unix-default")
    assert alone.ret == 3
    alone.assert_outcomes(failed=1)
    alone.stdout.fnmatch_lines(["*harness broke: ssh to daemon failed"])
    among_others = run("--engine=all", "--case=unix-default")
    # debian-13 never came up; debian-12 was there for one test.
    among_others.assert_outcomes(passed=4, failed=1, errors=3)
    assert among_others.ret == 3
    among_others.stdout.fnmatch_lines(
        ["*debian-12: nothing more is said of it*", "*ssh to daemon*"]
    )


ENDING = """
import contextlib
import dockerd_lab.machines.fleet
from dockerd_lab.errors import HarnessError

@contextlib.contextmanager
def running(root, settings, **_):
    yield "machines"
    if settings.engine_of("daemon") == "debian-12":
        raise HarnessError("the lab does not end")

dockerd_lab.machines.fleet.running = running
"""


def test_a_lab_that_does_not_end_says_nothing_of_the_next_engine(pytester, run, common_root):
    pytester.makeconftest(CONFTEST.format(root=str(common_root)) + ENDING)
    pytester.makepyfile("def test_on(fleet, subject): pass\n\ndef test_more(fleet, subject): pass")
    alone = run("--engine=debian-12", "--case=unix-default")
    assert alone.ret == 3
    among_others = run("--engine=all", "--case=unix-default")
    assert among_others.ret == 3
    among_others.stdout.fnmatch_lines(["*debian-12: nothing more is said of it*"])
    assert "debian-13: nothing more" not in among_others.stdout.str()
    # The one that comes next is told so, at its first test.
    among_others.assert_outcomes(passed=7, errors=1)


def test_a_test_s_own_marker_wins_over_its_module_s(pytester, run):
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.cases(name=["methods/unix-only"], daemon=["active"])

        @pytest.mark.cases(name=["methods/unix-default"])
        def test_own(subject): pass
        """
    )
    assert collected(run("--collect-only", "-q", "-k", "own")) == [
        "test_own[debian-12/unix-default]"
    ]
