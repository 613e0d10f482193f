"""Chooses what the HTML report shows of a machine's outputs, and names the files with all of it."""

from dataclasses import dataclass

from dockerd_lab.judge.verdict import Evidence, Result
from dockerd_lab.report.html_excerpts import FEW_LINES, MAX_LINES, Line, excerpt

#: A text of fewer characters is shown again where another engine has the same.
_SHORT = 200


@dataclass(frozen=True)
class Output:
    """An output of the machine."""

    title: str
    lines: list[Line]
    file: str
    """Where all of it is; empty if it was not kept."""
    same_as: str = ""
    """The engine under which the same was shown before; then there are no lines."""


def log_of(result: Result) -> Output:
    """Return the log; of a trial that passed a few lines are enough."""
    evidence = result.evidence
    if evidence is None:
        return Output("Journal", [], "")
    limit = FEW_LINES if result.verdict == "passed" and result.starts else MAX_LINES
    lines = excerpt(evidence.log, evidence.telling, evidence.lines_left_out, limit)
    return Output("Journal", lines, _file(evidence, "journal.txt"))


def outputs_of(result: Result, earlier: dict[str, str]) -> list[Output]:
    """Return the other outputs.

    `earlier` has the engine by what was shown of the same configuration before, and gets these.
    """
    evidence = result.evidence
    listeners = "\n".join(map(str, result.listeners))
    if evidence is None:
        return [Output("listeners", excerpt(listeners.splitlines()), "")] if listeners else []
    texts = (
        ("netstat", evidence.netstat or listeners, "netstat.txt"),
        ("docker.service and docker.socket", evidence.units, "unit.txt"),
        ("daemon.json", evidence.daemon_json, "daemon.json"),
        ("nginx -T", evidence.nginx, "nginx.txt"),
        ("firewall", evidence.firewall, "firewall.txt"),
    )
    outputs = []
    for title, text, name in texts:
        if not text.strip():
            continue
        file, key = _file(evidence, name), f"{title}\n{text}"
        if key in earlier and len(text) > _SHORT:
            outputs.append(Output(title, [], file, same_as=earlier[key]))
            continue
        earlier[key] = result.engine
        lines = [line.rstrip() for line in text.rstrip().splitlines()]
        outputs.append(Output(title, excerpt(lines), file))
    return outputs


def _file(evidence: Evidence, name: str) -> str:
    """Return the path of a file of the evidence, if it is there."""
    is_there = evidence.directory and name in evidence.files
    return f"{evidence.directory}/{name}" if is_there else ""
