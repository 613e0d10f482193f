"""Messages as data: those that people pasted, and those that the machines printed."""

from pathlib import Path

import yaml

_HERE = Path(__file__).parent / "unit"
#: libyaml, where PyYAML has it, takes a tenth of the time.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _read(file):
    return yaml.load(file.read_text(encoding="utf-8"), _LOADER)  # noqa: S506  (both are safe)


#: Texts by the id of the known error that they show; `nothing` has those that show none.
PASTED = _read(_HERE / "messages.yaml")
#: Texts that were collected apart from the known errors, each with the ids that it shows.
COLLECTED = [text for file in sorted(_HERE.glob("collection/*/*.yaml")) for text in _read(file)]
#: What was printed when each failure was brought about: by engine and case, the id and the lines.
CAPTURED = {file.stem: _read(file) for file in sorted(_HERE.glob("captured/*.yaml"))}
