"""The known errors as they were last read, kept in one file: reading a hundred takes a second.

The file is in the user's cache directory. It is made anew when one of the entries, or what reads
them, has changed; without it, and where it cannot be written, everything works as well.
"""

import json
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dockerd_lab.explain.model import KnownError, Step, Wording
from dockerd_lab.project import KNOWN_ERRORS, user_cache

#: The modules that read the entries' files.
_CODE = [KNOWN_ERRORS.parent / name for name in ("entries.py", "model.py")]


def read_known_errors() -> dict[str, KnownError]:
    """All known errors by id, in the order of their ids; raises BadInput where one is wrong."""
    file = user_cache() / "known-errors.json"
    state = _state()
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["state"] == state:
            return {name: _known_error(data) for name, data in kept["errors"].items()}
    # Imported only here: validating takes pydantic, which takes longer than all the rest.
    from dockerd_lab.explain.entries import load_entries  # noqa: PLC0415

    errors = load_entries(KNOWN_ERRORS)
    with suppress(OSError):
        _keep(
            file, {"state": state, "errors": {name: asdict(each) for name, each in errors.items()}}
        )
    return errors


def _state() -> list[list[Any]]:
    """What tells whether a file has changed, for each from which the known errors are made."""
    files = [*KNOWN_ERRORS.glob("*.yaml"), *_CODE]
    return sorted([str(file), (stat := file.stat()).st_mtime_ns, stat.st_size] for file in files)


def _known_error(data: dict[str, Any]) -> KnownError:
    parts = {"wordings": Wording, "fix": Step, "look": Step}
    return KnownError(
        **data | {key: [of(**each) for each in data[key]] for key, of in parts.items()}
    )


def _keep(file: Path, data: dict[str, Any]) -> None:
    """Write the file at once: another command may be reading it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=file.name, encoding="utf-8", delete=False
    ) as new:
        json.dump(data, new)
    Path(new.name).replace(file)
