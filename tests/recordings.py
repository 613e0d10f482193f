"""Observations that were recorded on real machines by record.py, and are read by tests.

recorded/ENGINE.jsonl has an observation a line, in the order of their subjects, without its raw
answers. Lines of the journal at level info are left out, but for one after a warning, whose time
tells how long dockerd waited. `tox -e record -- ENGINE` records them anew.
"""

import dataclasses
import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import TypeAdapter

from dockerd_lab.observe.journal import Entry
from dockerd_lab.observe.observation import Observation
from dockerd_lab.redaction.redact import redact

DIRECTORY = Path(__file__).parent / "recorded"
#: Changes when recordings of before can no longer be read as they were meant.
SCHEMA = 1
_OBSERVATION = TypeAdapter(Observation)


def write(observation: Observation, directory: Path = DIRECTORY) -> None:
    """Record an observation, in place of an earlier one of the same subject."""
    daemon = observation.daemon
    small = dataclasses.replace(daemon, raw={}, journal=list(_telling(daemon.journal)))
    data = _OBSERVATION.dump_python(dataclasses.replace(observation, daemon=small), mode="json")
    line = json.dumps({"schema": SCHEMA, **_redacted(data)}, ensure_ascii=False)
    file = directory / f"{observation.engine}.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    by_subject = {json.loads(each)["subject"]: each for each in lines} | {data["subject"]: line}
    directory.mkdir(exist_ok=True)
    file.write_text("".join(f"{by_subject[subject]}\n" for subject in sorted(by_subject)))


def read(engine: str, directory: Path = DIRECTORY) -> list[Observation]:
    """Read the observations of an engine; raises ValueError where one has another schema."""
    file = directory / f"{engine}.jsonl"
    observations = []
    for line in file.read_text().splitlines():
        data = json.loads(line)
        if (schema := data.pop("schema", None)) != SCHEMA:
            raise ValueError(f"{file}: schema {schema}, expected {SCHEMA}: tox -e record")
        observations.append(_OBSERVATION.validate_python(data))
    return observations


@functools.cache
def recorded(engine: str) -> tuple[Observation, ...]:
    """Return what was recorded of an engine, which is read once in a run of the tests."""
    return tuple(read(engine))


def _telling(journal: Iterable[Entry]) -> Iterator[Entry]:
    warned = False
    for entry in journal:
        if warned or "level=info" not in entry.message:
            yield entry
        warned = "level=warning" in entry.message


def _redacted(value):
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(each) for key, each in value.items()}
    return [_redacted(each) for each in value] if isinstance(value, list) else value
