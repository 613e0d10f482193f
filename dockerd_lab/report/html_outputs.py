"""Chooses what the HTML report shows of a machine's outputs, and names the files with all of it."""

import re
from dataclasses import dataclass

from dockerd_lab.judge.verdict import Evidence, Result
from dockerd_lab.report.html_excerpts import FEW_LINES, MAX_LINES, Line, excerpt

#: A text of fewer characters is shown again where another engine has the same.
_SHORT = 200
#: Lines of configuration files that are shown: a drop-in comes after its unit, and nginx's servers
#: after everything else.
_MAX_CONFIGURATION_LINES = 80
#: The line before a file in the output of `systemctl cat` and `nginx -T`.
_FILE = re.compile(r"# (?:configuration file )?(/\S+?):?$")


@dataclass(frozen=True)
class Output:
    """An output of the machine."""

    title: str
    lines: list[Line]
    file: str
    """Where all of it is; empty if it was not kept."""
    is_table: bool = False
    """Whether its lines are the rows of a table, which do not wrap."""
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
    units, nginx = _without_comments(evidence.units), _without_comments(evidence.nginx)
    texts = (
        ("netstat", evidence.netstat or listeners, "netstat.txt", MAX_LINES),
        (
            "docker.service and docker.socket, without comments",
            units,
            "unit.txt",
            _MAX_CONFIGURATION_LINES,
        ),
        ("daemon.json", evidence.daemon_json, "daemon.json", MAX_LINES),
        (
            "nginx -T, without comments and mime.types",
            nginx,
            "nginx.txt",
            _MAX_CONFIGURATION_LINES,
        ),
        ("firewall", evidence.firewall, "firewall.txt", MAX_LINES),
    )
    outputs = []
    for title, text, name, limit in texts:
        if not text.strip():
            continue
        file, key = _file(evidence, name), f"{title}\n{text}"
        if key in earlier and len(text) > _SHORT:
            outputs.append(Output(title, [], file, same_as=earlier[key]))
            continue
        earlier[key] = result.engine
        lines = [line.rstrip() for line in text.rstrip().splitlines()]
        shown = excerpt(lines, limit=limit)
        outputs.append(Output(title, shown, file, is_table=title == "netstat"))
    return outputs


def _without_comments(text: str) -> str:
    r"""Return configuration files without comments, empty lines and the list of media types.

    >>> _without_comments("# /etc/x.conf\n# why\n\nkey=1\n")
    '# /etc/x.conf\nkey=1'
    """
    kept, is_shown = [], True
    for line in text.splitlines():
        if header := _FILE.match(line):
            is_shown = not header[1].endswith("/mime.types")
        is_comment = line.lstrip().startswith("#") and not header
        if is_shown and line.strip() and not is_comment:
            kept.append(line)
    return "\n".join(kept)


def _file(evidence: Evidence, name: str) -> str:
    """Return the path of a file of the evidence, if it is there."""
    is_there = evidence.directory and name in evidence.files
    return f"{evidence.directory}/{name}" if is_there else ""
