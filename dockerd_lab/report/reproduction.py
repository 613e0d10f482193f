"""A failure and its fix as a person would have gone through them, for a terminal."""

from collections.abc import Collection, Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.cases.model import Case
from dockerd_lab.explain.matcher import explain
from dockerd_lab.report.console import drawn
from dockerd_lab.report.explanation import explanation
from dockerd_lab.reproduce.choose import Failure
from dockerd_lab.reproduce.run import Reproduction

#: What is shown of a log's end (lines), beside the lines that are explained.
TAIL = 6
#: The scripts of a case that bring the failure about, in their order, and what is typed without.
_SCRIPTS = ("provision.sh", "restart.sh", "start.sh")
_RESTART = ["$ systemctl daemon-reload", "$ systemctl restart docker.service"]


def failure(seen: Reproduction, *, width: int, colour: bool) -> str:
    """What was done, what came of it, and what `explain` says."""
    found = seen.judgement.explained

    def draw(console: Console) -> None:
        _heading(console, seen.case.title)
        for line in _done(seen.case):
            _plain(console, line)
        _heading(
            console, f"what comes of it: the daemon is {seen.observation.daemon.outcome.daemon}"
        )
        for line in _came(seen):
            _plain(console, line)
        _heading(console, "what `dockerd-lab explain` says of it")

    if found:
        said = explanation(found, width=width, colour=colour)
    else:
        said = "nothing: no message tells.\n"
    for each in seen.judgement.no_effect:
        place = f", in {each.where}" if each.where else ""
        said += f"\nWithout effect: {each.setting}{place}\n{each.message}\n{each.fix}\n"
    return drawn(draw, width=width, colour=colour) + said


def fixed(seen: Reproduction, *, width: int, colour: bool) -> str:
    """The steps of the fix, and the daemon's health after it."""
    daemon = seen.observation.daemon

    def draw(console: Console) -> None:
        for machine, steps in seen.observation.fix.items():
            _heading(console, f"the fix, on {machine}")
            for line in steps.output.splitlines():
                if not line.startswith("apply: "):
                    _plain(console, line)
        answers = ": /_ping says OK" if daemon.outcome.daemon == "active" else ""
        _heading(console, f"after it the daemon is {daemon.outcome.daemon}{answers}")
        _plain(console, f"runs as    {daemon.command}")
        _plain(console, "listeners  " + (", ".join(map(str, daemon.listeners)) or "none"))
        for who, exposure in seen.observation.exposure.items():
            _plain(console, f"{who:10} {exposure.level}")
        for name, answer in seen.observation.client.items():
            said = (answer.stdout or answer.stderr).strip().splitlines() or [""]
            _plain(console, f"client's {name}: exit code {answer.exit_code}: {said[-1]}")

    return drawn(draw, width=width, colour=colour)


def listing(failures: Collection[Failure], *, width: int, colour: bool) -> str:
    """All failures: what they show, what they are called, on which engines, how long it takes."""
    rows = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    rows.add_column("id", no_wrap=True)
    rows.add_column("case", no_wrap=True)
    rows.add_column("engines", overflow="fold")
    rows.add_column("s", justify="right")
    engines = list(dict.fromkeys(name for each in failures for name in each.engines))
    for each in sorted(failures, key=lambda each: (each.error or "~", each.case.short_name)):
        there = "all" if len(each.engines) == len(engines) else ", ".join(each.engines)
        seconds = each.case.spec.seconds
        rows.add_row(
            each.error or "(silent)", each.case.short_name, there, str(seconds) if seconds else "-"
        )

    def draw(console: Console) -> None:
        console.print(rows)
        console.print("s: about what it takes with its fix, on two cores without KVM.")

    return drawn(draw, width=width, colour=colour)


def _done(case: Case) -> Iterator[str]:
    """The files that were installed, and the commands that were typed, in their order."""
    for file in case.files:
        yield f"{file}:"
        yield from (f"  {line}" for line in _lines(case.source(file)))
    for who, made in (("daemon", case.credentials.daemon), ("client", case.credentials.client)):
        yield from (f"{path}, on {who}: the run's {name}" for path, name in made.items())
    if (unit := case.directory / "unit").is_symlink():
        yield f"docker.service is that of {unit.resolve().name}"
    scripts = [case.directory / name for name in _SCRIPTS if (case.directory / name).is_file()]
    names = {script.name for script in scripts}
    for script in scripts:
        if script.name == "start.sh":
            yield "$ systemctl stop docker.service docker.socket"
        yield from _typed(script)
    if not {"restart.sh", "start.sh"} & names:
        yield from _RESTART


def _typed(script: Path) -> Iterator[str]:
    """A script as a person would type it: without what only a script needs."""
    for line in _lines(script):
        if line and not line.startswith(("#", "set -")):
            yield f"{'  ' if line.startswith((' ', 'done', 'fi')) else '$ '}{line}"


def _came(seen: Reproduction) -> Iterator[str]:
    """What was typed to see it, and what was said; or else the lines of the log that matter."""
    observation = seen.observation
    if observation.show_output:
        for machine, text in observation.show_output.items():
            yield f"on {machine}:"
            yield from text.splitlines()
        yield ""
    log = observation.daemon.log
    telling = {finding.text for finding in explain(log)}
    last = len(log) - (TAIL if not observation.show_output else 0)
    lines = [line for n, line in enumerate(log) if n >= last or line.strip() in telling]
    if lines:
        yield "in the journal:" if not observation.daemon.by_hand else "in the log:"
        yield from lines


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _heading(console: Console, text: str) -> None:
    console.print(Text(f"\n== {text}", style="bold"))


def _plain(console: Console, line: str) -> None:
    """A line as it is: it may be copied."""
    console.print(Text(line, no_wrap=True, overflow="ignore"), crop=False, soft_wrap=True)
