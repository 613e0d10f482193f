"""Renders a reproduced failure and its fix, step by step, for a terminal."""

from collections.abc import Collection, Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dockerd_lab.cases.model import Case
from dockerd_lab.explain.matcher import explain
from dockerd_lab.report.console import render
from dockerd_lab.report.explanation import explanation
from dockerd_lab.reproduce.choose import Failure
from dockerd_lab.reproduce.run import Reproduction

#: Lines of a log's end that are printed, beside the lines that are explained.
TAIL = 6
#: The scripts of a case that cause the failure, in their order, and the commands without them.
_SCRIPTS = ("provision.sh", "restart.sh", "start.sh")
_RESTART = ["$ systemctl daemon-reload", "$ systemctl restart docker.service"]


def failure(reproduction: Reproduction, *, width: int, colour: bool) -> str:
    """Return the steps that cause the failure, its symptoms, and the output of `explain`."""
    findings = reproduction.judgement.explained

    def draw(console: Console) -> None:
        _print_heading(console, reproduction.case.title)
        for line in _steps(reproduction.case):
            _print_unwrapped(console, line)
        _print_heading(
            console, f"result: the daemon is {reproduction.observation.daemon.outcome.daemon}"
        )
        for line in _symptoms(reproduction):
            _print_unwrapped(console, line)
        _print_heading(console, "output of `dockerd-lab explain`")

    if findings:
        text = explanation(findings, width=width, colour=colour)
    else:
        text = "no known error: no message names the cause\n"
    for each in reproduction.judgement.no_effect:
        place = f", in {each.where}" if each.where else ""
        text += f"\nWithout effect: {each.setting}{place}\n{each.message}\n{each.fix}\n"
    return render(draw, width=width, colour=colour) + text


def fixed(reproduction: Reproduction, *, width: int, colour: bool) -> str:
    """Return the steps of the fix, and the daemon's state after it."""
    daemon = reproduction.observation.daemon

    def draw(console: Console) -> None:
        for machine, result in reproduction.observation.fix.items():
            _print_heading(console, f"the fix, on {machine}")
            for line in result.stdout.splitlines():
                _print_unwrapped(console, line)
        answers = ": /_ping answers OK" if daemon.outcome.daemon == "active" else ""
        _print_heading(console, f"after the fix the daemon is {daemon.outcome.daemon}{answers}")
        _print_unwrapped(console, f"runs as    {daemon.command}")
        _print_unwrapped(console, "listeners  " + (", ".join(map(str, daemon.listeners)) or "none"))
        for who, exposure in reproduction.observation.exposure.items():
            _print_unwrapped(console, f"{who:10} {exposure.level}")
        for name, result in reproduction.observation.client.items():
            lines = (result.stdout or result.stderr).strip().splitlines() or [""]
            _print_unwrapped(console, f"client's {name}: exit code {result.exit_code}: {lines[-1]}")

    return render(draw, width=width, colour=colour)


def listing(failures: Collection[Failure], *, width: int, colour: bool) -> str:
    """Return the table of failures: known error, case, engines, seconds."""
    rows = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    rows.add_column("id", no_wrap=True)
    rows.add_column("case", no_wrap=True)
    rows.add_column("engines", overflow="fold")
    rows.add_column("s", justify="right")
    engines = list(dict.fromkeys(name for each in failures for name in each.engines))
    for each in sorted(failures, key=lambda each: (each.error or "~", each.case.short_name)):
        where = "all" if len(each.engines) == len(engines) else ", ".join(each.engines)
        seconds = each.case.spec.seconds
        rows.add_row(
            each.error or "(silent)", each.case.short_name, where, str(seconds) if seconds else "-"
        )

    def draw(console: Console) -> None:
        console.print(rows)
        console.print("s: about what it takes with its fix, on two cores without KVM.")

    return render(draw, width=width, colour=colour)


def _steps(case: Case) -> Iterator[str]:
    """Yield the installed files and the commands, in their order."""
    for file in case.files:
        yield f"{file}:"
        yield from (f"  {line}" for line in _lines(case.source(file)))
    for machine, credentials in (
        ("daemon", case.credentials.daemon),
        ("client", case.credentials.client),
    ):
        yield from (f"{path}, on {machine}: the run's {name}" for path, name in credentials.items())
    if case.unit is not None:
        yield f"docker.service is that of {case.unit}"
    scripts = [case.directory / name for name in _SCRIPTS if (case.directory / name).is_file()]
    names = {script.name for script in scripts}
    for script in scripts:
        if script.name == "start.sh":
            yield "$ systemctl stop docker.service docker.socket"
        yield from _script_commands(script)
    if not {"restart.sh", "start.sh"} & names:
        yield from _RESTART


def _script_commands(script: Path) -> Iterator[str]:
    """Yield the commands of a script as they are typed: without what only a script needs."""
    for line in _lines(script):
        if line and not line.startswith(("#", "set -")):
            yield f"{'  ' if line.startswith((' ', 'done', 'fi')) else '$ '}{line}"


def _symptoms(reproduction: Reproduction) -> Iterator[str]:
    """Yield the output of the commands that show the failure, and the last lines of the log."""
    observation = reproduction.observation
    if observation.show_output:
        for machine, text in observation.show_output.items():
            yield f"on {machine}:"
            yield from text.splitlines()
        yield ""
    log = observation.daemon.log
    explained = {finding.text for finding in explain(log)}
    last = len(log) - (TAIL if not observation.show_output else 0)
    lines = [line for n, line in enumerate(log) if n >= last or line.strip() in explained]
    if lines:
        yield "in the journal:" if not observation.daemon.by_hand else "in the log:"
        yield from lines


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _print_heading(console: Console, text: str) -> None:
    console.print(Text(f"\n== {text}", style="bold"))


def _print_unwrapped(console: Console, line: str) -> None:
    """Print a line without wrapping it: it may be copied."""
    console.print(Text(line, no_wrap=True, overflow="ignore"), crop=False, soft_wrap=True)
