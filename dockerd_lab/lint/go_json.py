"""Finds what Go's JSON parser refuses in a daemon.json."""

import json
import re
from dataclasses import dataclass

from dockerd_lab.lint.facts import EngineFacts

#: What Go says where Python says otherwise, by the beginning of Python's message.
_IN_GO = {
    "Expecting property name": "invalid character {} looking for beginning of object key string",
    "Illegal trailing comma before end of object": (
        "invalid character {} looking for beginning of object key string"
    ),
    "Expecting ',' delimiter": "invalid character {} after object key:value pair",
    "Expecting ':' delimiter": "invalid character {} after object key",
    "Extra data": "invalid character {} after top-level value",
    "Invalid \\escape": "invalid character {} in string escape code",
    "Invalid control character": "invalid character {} in string literal",
}
_ELSE = "invalid character {} looking for beginning of value"
_BOM = "\ufeff"
BLANKS = " \t\r\n"
#: What Go's bytes.TrimSpace takes away around the whole, in engines that accept an empty file.
_SPACES = f"{BLANKS}\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@dataclass(frozen=True)
class Mistake:
    """Something that is not JSON."""

    message: str
    """What Go says, or nearly: the kind of mistake is the same."""
    line: int
    token: str = ""


def find_mistake(text: str, facts: EngineFacts) -> Mistake | None:
    """Return what dockerd refuses about the JSON of its file; None if it is a JSON object.

    Raises RecursionError for an object that is nested too deep for Python.
    """
    if text.startswith(_BOM) and not facts.file.accepts_bom:
        return Mistake(_ELSE.format("'ï'"), 1)
    text = trim(text, facts)
    if not text.strip(BLANKS):
        return None if facts.file.accepts_empty else Mistake("EOF", 1)
    try:
        start = len(text) - len(text.lstrip(BLANKS))
        value, end = decoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        return _of_python(error)
    except _Constant as error:
        line = text.count("\n", 0, max(text.find(error.name), 0)) + 1
        return Mistake(_ELSE.format(f"'{error.name[0]}'"), line, error.name)
    return _of_kind(value, facts) or _after_end(text, end, facts)


def _after_end(text: str, end: int, facts: EngineFacts) -> Mistake | None:
    """Return the mistake if something follows after the object."""
    rest = re.search(rf"[^{BLANKS}]", text[end:])
    if rest is None or facts.file.accepts_text_after:
        return None
    message = _IN_GO["Extra data"].format(repr(rest[0]))
    return Mistake(message, text.count("\n", 0, end + rest.start()) + 1, rest[0])


def trim(text: str, facts: EngineFacts) -> str:
    """Return the text of the file as dockerd gives it to the parser."""
    text = text.removeprefix(_BOM)
    return text.strip(_SPACES) if facts.file.accepts_empty else text


def _of_kind(value: object, facts: EngineFacts) -> Mistake | None:
    """Return the mistake of a file that is JSON, but no object."""
    if isinstance(value, dict) or (value is None and facts.file.accepts_null):
        return None
    kind = {str: "string", bool: "bool", list: "array"}.get(type(value), "number")
    message = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return Mistake(message, 1)


def decoder() -> json.JSONDecoder:
    """Return a decoder that refuses what only Python takes for JSON."""
    return json.JSONDecoder(parse_int=_integer, parse_constant=_refuse_constant)


def _integer(digits: str) -> int | float:
    """Return a number; one that fits no integer of Go's is none here either."""
    return int(digits) if len(digits) < _MAX_DIGITS else float(digits)


_MAX_DIGITS = 19


class _Constant(Exception):
    """NaN or Infinity, which Python accepts and JSON does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _refuse_constant(name: str) -> None:
    raise _Constant(name)


def _of_python(error: json.JSONDecodeError) -> Mistake:
    """Return a mistake that Python found, in Go's words."""
    character = error.doc[error.pos : error.pos + 1]
    if not character or error.msg.startswith("Unterminated string"):
        return Mistake("unexpected end of JSON input", error.lineno)
    known = (go for python, go in _IN_GO.items() if error.msg.startswith(python))
    return Mistake(next(known, _ELSE).format(repr(character)), error.lineno, character)
