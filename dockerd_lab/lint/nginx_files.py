"""Reads the files of nginx that are in effect: which of them nginx.conf includes."""

import re
from collections.abc import Iterable, Mapping

from dockerd_lab.config.paths import NGINX
from dockerd_lab.config.value import Place
from dockerd_lab.lint.nginx_tree import Directive, NotRead, parse
from dockerd_lab.lint.notes import OPENS, Notes

_MAIN = f"{NGINX}/nginx.conf"
#: The directories of sites, by what includes them in an http{}: in Debian's nginx.conf, both do.
_INCLUDES = {
    f"{NGINX}/conf.d/*.conf": re.compile(rf"{NGINX}/conf\.d/[^/]+\.conf"),
    f"{NGINX}/sites-enabled/*": re.compile(rf"{NGINX}/sites-enabled/[^/]+"),
}
_UNUSED = re.compile(rf"{NGINX}/(sites-available/.*|.*htpasswd.*|.*\.(pem|crt|key))")
#: What else nginx.conf may have outside of its http{}, and includes of the package.
_OUTSIDE = ("user", "worker_processes", "worker_rlimit_nofile", "pid", "error_log", "events")
_PACKAGED = re.compile(rf"({NGINX}/)?(mime\.types|modules-enabled/\*\.conf)")


def http_directives(
    texts: Mapping[str, str], files: Iterable[str], notes: Notes
) -> list[Directive]:
    """Return the directives in nginx's http{}; `files` are all paths of the input.

    What is not read goes into `notes`.
    """
    own = [each for each in files if each.startswith(f"{NGINX}/") and not _UNUSED.fullmatch(each)]
    includes = set(_INCLUDES)
    found: list[Directive] = []
    if _MAIN in own:
        includes = set()
        for each in _parse(_MAIN, texts, notes):
            if each.name == "http":
                includes |= {one.value for one in each.named("include")}
                found += [one for one in each.block if one.name != "include"]
            elif each.name == "include":
                includes.add(each.value)
            elif each.name not in _OUTSIDE:
                reason = f"{each.name} in nginx.conf: lint does not know it"
                notes.doubt(reason, Place(each.file, each.line), OPENS)
    for include in sorted(includes - set(_INCLUDES)):
        if not _PACKAGED.fullmatch(include):
            notes.doubt(f"what nginx includes with {include}", Place(_MAIN), OPENS)
    for file in own:
        include = next((name for name, one in _INCLUDES.items() if one.fullmatch(file)), "")
        if include in includes:
            found += _parse(file, texts, notes)
        elif not include and file != _MAIN:
            reason = f"{file}: lint reads only nginx.conf, conf.d and sites-enabled of nginx"
            notes.doubt(reason, Place(file), OPENS)
    return found


def _parse(file: str, texts: Mapping[str, str], notes: Notes) -> Iterable[Directive]:
    try:
        return parse(file, texts[file]).block
    except (NotRead, KeyError) as error:
        notes.doubt(f"nginx's syntax, at {error}", Place(file), OPENS)
        return ()
