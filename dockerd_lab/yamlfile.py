"""Reads YAML files into pydantic models; an error names the file, the line, the key, the reason."""

import io
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dockerd_lab.errors import BadInput
from dockerd_lab.redaction.redact import redact

Model = TypeVar("Model", bound="YamlModel")


class _Brief(reprlib.Repr):
    """Formats a wrong value for a message, shortened if it is long."""

    def repr_str(self, value: str, level: int) -> str:
        """Return the start of a redacted text: a secret cut in half would not be recognised."""
        return super().repr_str(redact(value), level)


_BRIEF = _Brief()
_BRIEF.maxstring = _BRIEF.maxother = 80

#: A configuration file larger than this is not one (bytes).
MAX_BYTES = 1_000_000


class YamlModel(BaseModel):
    """A part of a YAML file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


#: libyaml, where PyYAML has it, reads the cases in a tenth of the time.
_Loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _check_keys(node: yaml.Node | None) -> None:
    """Raise YAMLError if a mapping has a key twice: PyYAML would silently keep the last."""
    visited = {id(node)}  # what an alias names comes once, and may name itself
    pending = [node]
    while pending:
        node = pending.pop()
        below: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            below = node.value
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in keys:
                    raise yaml.composer.ComposerError(
                        None, None, f"{key.value} is there twice", key.start_mark
                    )
                keys.add(str(key.value))
                below += (key, value)
        pending += (each for each in below if id(each) not in visited)
        visited.update(map(id, below))


def load(path: Path, model: type[Model]) -> Model:
    """Read `path` into `model`.

    Raises BadInput with one line per wrong key: the file, the key, and what was expected.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path}: larger than {MAX_BYTES} bytes; this is no file of the lab's")
        text = io.StringIO(path.read_text(encoding="utf-8"))
        text.name = path.name  # for what it says
        loader = _Loader(text)
        node = loader.get_single_node()
        _check_keys(node)
        data = None if node is None else loader.construct_document(node)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # The last two: a date that is none, `!!int abc`, nesting without end.
        raise BadInput(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise BadInput(f"{path}: expected a mapping of keys to values, found {_kind(data)}")
    return check(path, data, model)


def check(path: Path, data: object, model: type[Model], at: Sequence[str] = ()) -> Model:
    """Read `data`, which stands in `path` below the keys `at`, into `model`; raises BadInput."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        top = _composed(path)
        lines = (_error_message(path, top, e, model, at) for e in error.errors())
        raise BadInput("\n".join(lines)) from None


def place_of(path: Path, *keys: object) -> str:
    """Return the place of a key for a message: `file:line: key`, or the file alone."""
    line = line_of(path, *keys)
    return f"{path}:{line}: {'.'.join(map(str, keys))}" if line else str(path)


def line_of(path: Path, *keys: object) -> int | None:
    """Return the line of a key, or of the last key above it that exists."""
    return _line(_composed(path), keys)


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _composed(path: Path) -> yaml.Node | None:
    """Return the file's nodes, which have line numbers; None if it cannot be read any more."""
    try:
        node: yaml.Node | None = _Loader(path.read_text(encoding="utf-8")).get_single_node()
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None
    return node


def _line(node: yaml.Node | None, keys: Sequence[object]) -> int | None:
    """Return the line of a key, or of the last key above it that exists."""
    line = None
    for key in keys:
        at: yaml.Node | None = None
        below: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            pairs = [pair for pair in node.value if pair[0].value == str(key)]
            at, below = pairs[0] if pairs else (None, None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            at = below = node.value[key]
        if at is None:
            break
        line, node = at.start_mark.line + 1, below
    return line


def _error_message(
    path: Path,
    top: yaml.Node | None,
    error: object,
    model: type[BaseModel],
    at: Sequence[str],
) -> str:
    """Return one of pydantic's errors as `file:line: key: reason`."""
    assert isinstance(error, dict)  # noqa: S101  (pydantic's ErrorDetails is a TypedDict)
    key = ".".join(str(part) for part in (*at, *error["loc"]))
    line = _line(top, (*at, *error["loc"]))
    where = f"{path}:{line}" if line else str(path)
    match error["type"]:
        case "extra_forbidden":
            known = _keys_at(model, error["loc"][:-1])
            reason = "unknown key" + (f"; known here: {', '.join(known)}" if known else "")
        case "missing":
            reason = "missing"
        case "value_error":
            reason = error["msg"].removeprefix("Value error, ")
        case _:
            value = _BRIEF.repr(error["input"])
            reason = f"{error['msg'][:1].lower()}{error['msg'][1:]}, found {value}"
    return f"{where}: {key}: {reason}" if key else f"{where}: {reason}"


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that a model defines below `loc`; none if any key is allowed."""
    for part in loc:
        field = model.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return []
        if not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return sorted(field.alias or name for name, field in model.model_fields.items())
