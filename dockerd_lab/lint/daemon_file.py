"""Reads daemon.json as an engine's dockerd does: its JSON, its keys, and their conflicts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dockerd_lab.config.value import Place
from dockerd_lab.lint.facts import UNSURE, EngineFacts
from dockerd_lab.lint.flags import Flags
from dockerd_lab.lint.go_json import BLANKS, decoder, find_mistake, trim
from dockerd_lab.lint.notes import Failure, Notes

_PREFIX = "unable to configure the Docker daemon with file {}: {}"
_KINDS = {str: "string", bool: "bool", list: "array", dict: "object"}
#: The Go types of which lint knows what they hold: the type of a whole, and of its parts.
_PARTS = {
    "[]string": str,
    "[]net.IP": str,
    "[]netip.Addr": str,
    "map[string]string": str,
    "map[string]bool": bool,
}


@dataclass(frozen=True)
class DaemonFile:
    """The settings in a daemon.json that dockerd reads."""

    path: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """By key; those in nested objects as if they stood outside."""


def read_file(
    path: str, text: str | None, flags: Flags, facts: EngineFacts, notes: Notes
) -> DaemonFile | None:
    """Return what dockerd reads from its file; None if it refuses the file.

    `text` is None if there is no file.
    """
    if text is None:
        if flags.given("config-file"):
            message = f"open {path}: no such file or directory"
            notes.fail(_PREFIX.format(path, message))
            return None
        return DaemonFile(path)
    try:
        mistake = find_mistake(text, facts)
    except RecursionError:
        notes.doubt(f"{path} is nested deeper than lint reads", Place(path))
        return DaemonFile(path)
    if mistake is not None:
        prefix = "invalid JSON: " if facts.major >= _INVALID_JSON_SINCE else ""
        place = Place(path, mistake.line)
        notes.fail(_PREFIX.format(path, prefix + mistake.message), place, mistake.token)
        return None
    values = decoder().raw_decode(trim(text, facts).strip(BLANKS) or "{}")[0] or {}
    if _depth(values) > _MAX_DEPTH:
        notes.doubt(f"{path} is nested deeper than lint reads", Place(path))
        return DaemonFile(path)
    failures = [
        *_unknown_keys(path, values, facts, notes),
    ] or [*_conflicts(path, _flatten(values, facts), flags, facts)]
    failures = failures or [*_wrong_types(path, values, facts, notes)][:1]
    notes.failures += failures
    return None if failures else DaemonFile(path, _flatten(values, facts))


_MAX_INT = 2**31
#: From this version on, dockerd says `invalid JSON` before Go's message.
_INVALID_JSON_SINCE = 28


_MAX_DEPTH = 20
#: Keys that some engines no longer know, and that are not nested in any (flatOptions in moby's
#: daemon/config/config.go).
_NEVER_NESTED = ("cluster-store-opts",)


def _depth(value: Any) -> int:
    """Return how deep objects and lists are nested."""
    depth, level = 0, [value]
    while level:
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [part for parts in inner for part in parts if isinstance(part, (dict, list))]
        depth += 1
    return depth


def _flatten(values: Mapping[str, Any], facts: EngineFacts) -> dict[str, Any]:
    """Return the values by key; dockerd reads keys in most objects as if they stood outside."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        known = facts.keys.get(key)
        is_nested = known.nested if known is not None else key not in _NEVER_NESTED
        if isinstance(value, dict) and is_nested:
            flat |= value
        else:
            flat[key] = value
    return flat


def _unknown_keys(
    path: str, values: Mapping[str, Any], facts: EngineFacts, notes: Notes
) -> Iterator[Failure]:
    unsure = [key for key in _flatten(values, facts) if _is_unsure(key, facts)]
    for key in unsure:
        notes.doubt(f"whether dockerd {facts.docker} knows {key}", Place(path))
    if facts.open_ended:
        return
    unknown = [key for key in _flatten(values, facts) if key not in facts.keys]
    if unknown:
        names = ", ".join(unknown)
        message = f"the following directives don't match any configuration option: {names}"
        yield Failure(_PREFIX.format(path, message), None, f'"{unknown[0]}"')


