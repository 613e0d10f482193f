"""Caches the known errors in one file: reading and validating their YAML takes a second.

The file is in the user's cache directory. It is rewritten when an entry, or the code that
reads them, has changed. Everything works without it, and if it cannot be written.
"""

import json
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dockerd_lab.errors import BadInput
from dockerd_lab.explain.model import KnownError, Step, Wording
from dockerd_lab.project import KNOWN_ERRORS, PROJECT_FILE, project_root, user_cache

#: The modules that read the entries' files, beside their directory.
_CODE = ("entries.py", "model.py")


def read_known_errors() -> dict[str, KnownError]:
    """Return all known errors by id, sorted by id; raises BadInput if one is invalid."""
    file = user_cache() / "known-errors.json"
    state = _state()
    with suppress(OSError, ValueError, KeyError, TypeError):
        cached = json.loads(file.read_text(encoding="utf-8"))
        if cached["state"] == state:
            return {name: _known_error(data) for name, data in cached["errors"].items()}
    # Imported only here: validating takes pydantic, which takes longer than all the rest.
    from dockerd_lab.explain.entries import load_entries  # noqa: PLC0415

    errors = load_entries(KNOWN_ERRORS)
    with suppress(OSError):
        _write(
            file, {"state": state, "errors": {name: asdict(each) for name, each in errors.items()}}
        )
    return errors


def read_own_errors() -> dict[str, KnownError]:
    """Return the known errors that the project of the working directory adds, by id.

    Raises BadInput if one is invalid, is not there, or has the id of a shipped one.
    """
    root = project_root(Path.cwd())
    if root is None:
        return {}
    # Imported only here, as above.
    from dockerd_lab.explain.entries import load_entry  # noqa: PLC0415
    from dockerd_lab.project_file import read_project_file  # noqa: PLC0415
    from dockerd_lab.yamlfile import place_of  # noqa: PLC0415

    own: dict[str, KnownError] = {}
    for number, pattern in enumerate(read_project_file(root / PROJECT_FILE).known_errors):
        place = place_of(root / PROJECT_FILE, "known-errors", number)
        if not (files := sorted(root.glob(pattern))):
            raise BadInput(f"{place}: no {pattern} in {root}")
        for file in files:
            if (KNOWN_ERRORS / f"{file.stem}.yaml").exists() or file.stem in own:
                raise BadInput(f"{place}: there is a known error {file.stem} already")
            own[file.stem] = load_entry(file)
    return own


def _state() -> list[list[Any]]:
    """Return path, modification time (ns) and size of each file that the known errors depend on."""
    files = [*KNOWN_ERRORS.glob("*.yaml"), *(KNOWN_ERRORS.parent / name for name in _CODE)]
    return sorted([str(file), (stat := file.stat()).st_mtime_ns, stat.st_size] for file in files)


def _known_error(data: dict[str, Any]) -> KnownError:
    parts = {"wordings": Wording, "fix": Step, "look": Step}
    return KnownError(
        **data | {key: [of(**each) for each in data[key]] for key, of in parts.items()}
    )


def _write(file: Path, data: dict[str, Any]) -> None:
    """Replace the file atomically: another command may be reading it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=file.name, encoding="utf-8", delete=False
    ) as new:
        json.dump(data, new)
    Path(new.name).replace(file)
