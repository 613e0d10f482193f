"""Tells of lines of PAM's files that decide who may log in, and that no trial tries."""

from collections.abc import Iterator

from dockerd_lab.config.pam import FILE, doubtful_lines
from dockerd_lab.config.value import Place
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged

_SETTLE = "Look at whom it lets in, without a password as well; --allow-incomplete permits it."


def find_pam_lines(inputs: Input) -> Iterator[NotJudged]:
    """Yield an entry for each line that may let somebody in, or run something for them."""
    if inputs.complete:
        return
    for file, text in inputs.texts.items():
        for number in doubtful_lines(text) if FILE.fullmatch(file) else ():
            line = " ".join(text.splitlines()[number - 1].split())
            message = f"whom this line lets in was not tried: {line}"
            where = inputs.user_path(Place(file, number))
            yield NotJudged(name=file, message=message, settle=_SETTLE, where=where)
