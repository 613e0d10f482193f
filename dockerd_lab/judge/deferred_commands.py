"""Finds what the input does later than the trial: scripts of programs with a schedule, and sleeps.

What was measured before says nothing about the machine after that.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from dockerd_lab.config import units
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.observe.observation import Observation

#: Programs of the lab's machines that run commands of their files later, by patterns of the files:
#: the program, when it does, and what in a file is such a command.
_SCHEDULED = {
    "/etc/logrotate.d/*": ("logrotate", "once a day", re.compile(r"(?:rotate|action)\s*$", re.M)),
    "/etc/apt/apt.conf.d/*": ("apt", "with every package", re.compile(r"-Invoke\b")),
    "/etc/update-motd.d/*": ("pam_motd", "at every login", re.compile("")),
    "/root/.profile": ("root's shell", "at every login", re.compile("")),
    "/root/.bash*": ("root's shell", "at every login", re.compile("")),
}
_RUN = "Run it in a script, with --provision: what it does is judged then."
_SLEEP = re.compile(r"\bsleep\s+[\"']?(\d+)([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
#: A line of a script that does something: no comment, and not only the end of a block.
_COMMAND = re.compile(r"\s*(?!#|(?:done|fi|esac|\}|;;|else)\b|\}|;;|$)\S")
#: Seconds that a unit may sleep; the trial takes about as long after its start.
_LIMIT = 5


def find_deferred_commands(inputs: Input, observation: Observation) -> Iterator[NotJudged]:
    """Yield each file whose commands a program runs later, and each unit that was still asleep."""
    for path, text in inputs.texts.items():
        for pattern, (program, when, command) in _SCHEDULED.items():
            if fnmatch(path, pattern) and command.search(text):
                message = f"{program} runs its commands {when}, and did not in the trial"
                where = inputs.user_path(Place(path))
                yield NotJudged(name=path, message=message, settle=_RUN, where=where)
    for name, state in observation.daemon.units.items():
        if state.started and state.sub_state == "running" and (sleep := _sleep(inputs, name)):
            place, seconds = sleep
            message = f"it sleeps for {seconds} s, and was judged before it had gone on"
            where = inputs.user_path(place)
            yield NotJudged(name=name, message=message, settle=_RUN, where=where)


def _sleep(inputs: Input, unit: str) -> tuple[Place, int] | None:
    """Return where a unit's commands sleep for long, and for how many seconds.

    These are its lines, and the scripts of the input that they name. A loop has done at least once
    what it does, but nothing of what comes after it.
    """
    for file, text in inputs.texts.items():
        if units.unit_names([file]) != [unit]:
            continue
        for each in units.assignments(file, text):
            if not each.key.startswith("Exec"):
                continue
            if not re.search(r"\b(while|until|for)\b", each.value):
                for seconds in _long_sleeps(each.value):
                    return Place(file, each.line), seconds
            for script in {inputs.resolve(word) for word in re.findall(r"/[\w./-]+", each.value)}:
                if (place := _sleep_in_script(script, inputs.texts.get(script, ""))) is not None:
                    return place
    return None


def _sleep_in_script(script: str, text: str) -> tuple[Place, int] | None:
    """Return where a script sleeps for long before it does something else."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        for seconds in _long_sleeps(line):
            if any(_COMMAND.match(later) for later in lines[number:]):
                return Place(script, number), seconds
    return None


def _long_sleeps(text: str) -> Iterator[int]:
    for amount, unit_of_time in _SLEEP.findall(text):
        if (seconds := int(amount) * _SECONDS[unit_of_time]) > _LIMIT:
            yield seconds
