"""Finds lines of other proxies than nginx that may let somebody in as whom nobody tried."""

from collections.abc import Iterator

from dockerd_lab.config.proxy_lines import unknown_lines
from dockerd_lab.inputs.input import Input
from dockerd_lab.judge.findings import NotJudged

#: At most this many lines of a file are named.
_MOST = 5
_SETTLE = "Do without it, or look at whom it lets in; --allow-incomplete permits it."


def find_unknown_proxy_lines(inputs: Input) -> Iterator[NotJudged]:
    """Yield an entry for each line that the harness does not know, the first few of a file.

    A complete case says itself who gets in.
    """
    if inputs.complete:
        return
    named: dict[str, int] = {}
    for proxy, line in unknown_lines(inputs.texts):
        file = line.place.file
        named[file] = named.get(file, 0) + 1
        if named[file] <= _MOST:
            what = f"{proxy} may let strangers through by this, and it was not tried: {line.value}"
            yield NotJudged(
                name=file,
                message=what,
                settle=_SETTLE,
                where=inputs.user_path(line.place),
            )
