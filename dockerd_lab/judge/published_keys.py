"""Finds public keys of ssh in the input whose private keys are published."""

import re
from collections.abc import Collection, Iterator

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import PolicyFinding
from dockerd_lab.judge.judgement import SCRIPT

#: Parts of the keys, by whose they are: Vagrant's insecure keys, of RSA and Ed25519.
_PUBLISHED = {
    "6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8": "Vagrant's insecure key",
    "IN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y": "Vagrant's insecure key",
}
_LINE = re.compile(rf"^(?!\s*#).*({'|'.join(map(re.escape, _PUBLISHED))})", re.MULTILINE)


def check_published_keys(inputs: Input, scripts: Collection[str]) -> Iterator[PolicyFinding]:
    """Yield a finding for each such key; `scripts` are the user's scripts, which may add one."""
    for file, text in [*inputs.texts.items(), *((SCRIPT, script) for script in scripts)]:
        for match in _LINE.finditer(text):
            place = Place(file, text.count("\n", 0, match.start(1)) + 1)
            where = SCRIPT if file == SCRIPT else inputs.user_path(place)
            sentence = f"anybody logs in with {_PUBLISHED[match[1]]}, which is published"
            yield PolicyFinding(
                "stranger", f"{sentence} (at {where})", id="published-key", where=where
            )
