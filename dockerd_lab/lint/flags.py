"""Reads dockerd's command line as its flag parser does, and tells what that refuses."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockerd_lab.lint.facts import UNSURE, EngineFacts
from dockerd_lab.lint.notes import Notes
from dockerd_lab.lint.service import CommandLine

_HELP = "See 'dockerd --help'."
#: What Go's strconv.ParseBool knows.
_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}
#: Flags with which dockerd prints something and ends.
_ENDS = ("help", "version", "validate")


@dataclass(frozen=True)
class Flags:
    """dockerd's flags, by their long names."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of each flag that is given, in their order."""

    def given(self, name: str) -> bool:
        """Return whether a flag is given."""
        return name in self.values

    def last(self, name: str) -> str | None:
        """Return the last value of a flag; None if it is not given."""
        return self.values[name][-1] if name in self.values else None

    def switch(self, name: str) -> bool | None:
        """Return the last value of a flag that is on or off; None if it is not given."""
        value = self.last(name)
        return None if value is None else _BOOLEANS[value]


def read_flags(command: CommandLine, facts: EngineFacts, notes: Notes) -> Flags | None:
    """Return the flags of a command line; None if dockerd refuses it.

    dockerd stops at the first mistake, so only that is noted.
    """
    values: dict[str, list[str]] = {}
    message, token = _parse(list(command.words[1:]), facts, values)
    unsure = [name for name in values if facts.flags[name].type == UNSURE]
    if unsure or (facts.open_ended and message is not None and message.startswith("unknown")):
        flag = f"--{unsure[0]}" if unsure else token
        notes.doubt(f"whether dockerd {facts.docker} knows {flag}", command.place)
        return None
    if message is not None:
        notes.fail(f"{command.text}\n{message}\n{_HELP}", command.place, token)
        return None
    if any(name in values for name in _ENDS):
        notes.doubt("dockerd is started with a flag for which it prints something", command.place)
        return None
    return Flags({name: tuple(each) for name, each in values.items()})


def _parse(
    words: Sequence[str], facts: EngineFacts, values: dict[str, list[str]]
) -> tuple[str | None, str]:
    """Add the flags to `values`; return dockerd's message for the first mistake, and its word."""
    rest = list(words)
    positional: list[str] = []
    shorts = {flag.short: name for name, flag in facts.flags.items() if flag.short}
    while rest:
        word = rest.pop(0)
        if word == "--":
            positional += rest
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if name not in facts.flags:
                return f"unknown flag: --{name}", f"--{name}"
            mistake = _add(
                name, f"--{name}", value if equals else None, rest, facts=facts, values=values
            )
        elif word.startswith("-") and word != "-":
            mistake = _add_shorts(word, rest, shorts, facts, values)
        else:
            positional.append(word)
            continue
        if mistake is not None:
            return mistake, word
    if positional:
        quoted = shlex.quote(positional[0])
        return f'"dockerd" accepts no arguments: {quoted}', positional[0]
    return None, ""


def _add_shorts(
    word: str,
    rest: list[str],
    shorts: Mapping[str, str],
    facts: EngineFacts,
    values: dict[str, list[str]],
) -> str | None:
    """Add the flags of a word with short forms, such as `-DH`; return dockerd's complaint."""
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = shorts.get(letter)
        if name is None:
            return f"unknown shorthand flag: '{letter}' in {word}"
        if facts.flags[name].type == "bool":
            value = None
            if letters.startswith("="):
                value, letters = letters[1:], ""
        else:
            value = letters.removeprefix("=") if letters else None
            letters = ""
        mistake = _add(name, f"'{letter}' in {word}", value, rest, facts=facts, values=values)
        if mistake is not None:
            return mistake
    return None


def _add(
    name: str,
    written: str,
    value: str | None,
    rest: list[str],
    *,
    facts: EngineFacts,
    values: dict[str, list[str]],
) -> str | None:
    """Add a flag's value; take it from `rest` if it is not in the flag's own word."""
    flag = facts.flags[name]
    if flag.type == "bool":
        value = "true" if value is None else value
        if value not in _BOOLEANS:
            return (
                f'invalid argument "{value}" for "--{name}" flag:'
                f' strconv.ParseBool: parsing "{value}": invalid syntax'
            )
    elif value is None:
        if not rest:
            return f"flag needs an argument: {written}"
        value = rest.pop(0)
    if re.fullmatch(r"u?int\d*", flag.type) and not re.fullmatch(r"[+-]?\d+", value):
        return f'invalid argument "{value}" for "--{name}" flag: strconv.ParseInt: invalid syntax'
    values.setdefault(name, []).append(value)
    return None
