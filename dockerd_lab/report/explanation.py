"""Renders the findings of `dockerd-lab explain`, for a terminal and as data for programs."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from dockerd_lab.explain.adapt import advice
from dockerd_lab.explain.guess import Guess
from dockerd_lab.explain.matcher import Finding
from dockerd_lab.explain.model import KnownError, Step, known_errors
from dockerd_lab.redaction.redact import redact
from dockerd_lab.report.console import render

#: What to collect where no known error was found; the README recommends the same.
COLLECT = """\
no known error was found. Collect more, and try again:

  journalctl -r -u docker -u docker.socket --no-pager | dockerd-lab explain
  systemctl status docker docker.socket --full --no-pager
  # where docker does not start, the reason on the terminal (Ctrl-C ends it):
  sudo systemctl stop docker docker.socket; sudo dockerd --debug 2>&1 | tee dockerd.log
  docker --debug version                        # the client's messages
"""

COLOURS = {
    "start": "bold red",
    "reach": "bold red",
    "consequence": "bold red",
    "warning": "bold yellow",
}


def nothing_known(remarks: Sequence[str], guesses: Sequence[Guess]) -> str:
    """Return the text for no findings: the remarks on why; or else guesses, and what to collect."""
    if remarks:
        return redact("".join(f"dockerd-lab: {remark}\n" for remark in remarks))
    text = ""
    if guesses:
        text += "dockerd-lab: no known error was found. A guess, the nearest known errors:\n\n"
        for guess in guesses:
            text += f"  {guess.id}: {known_errors()[guess.id].title}\n"
            text += f"    for      line {guess.line}: {guess.speaks_for}\n"
            text += f"    against  {guess.speaks_against}\n"
            text += f"    more     dockerd-lab explain {guess.id}\n"
        text += "\n"
    return redact(f"{text}dockerd-lab: {COLLECT}")


def explanation(findings: Sequence[Finding], *, width: int, colour: bool) -> str:
    """Return a paragraph per finding: what it means, its file and line, the cause, the fix."""

    def draw(console: Console) -> None:
        for index, finding in enumerate(findings):
            if index:
                console.print()
            _print_finding(console, finding)

    return render(draw, width=width, colour=colour)


def _print_finding(console: Console, finding: Finding) -> None:
    error = finding.error
    console.print(Text(f"{finding.id}: {error.title}", style=COLOURS[error.kind]))
    where = f"{finding.file}:{finding.line}" if finding.file else f"line {finding.line}"
    print_indented(console, f"{where}: {_shorten(finding.text, 3 * console.width)}", "dim")
    print_indented(console, error.cause.strip())
    fix = advice(error.fix, finding.systems)
    print_steps(console, "fix", fix)
    look = [step for step in advice(error.look, finding.systems) if step not in fix]
    print_steps(console, "look", look)
    if error.reproduce:
        print_commands(console, "reproduce", [reproduce_command(finding.id, error)])
    else:
        print_indented(console, f"no case: {error.no_case}", "dim")


def _engine_option(error: KnownError) -> str:
    """Return the option for an engine that has the error, unless all engines have it."""
    all_engines = {engine for each in known_errors().values() for engine in each.seen}
    return "" if set(error.seen) == all_engines else f" --engine {error.seen[0]}" * bool(error.seen)


def reproduce_command(name: str, error: KnownError) -> str:
    """Return the command that reproduces and fixes an error; empty if there is none."""
    return f"dockerd-lab reproduce {name}{_engine_option(error)} --fix" if error.reproduce else ""


def as_data(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Return the findings as `--json` prints them; `file` is only there for text from a file."""
    return [
        {
            "id": finding.id,
            **({"file": finding.file} if finding.file else {}),
            "line": finding.line,
            "text": finding.text,
            "title": finding.error.title,
            "cause": finding.error.cause.strip(),
            "fix": step_lines(advice(finding.error.fix, finding.systems)),
            "steps": [asdict(step) for step in advice(finding.error.fix, finding.systems)],
            "reproduce": finding.error.reproduce,
            "command": reproduce_command(finding.id, finding.error),
            "engines": finding.error.engines,
        }
        for finding in findings
    ]


def print_steps(console: Console, word: str, steps: Sequence[Step]) -> None:
    """Print steps, each below its machine."""
    print_commands(console, word, step_lines(steps))


def step_lines(steps: Sequence[Step]) -> list[str]:
    """Return the lines of all steps, with a comment that names the machine where it changes.

    An empty line parts the steps on one machine: each is to be pasted alone.
    """
    lines: list[str] = []
    for index, step in enumerate(steps):
        if not index or step.where != steps[index - 1].where:
            lines.append(f"# {step.where}:")
        else:
            lines.append("")
        lines += step.commands.strip().split("\n")
    return lines


def print_commands(console: Console, word: str, lines: Sequence[str]) -> None:
    """Print lines to copy, which are not wrapped; `word` stands before the first one."""
    for index, line in enumerate(lines):
        text = Text(f"  {'' if index else word:11}{line}", no_wrap=True, overflow="ignore")
        console.print(text, crop=False, soft_wrap=True)


def print_indented(console: Console, text: str, style: str = "") -> None:
    """Print a text two columns in, wrapped."""
    console.print(Padding(Text(text, style=style), (0, 0, 0, 2)))


def _shorten(text: str, length: int) -> str:
    """Return the text, printable and without its middle if it is longer than `length`."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    if len(text) <= length:
        return text
    half = (length - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
