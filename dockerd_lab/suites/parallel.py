"""Decides how many labs a run has at once: two where cores and free memory allow it, or one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dockerd_lab.progress import say

if TYPE_CHECKING:
    import pytest

#: More labs than this would only wait for each other on the computers that CI systems have.
MOST_LABS = 2
#: Bytes of free memory for each lab: its machines take up to 3 GiB under TCG, and libvirt some.
BYTES_PER_LAB = 4 << 30
MEMORY = Path("/proc/meminfo")


def labs_at_once(config: pytest.Config) -> int:
    """Return the number of labs of a run, each in a process of its own; 0 is one in this process.

    It is one where somebody is to look into the machines or at the output (--lab-keep, -s), or
    where there is a single case.
    """
    cases = config.getoption("lab_case")
    single = len(cases) == 1 and not re.search(r"[*?[]", cases[0])
    if single or config.getoption("lab_keep") or config.getoption("capture") == "no":
        return 0
    number = labs_that_fit(len(os.sched_getaffinity(0)), free_memory())
    if number < 2:  # noqa: PLR2004  (one is no reason for another process)
        return 0
    say(f"lab: {number} labs at a time; -n 0 runs one")
    return number


def labs_that_fit(cores: int, free: int) -> int:
    """Return how many labs can run on so many cores with so many free bytes of memory."""
    return min(MOST_LABS, cores, free // BYTES_PER_LAB)


def free_memory() -> int:
    """Return the bytes of memory that Linux says are available; 0 if it does not say."""
    try:
        found = re.search(r"^MemAvailable: +(\d+) kB$", MEMORY.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
