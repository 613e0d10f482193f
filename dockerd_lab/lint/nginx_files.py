"""Reads the files of nginx that are in effect: which of them nginx.conf includes."""

import re
from collections.abc import Iterable, Mapping

from dockerd_lab.config.nginx_tree import MAIN, Node, parse_file
from dockerd_lab.config.not_read import NotRead
from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.value import Place
from dockerd_lab.lint.notes import LISTENS, OPENS, Notes

#: The directories of sites, by what includes them in an http{}: in Debian's nginx.conf, both do.
_INCLUDES = {
    f"{NGINX}/conf.d/*.conf": re.compile(rf"{NGINX}/conf\.d/[^/]+\.conf"),
    f"{NGINX}/sites-enabled/*": re.compile(rf"{NGINX}/sites-enabled/[^/]+"),
}
_UNUSED = re.compile(rf"{NGINX}/(sites-available/.*|.*htpasswd.*|.*\.(pem|crt|key))")
#: What else nginx.conf may have outside of its http{}, and includes of the package.
_OUTSIDE = ("user", "worker_processes", "worker_rlimit_nofile", "pid", "error_log", "events")
_PACKAGED = re.compile(rf"({NGINX}/)?(mime\.types|modules-enabled/\*\.conf)")


def http_directives(texts: Mapping[str, str], files: Iterable[str], notes: Notes) -> list[Node]:
    """Return the directives in nginx's http{}; `files` are all paths of the input.

    What is not read goes into `notes`.
    """
    own = [each for each in files if each.startswith(f"{NGINX}/") and not _UNUSED.fullmatch(each)]
    includes = set(_INCLUDES)
    found: list[Node] = []
    if MAIN in own:
        includes = set()
        for each in _parse(MAIN, texts, notes):
            if each.name == "http":
                includes |= {one.value for one in each.own("include")}
                found += [one for one in each.block if one.name != "include"]
            elif each.name == "include":
                includes.add(each.value)
            elif each.name not in _OUTSIDE:
                reason = f"{each.name} in nginx.conf: lint does not know it"
                notes.doubt(reason, each.place, LISTENS, OPENS)
    for include in sorted(includes - set(_INCLUDES)):
        if not _PACKAGED.fullmatch(include):
            notes.doubt(f"what nginx includes with {include}", Place(MAIN), LISTENS, OPENS)
    for file in own:
        include = next((name for name, one in _INCLUDES.items() if one.fullmatch(file)), "")
        if include in includes:
            found += _parse(file, texts, notes)
        elif not include and file != MAIN:
            reason = f"{file}: lint reads only nginx.conf, conf.d and sites-enabled of nginx"
            notes.doubt(reason, Place(file), LISTENS, OPENS)
    return found


def _parse(file: str, texts: Mapping[str, str], notes: Notes) -> Iterable[Node]:
    try:
        return parse_file(file, texts[file], strict=True).block
    except (NotRead, KeyError) as error:
        notes.doubt(f"nginx's syntax, at {error}", Place(file), LISTENS, OPENS)
        return ()
