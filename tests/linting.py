"""What the tests of lint share: predictions for files that are given by their paths."""

import tempfile
from pathlib import Path

from observations import write

from dockerd_lab.config.dockerd_command import parse_dockerd_command
from dockerd_lab.inputs.collect import collect
from dockerd_lab.lint.facts import engines, load_facts
from dockerd_lab.lint.packaged import PACKAGED
from dockerd_lab.lint.predict import predict

#: With more than these, somebody gets in.
SAFE = ("filtered", "refused", "tls-required", "auth-required")
STRANGERS = ("outsider", "local-user", "container")


def predictions(files, *, command=None, unit=PACKAGED, names=()):
    """The predictions for files by their paths without the leading slash, oldest engine first."""
    files = dict(files)
    command = files.pop("--command", command)
    typed = parse_dockerd_command(command) if command else None
    with tempfile.TemporaryDirectory() as directory:
        top, into = Path(directory, "mine"), Path(directory, "into")
        into.mkdir()
        for path, content in files.items():
            write(top / path, content)
        inputs = collect([top] if files else [], into, command=typed)
        return [predict(inputs, load_facts(name), unit) for name in names or engines()]


def prediction(files, engine="debian-12", **options):
    """The prediction for one engine."""
    (only,) = predictions(files, names=[engine], **options)
    return only


def rules_of(prediction):
    """The ids of all rules that find something."""
    found = {finding.rule for finding in prediction.findings}
    return found | ({"no-effect"} if prediction.no_effect else set())