def _is_unsure(key: str, facts: EngineFacts) -> bool:
    """Return whether it is not known whether the engine has a key."""
    known = facts.keys.get(key)
    return facts.open_ended if known is None else known.type == UNSURE


def _conflicts(
    path: str, values: Mapping[str, Any], flags: Flags, facts: EngineFacts
) -> Iterator[Failure]:
    """Yield a failure if keys are given as flags as well; dockerd names all of them."""
    conflicts = []
    first = ""
    for name in sorted(flags.values):
        key = facts.flags[name].key
        if key and key in values:
            first = first or key
            conflicts.append(
                f"{key}: (from flag: {_shown(name, flags, facts)}, from file: {_go(values[key])})"
            )
    if conflicts:
        message = (
            "the following directives are specified both as a flag and in the configuration file:"
            f" {', '.join(conflicts)}"
        )
        yield Failure(_PREFIX.format(path, message), None, f'"{first}"')


def _wrong_types(
    path: str, values: Mapping[str, Any], facts: EngineFacts, notes: Notes
) -> Iterator[Failure]:
    for key, value in values.items():
        known = facts.keys.get(key)
        if known is None and isinstance(value, dict):  # such as proxies
            if not all(isinstance(each, str) for each in value.values()):
                notes.doubt(f"{key}: lint does not know the types in it", Place(path))
            continue
        if known is None or known.type == "ignored" or value is None:
            continue  # an unknown key has failed already; null leaves the default
        if isinstance(value, dict) and known.nested:
            notes.doubt(f"{key}: an object, where a {known.type} is expected", Place(path))
            continue
        wrong = _wrong_part(known.type, value)
        if wrong is not None:
            kind = _KINDS.get(type(wrong[0]), "number")
            message = (
                f"json: cannot unmarshal {kind} into Go struct field Config.{key}"
                f" of type {wrong[1]}"
            )
            yield Failure(_PREFIX.format(path, message), None, f'"{key}"')


def _wrong_part(go_type: str, value: Any) -> tuple[Any, str] | None:
    """Return the value that is of the wrong type, and the type that Go expects; None if none is.

    Types that lint does not know are checked elsewhere, by their key.
    """
    if go_type.startswith(("[]", "map[")) or go_type == "config.BuilderConfig":
        whole = list if go_type.startswith("[]") else dict
        part = _PARTS.get(go_type)
        if not isinstance(value, whole) or part is None:
            return None if isinstance(value, whole) else (value, go_type)
        parts = value.values() if isinstance(value, dict) else value
        wrong = [each for each in parts if each is not None and type(each) is not part]
        return (wrong[0], "string" if part is str else "bool") if wrong else None
    if go_type in ("string", "net.IP", "log.OutputFormat"):
        return None if isinstance(value, str) else (value, go_type)
    if go_type == "bool":
        return None if isinstance(value, bool) else (value, go_type)
    if go_type.startswith(("int", "uint")):
        fits = type(value) is int and abs(value) < _MAX_INT
        return None if fits else (value, go_type)
    return None


def _shown(name: str, flags: Flags, facts: EngineFacts) -> str:
    """Return a flag's value as dockerd prints it."""
    values = flags.values[name]
    key = facts.keys.get(facts.flags[name].key)
    is_list = key is not None and key.type.startswith(("[]", "map"))
    return f"[{' '.join(values)}]" if is_list else values[-1]


def _go(value: Any) -> str:
    """Return a JSON value as Go's %v prints it."""
    if isinstance(value, list):
        return f"[{' '.join(map(_go, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_go(each)}' for key, each in sorted(value.items()))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)
