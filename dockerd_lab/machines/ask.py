"""Asks a machine many questions in one ssh round trip."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.command import last_lines
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines import ssh

#: The exit code of a question that got no answer in time, as timeout(1) has it.
TIMED_OUT = 124
#: Seconds after which a machine is taken not to answer at all.
MACHINE_LIMIT = 480
#: Seconds a question may take unless it says otherwise.
USUAL_LIMIT = 60


@dataclass(frozen=True)
class Answer:
    """What one command printed on a machine."""

    command: str
    exit_code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def said(self) -> str:
        """All it printed, for reading."""
        return "\n".join(filter(None, (self.stdout.strip(), self.stderr.strip())))


@dataclass(frozen=True)
class Question:
    """A shell command, and the seconds it may take."""

    command: str
    limit: int = USUAL_LIMIT


def ask(lab: Lab, root: Path, machine: str, questions: Mapping[str, Question]) -> dict[str, Answer]:
    """Run the questions on a machine, one after the other, and return their answers by name.

    Raises HarnessBroke when the machine cannot be reached or answers with something else.
    """
    wire = {name: [question.command, question.limit] for name, question in questions.items()}
    program = f"QUESTIONS = {wire!r}\n{(root / 'provision/ask.py').read_text()}"
    limit = min(MACHINE_LIMIT, 30 + sum(question.limit for question in questions.values()))
    what = f"asking {machine} for {', '.join(questions)}"
    done = run_python(lab, machine, program, what=what, limit=limit)
    try:
        return {name: Answer(**answer) for name, answer in json.loads(done.stdout).items()}
    except (ValueError, TypeError):
        raise HarnessBroke(f"{what}: no JSON came back" + last_lines(done.said)) from None


def run_python(
    lab: Lab, machine: str, program: str, *, what: str, limit: float, run_as: str = ""
) -> Answer:
    """Run a Python program on a machine, which needs nothing but the standard library.

    `run_as` is what comes before `python3` in the shell. Raises HarnessBroke when the machine
    cannot be reached or takes longer than `limit` seconds.
    """
    # Without `site`, an emulated machine starts it in half the time.
    command = f"{run_as}python3 -I -S -"
    started = time.monotonic()
    done = ssh.run(lab, machine, command, what=what, timeout=limit, stdin=program.encode())
    out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
    return Answer(command, done.returncode, out, err, time.monotonic() - started)
