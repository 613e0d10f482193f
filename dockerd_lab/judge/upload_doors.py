"""Finds servers that take files from strangers: whatever runs what is in them runs anything."""

from collections.abc import Iterator

from dockerd_lab.config.upload_doors import find_upload_doors
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged

_SETTLE = "Look at what reads the files, or keep strangers out; --allow-incomplete permits it."


def find_open_uploads(inputs: Input) -> Iterator[NotJudged]:
    """Yield an entry for each line by which strangers may write; a complete case tells itself."""
    for server, line in () if inputs.complete else find_upload_doors(inputs.texts):
        yield NotJudged(
            name=line.place.file,
            message=f"{server} takes files from strangers, and what reads these was not tried:"
            f" {line.value}",
            settle=_SETTLE,
            where=inputs.user_path(line.place),
        )
