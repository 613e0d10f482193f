"""Finds commands that forward Docker's API to where the lab has no machine: tunnels, containers."""

import re
from collections.abc import Collection, Iterator

from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged
from dockerd_lab.judge.judgement import SCRIPT

_API = r"(?:docker\.sock|\b237[5-7]\b|containerd\.sock)"
#: The commands that forward the API, and to whom.
_FORWARDING_COMMANDS = {
    rf"\b(?:auto)?ssh\s.*-\w*R\s*\S*{_API}": "another machine, by ssh",
    rf"\b(?:ngrok|cloudflared|frpc|bore|inlets|tailscale)\s.*{_API}": "a tunnel",
    r"\b(?:docker|podman|nerdctl|ctr)\s.*\b(?:run|create)\s.*docker\.sock": "a container",
}
_COMMENT = re.compile(r"\s*[#;]")


def find_forwarded_api(inputs: Input, scripts: Collection[str]) -> Iterator[NotJudged]:
    """Yield an entry for each such line of a file, or of one of the user's `scripts`."""
    if inputs.complete:
        return
    for name, text in [*inputs.texts.items(), *((SCRIPT, script) for script in scripts)]:
        number = 1
        for line in text.replace("\\\n", "\0").splitlines():
            whom = next(
                (whom for form, whom in _FORWARDING_COMMANDS.items() if re.search(form, line)), None
            )
            if whom is not None and not _COMMENT.match(line):
                yield NotJudged(
                    name=name,
                    message=f"it hands Docker's API on to {whom}: who gets in there was not tried",
                    settle="Try it where that is; --allow-incomplete permits it.",
                    where=name if name == SCRIPT else inputs.user_path(Place(name, number)),
                )
            number += 1 + line.count("\0")
