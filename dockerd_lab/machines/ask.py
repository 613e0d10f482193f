"""Asks a machine many questions in one ssh round trip."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from dockerd_lab.errors import HarnessBroke
from dockerd_lab.host.lab import Lab
from dockerd_lab.machines.program import Program, started

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


def asking(lab: Lab, root: Path, machine: str) -> AbstractContextManager[Program]:
    """Start on a machine, for as long as the block lasts, what answers questions there."""
    return started(lab, root, machine, "ask")


def put(program: Program, questions: Mapping[str, Question]) -> dict[str, Answer]:
    """Have the questions answered by what was started with `asking`, one after the other.

    Raises HarnessBroke when the machine cannot be reached or answers with something else.
    """
    wire = {name: [question.command, question.limit] for name, question in questions.items()}
    limit = min(MACHINE_LIMIT, 30 + sum(question.limit for question in questions.values()))
    what = f"asking {program.machine} for {', '.join(questions)}"
    answers = program.answer(wire, what=what, limit=limit)
    try:
        return {name: Answer(**answer) for name, answer in answers.items()}
    except (AttributeError, TypeError):
        raise HarnessBroke(f"{what}: {answers!r} came back") from None


def ask(lab: Lab, root: Path, machine: str, questions: Mapping[str, Question]) -> dict[str, Answer]:
    """Run the questions on a machine, one after the other, and return the answers by name.

    Raises HarnessBroke as `put` does.
    """
    with asking(lab, root, machine) as program:
        return put(program, questions)
