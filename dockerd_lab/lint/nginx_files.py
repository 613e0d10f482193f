"""Reads the files of nginx that are in effect: which of them nginx.conf includes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from dockerd_lab.config.nginx_tree import MAIN, Node, parse_file
from dockerd_lab.config.not_read import NotRead
from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.value import Place
from dockerd_lab.lint.notes import LISTENS, OPENS, Notes

#: What Debian's nginx.conf includes in its http{}.
_INCLUDES = (f"{NGINX}/conf.d/*.conf", f"{NGINX}/sites-enabled/*")
#: What else nginx.conf may have outside of its http{}.
_OUTSIDE = (
    *("user", "worker_processes", "worker_rlimit_nofile", "worker_priority", "pid", "error_log"),
    *("events", "worker_shutdown_timeout", "worker_cpu_affinity", "pcre_jit", "http"),
)
#: Files of nginx's packages, and of certbot's, that neither let anybody through nor keep anybody
#: out, and what loads modules, which only their directives put to use.
_PACKAGED = re.compile(
    rf"{NGINX}/(mime\.types|modules-enabled/\*\.conf|(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf)|/etc/letsencrypt/options-ssl-nginx\.conf"
    r"|/usr/share/nginx/modules/\*\.conf"
)
#: Files that load modules: they may define anything at the top of nginx.conf.
_MODULES = f"{NGINX}/modules-enabled/"
#: So many includes are followed: each may include others.
_MAX_INCLUDES = 100
#: Files include each other at most this deep.
_MAX_DEPTH = 8


@dataclass
class _Reader:
    """Reads files of nginx."""

    texts: Mapping[str, str]
    files: frozenset[str]
    """The paths of all files of the input."""
    notes: Notes
    includes: int = 0
    """How many were followed."""
    depth: int = 0
    """How many are being followed."""

    def doubt(self, reason: str, place: Place) -> None:
        """Note what is not read."""
        self.notes.doubt(reason, place, LISTENS, OPENS)

    def parse(self, file: str) -> Iterable[Node]:
        """Return a file's directives, with those of included files in the places of `include`."""
        try:
            nodes = parse_file(file, self.texts[file], strict=True).block
        except (NotRead, KeyError) as error:
            self.doubt(f"nginx's syntax, at {error}", Place(file))
            return ()
        return self._with_includes(nodes)

    def _with_includes(self, nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            if node.name == "include" and not node.block:
                yield from self.included(str(PurePosixPath(NGINX) / node.value), node)
            else:
                yield replace(node, block=tuple(self._with_includes(node.block)))

    def included(self, pattern: str, include: Node) -> Iterator[Node]:
        """Yield the directives of the files that a pattern names.

        If the input does not have them, note it, and yield the directive itself.
        """
        self.includes += 1
        names = sorted(each for each in self.files if PurePosixPath(each).match(pattern))
        is_there = names or pattern in _INCLUDES or _PACKAGED.fullmatch(pattern)
        if not is_there or self.includes > _MAX_INCLUDES or self.depth > _MAX_DEPTH:
            self.doubt(f"what nginx includes with {pattern}", include.place)
            yield include
            return
        self.depth += 1
        for file in names:
            yield from self.parse(file)
        self.depth -= 1


def http_directives(texts: Mapping[str, str], files: Iterable[str], notes: Notes) -> list[Node]:
    """Return the directives in nginx's http{}; `files` are all paths of the input.

    What is not read goes into `notes`.
    """
    reader = _Reader(texts, frozenset(files) | texts.keys(), notes)
    own = [each for each in reader.files if each.startswith(f"{NGINX}/")]
    for file in sorted(own):
        if file.startswith(_MODULES):
            reader.doubt(f"{file}: lint does not read what loads nginx's modules", Place(file))
    found: list[Node] = []
    if MAIN not in own:
        for pattern in _INCLUDES if own else ():
            found += reader.included(pattern, Node("include", (pattern,), MAIN, 1))
        return found
    for each in reader.parse(MAIN):
        if each.name == "http":
            found += each.block
        elif each.name not in (*_OUTSIDE, "include"):
            reader.doubt(f"{each.name} in nginx.conf: lint does not know it", each.place)
    return found
