"""What `dockerd-lab explain` found, for a terminal and for programs."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.matcher import Finding
from dockerd_lab.explain.model import KnownError
from dockerd_lab.project import find_project
from dockerd_lab.report.console import drawn
from dockerd_lab.settings import load_settings

#: What to collect where nothing known was found; also what the README recommends.
COLLECT = """\
nothing known was found. Collect more, and try again:

  journalctl -r -u docker -u docker.socket --no-pager | dockerd-lab explain
  systemctl status docker docker.socket --full --no-pager
  # where docker does not start, the reason on the terminal (Ctrl-C ends it):
  sudo systemctl stop docker docker.socket; sudo dockerd --debug 2>&1 | tee dockerd.log
  docker --debug version                        # what the client says
"""

_COLOURS = {"start": "bold red", "reach": "bold red", "warning": "bold yellow"}


def explanation(findings: Sequence[Finding], *, width: int, colour: bool) -> str:
    """A paragraph per finding: what it means, where it stands, the cause, what mends it."""

    def draw(console: Console) -> None:
        for index, finding in enumerate(findings):
            if index:
                console.print()
            _explained(console, finding)

    return drawn(draw, width=width, colour=colour)


def _explained(console: Console, finding: Finding) -> None:
    error = finding.error
    console.print(Text(f"{finding.id}: {error.title}", style=_COLOURS[error.kind]))
    where = f"{finding.file}:{finding.line}" if finding.file else f"line {finding.line}"
    _indented(console, f"{where}: {_shortened(finding.text, 3 * console.width)}", "dim")
    _indented(console, error.cause.strip())
    _commands(console, "mend", error.fix)
    _commands(console, "look", error.look)
    if error.reproduce:
        _commands(
            console, "reproduce", [f"dockerd-lab reproduce {finding.id}{_where(error)} --fix"]
        )


def _where(error: KnownError) -> str:
    """The engine to name for an error that has not been seen on the usual one."""
    try:
        usual = load_settings(find_project()).engine_of("daemon")
    except BadInput:
        return ""  # what is wrong with the lab is no matter here
    return f" --engine {error.seen[0]}" if error.seen and usual not in error.seen else ""


def as_data(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """The findings as they are printed by `--json`; `file` only where files were given."""
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


def _commands(console: Console, word: str, lines: Sequence[str]) -> None:
    """Lines to type. They are not wrapped: they are there to be copied."""
    for index, line in enumerate(lines):
        text = Text(f"  {'' if index else word:11}{line}", no_wrap=True, overflow="ignore")
        console.print(text, crop=False, soft_wrap=True)


def _indented(console: Console, text: str, style: str = "") -> None:
    console.print(Padding(Text(text, style=style), (0, 0, 0, 2)))


def _shortened(text: str, length: int) -> str:
    """The text in `length` characters at most, printable, with its beginning and its end."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    if len(text) <= length:
        return text
    half = (length - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
