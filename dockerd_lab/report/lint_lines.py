"""Prints predictions for editors: `FILE:LINE:COLUMN: severity: message [rule]` a finding."""

from collections.abc import Sequence

from dockerd_lab.inputs.input import Input
from dockerd_lab.lint.prediction import Prediction
from dockerd_lab.report.lint_terminal import column_of, list_entries, path_of
from dockerd_lab.report.printable import printable


def render(predictions: Sequence[Prediction], inputs: Input) -> str:
    """Return a line for each finding; errors come first."""
    lines = []
    for entry in list_entries(predictions):
        finding, place = entry.finding, entry.finding.place
        where = inputs.name
        if place is not None:
            where = path_of(place, inputs)
            if place.line is not None:
                column = column_of(place, finding.token, inputs)
                where = f"{where}:{place.line}:{column}"
        message = " ".join(printable(finding.message).split())
        if len(entry.engines) < len(predictions):
            message += f" on {', '.join(entry.engines)}"
        lines.append(f"{where}: {finding.severity}: {message} [{finding.rule}]\n")
    return "".join(lines)
