"""Are the configuration files where they belong, and is it they that dockerd runs with?"""

import pytest


@pytest.mark.lab_cases(fixed=False)  # a fix changes them
def test_files_are_installed(daemon, observation, case):
    for path in case.files:
        file = daemon.file(str(path))
        assert file.exists, f"{path} is not on daemon; the case has it as {case.source(path)}"
        assert (file.user, file.group) == ("root", "root"), f"{path}: wrong owner"
        # Git keeps no more of a mode than this.
        mode = 0o755 if case.source(path).stat().st_mode & 0o100 else 0o644
        assert file.mode == mode, f"{path}: mode is {file.mode:o}, it must be {mode:o}"
        assert file.content == case.source(path).read_bytes(), f"{path} is not what the case has"


def test_effective_command_line(assert_expected):
    assert_expected("command")


def test_effective_hosts(assert_expected):
    assert_expected("hosts")


@pytest.mark.lab_cases(fixed=False)
def test_applying_twice_changes_nothing(observation, case):
    first, second = observation.daemon.first_apply, observation.daemon.second_apply
    assert len(first.files.splitlines()) == len(case.files)
    assert second.files == first.files, "the second application touched files"
    assert second.process == first.process, "the second application restarted dockerd"
    assert second.starts == first.starts, "the second application tried to start dockerd again"
    usual = not (case.directory / "restart.sh").exists()
    if usual and observation.daemon.outcome.restart_exit_code is not None:
        refused = case.expect.daemon == "unchanged"
        assert (first.starts == 0) == refused, (
            f"systemd tried to start dockerd {first.starts} times"
        )
