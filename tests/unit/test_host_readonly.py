"""What a program may write to which this computer's file systems are read-only."""

import subprocess
import sys

import pytest

from dockerd_lab.host.namespaces import PRIVATE_DIRECTORIES, unshare

LAB_S = ["/run", *PRIVATE_DIRECTORIES]
WRITE = 'for place; do touch "$place/x" 2>/dev/null && echo "$place"; done; true'


def test_only_the_lab_s_own_files_can_be_written(tmp_path):
    setting_up = "\n".join(f"mount -t tmpfs none {place}" for place in LAB_S)
    program = [sys.executable, "-m", "dockerd_lab.host.readonly", "sh", "-c", WRITE, "-"]
    result = subprocess.run(
        [*unshare(), "sh", "-ec", f'{setting_up}\nexec "$@"', "-", *program, tmp_path, *LAB_S],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.stderr.startswith("unshare: "):
        pytest.skip(f"no namespaces can be made here: {result.stderr}")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == LAB_S
    (tmp_path / "x").touch()  # outside of it all is as before


def test_a_program_is_not_run_where_they_stay_writable():
    program = [sys.executable, "-m", "dockerd_lab.host.readonly", "echo", "run"]
    result = subprocess.run([*unshare(), *program], capture_output=True, text=True, check=False)
    if result.stderr.startswith("unshare: "):
        pytest.skip(f"no namespaces can be made here: {result.stderr}")
    assert result.returncode == 1, "nothing of a lab's is mounted"
    assert "no read-only file systems for echo" in result.stderr
    assert result.stdout == ""
