"""The findings of `dockerd-lab explain`, for a terminal and for programs."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.matcher import Finding
from dockerd_lab.explain.model import KnownError
from dockerd_lab.project import find_project
from dockerd_lab.report.console import render
from dockerd_lab.settings import load_settings

#: What to collect where no known error was found; the README recommends the same.
COLLECT = """\
no known error was found. Collect more, and try again:

  journalctl -r -u docker -u docker.socket --no-pager | dockerd-lab explain
  systemctl status docker docker.socket --full --no-pager
  # where docker does not start, the reason on the terminal (Ctrl-C ends it):
  sudo systemctl stop docker docker.socket; sudo dockerd --debug 2>&1 | tee dockerd.log
  docker --debug version                        # the client's messages
"""

_COLOURS = {"start": "bold red", "reach": "bold red", "warning": "bold yellow"}


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
    console.print(Text(f"{finding.id}: {error.title}", style=_COLOURS[error.kind]))
    where = f"{finding.file}:{finding.line}" if finding.file else f"line {finding.line}"
    _print_indented(console, f"{where}: {_shorten(finding.text, 3 * console.width)}", "dim")
    _print_indented(console, error.cause.strip())
    _print_commands(console, "fix", error.fix)
    _print_commands(console, "look", error.look)
    if error.reproduce:
        _print_commands(
            console,
            "reproduce",
            [f"dockerd-lab reproduce {finding.id}{_engine_option(error)} --fix"],
        )


def _engine_option(error: KnownError) -> str:
    """Return the option with an engine that shows the error, unless the default one does."""
    try:
        default = load_settings(find_project()).engine_of("daemon")
    except BadInput:
        return ""  # a broken lab.yaml does not matter here
    return f" --engine {error.seen[0]}" if error.seen and default not in error.seen else ""


def as_data(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Return the findings for `--json`; `file` is only there if files were named."""
    return [
        {
            "id": finding.id,
            **({"file": finding.file} if finding.file else {}),
            "line": finding.line,
            "text": finding.text,
            "title": finding.error.title,
            "cause": finding.error.cause.strip(),
            "fix": finding.error.fix,
            "reproduce": finding.error.reproduce,
            "engines": finding.error.engines,
        }
        for finding in findings
    ]


def _print_commands(console: Console, label: str, lines: Sequence[str]) -> None:
    """Print lines to type, which are not wrapped: they are there to be copied."""
    for index, line in enumerate(lines):
        text = Text(f"  {'' if index else label:11}{line}", no_wrap=True, overflow="ignore")
        console.print(text, crop=False, soft_wrap=True)


def _print_indented(console: Console, text: str, style: str = "") -> None:
    console.print(Padding(Text(text, style=style), (0, 0, 0, 2)))


def _shorten(text: str, length: int) -> str:
    """Return a text in `length` characters at most, printable, with its beginning and its end."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    if len(text) <= length:
        return text
    half = (length - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
