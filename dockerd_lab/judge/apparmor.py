"""Finds AppArmor profiles that confine nothing: they have no path, and nothing names them."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NoEffect
from dockerd_lab.judge.no_effect import no_effect

_DIRECTORY = "/etc/apparmor.d"
#: The head of a profile that is in no other one, and its path if it has one.
_PROFILE = re.compile(r"^profile\s+\"?([^\s\"{]+)\"?(?:\s+\"?([/@][^\s\"]*)\"?)?", re.MULTILINE)
#: dockerd uses it for all containers.
_DEFAULT = "docker-default"


def find_unused_profiles(inputs: Input, scripts: Collection[str]) -> Iterator[NoEffect]:
    """Yield an entry for each such profile; `scripts` are the texts of the user's scripts."""
    for file, text in inputs.texts.items():
        if str(PurePosixPath(file).parent) != _DIRECTORY:
            continue
        others = [other for path, other in inputs.texts.items() if path != file]
        for match in _PROFILE.finditer(text):
            name, path = match[1], match[2]
            if path or name.startswith(("/", "@")) or name == _DEFAULT:
                continue
            if any(name in other for other in (*others, *scripts)):
                continue
            yield no_effect(
                inputs,
                name,
                "no program has this profile: it is for no path, and nothing names it",
                f"AppArmorProfile={name} in a drop-in, or --security-opt apparmor={name}.",
                Place(file, text.count("\n", 0, match.start()) + 1),
            )
