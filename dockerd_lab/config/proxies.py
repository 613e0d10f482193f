"""Reads which proxies a configuration wants, and what their files name: TLS, servers, paths."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from dockerd_lab.config import server_words, units
from dockerd_lab.config.proxy_table import PROXIES, Proxy
from dockerd_lab.config.readers import reader_of
from dockerd_lab.config.script_commands import without_comments
from dockerd_lab.config.value import Place, Value

#: What a line has that publishes Docker's API: the socket, or else a port.
_PUBLISHES = (r"docker[\w.-]*\.sock", r"\b237[5-7]\b")
#: The programs that run the commands in their files.
_RUNNERS = ("rc-local.service", "systemd-sysv-generator", "cron", "at", "xinetd", "inetd")


@dataclass(frozen=True)
class WantedProxy:
    """A proxy that a configuration wants."""

    proxy: Proxy
    packages: tuple[str, ...]
    """Debian's packages that it needs besides those of every machine."""
    place: Place | None
    """Where the configuration names it; None if a script does."""
    files: tuple[str, ...]
    """Those of the input's paths that are its configuration."""

    @property
    def services(self) -> tuple[str, ...]:
        """Return the units that read its files, as its package would start them."""
        stems = [PurePosixPath(file).stem for file in self.files if file.endswith(".conf")]
        names = [stem for stem in stems if re.fullmatch(r"[\w.-]+", stem)] or ["*"]
        each = (unit.format(name=name) for unit in self.proxy.units for name in names)
        return tuple(dict.fromkeys(unit for unit in each if self.files and "*" not in unit))


def wanted_proxies(
    texts: Mapping[str, str], paths: Collection[str], scripts: Iterable[str] = ()
) -> list[WantedProxy]:
    """Return the proxies that a configuration wants, in the order of the table.

    They are wanted by a configuration file at its place, by a unit that runs the program, and by a
    script that names it. `texts` are the texts by path, `paths` are those of all files.

    >>> [wanted] = wanted_proxies({"/etc/haproxy/haproxy.cfg": "frontend a"}, ["/etc/haproxy/x"])
    >>> wanted.packages, wanted.services
    (('haproxy',), ('haproxy.service',))
    """
    script = "\n".join(map(without_comments, scripts))
    found = (_find(proxy, texts, paths, script) for proxy in PROXIES)
    return [wanted for wanted in found if wanted is not None]


def file_patterns() -> tuple[str, ...]:
    """Return the patterns of all proxies' files."""
    return tuple(pattern for proxy in PROXIES for pattern in proxy.files)


def directories() -> tuple[str, ...]:
    """Return the directories and files below which the proxies' configuration lies."""
    return tuple(pattern.removesuffix("/*") for pattern in file_patterns())


def programs_with_servers() -> tuple[str, ...]:
    """Return what netstat calls the proxies that have names and paths of servers."""
    return ("nginx", *(proxy.listens_as for proxy in PROXIES if proxy.listens_as))


def tls_files(texts: Mapping[str, str], credential: str) -> Iterator[Value]:
    """Yield the paths of the TLS files that the proxies' configuration names.

    `credential` is `ca`, `server-cert` or `server-key`.
    """
    for proxy, file, text in texts_of_proxies(texts):
        pattern = proxy.tls.get(credential, "(?!)")
        for match in re.finditer(pattern, _uncommented(text), re.MULTILINE):
            yield Value(match[1], Place(file, text.count("\n", 0, match.start(1)) + 1))


def server_names(texts: Mapping[str, str]) -> list[str]:
    r"""Return the first few names of their servers; for a wildcard, one name that matches.

    >>> server_names({"/etc/caddy/Caddyfile": "https://docker.example.org:2376, :80 {\n}"})
    ['docker.example.org']
    """
    words = (re.sub(r"^\w+://|[:/].*", "", word) for word in _following(texts, "hosts"))
    return server_words.names(word for word in words if re.search("[A-Za-z]", word))


def path_prefixes(texts: Mapping[str, str]) -> list[str]:
    """Return the first few paths below which they may forward to Docker's API.

    >>> path_prefixes({"/etc/apache2/a.conf": 'ProxyPass "/docker/" unix:/run/docker.sock'})
    ['/docker']
    """
    words = (word.lstrip("^") for word in _following(texts, "paths"))
    literal = (re.match(r"/[\w./-]*", word) for word in words)
    return server_words.prefixes(path[0] for path in literal if path)


def request_fields(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names of the headers, cookies and arguments that the proxies read."""
    names: dict[str, list[str]] = {"headers": [], "cookies": [], "arguments": []}
    for proxy, _, text in texts_of_proxies(texts):
        for kind, pattern in proxy.fields.items():
            for match in re.finditer(pattern, _uncommented(text)):
                names[kind] += [name for name in match.groups() if name]
    limited = {kind: server_words.limit(found) for kind, found in names.items()}
    return {**limited, "headers": server_words.headers(names["headers"])}


def _find(
    proxy: Proxy, texts: Mapping[str, str], paths: Collection[str], script: str
) -> WantedProxy | None:
    files = tuple(path for path in paths if _is_file_of(proxy, path))
    place = _place_in_files(files, texts) or _place_in_units(proxy, texts)
    place = place or _place_in_commands(proxy, texts)
    if place is None and not _is_named(proxy, script):
        return None
    own = "\n".join([*files, *(texts.get(file, "") for file in files)])
    packages = [*proxy.packages]
    for pattern, package in proxy.more_packages.items():
        for match in re.finditer(pattern, own):
            packages.append(match.expand(package).replace("_", "-"))
    if proxy.name == "nginx" and not packages:
        return None  # it is on every machine
    return WantedProxy(proxy, tuple(dict.fromkeys(packages)), place, files)


def _is_file_of(proxy: Proxy, path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in proxy.files)


def _place_in_files(files: Iterable[str], texts: Mapping[str, str]) -> Place | None:
    """Return the line that publishes a socket, or else the first file; None without any file."""
    for pattern in _PUBLISHES:
        for file in files:
            for number, line in enumerate(texts.get(file, "").splitlines(), 1):
                if re.search(pattern, line):
                    return Place(file, number)
    return next((Place(file) for file in files), None)


def _place_in_units(proxy: Proxy, texts: Mapping[str, str]) -> Place | None:
    """Return the line of a unit that runs one of its programs; None if there is none."""
    for file, text in texts.items():
        if "/systemd/system" not in file:
            continue
        for each in units.assignments(file, text):
            names = {PurePosixPath(word).name for word in units.words(each.value)}
            if each.key.startswith("Exec") and not names.isdisjoint(proxy.commands):
                return Place(file, each.line)
    return None


def _place_in_commands(proxy: Proxy, texts: Mapping[str, str]) -> Place | None:
    """Return the line of another file with commands that has one of its programs.

    These are files that a boot runs, those of cron, at and inetd, and scripts.
    """
    names = "|".join(map(re.escape, proxy.commands)) or "(?!)"
    pattern = rf"(?<![\w.-])(?:{names})(?![\w.-])"
    for file, text in texts.items():
        reader = reader_of(file)
        has_commands = (reader is not None and reader.name in _RUNNERS) or text.startswith("#!")
        match = re.search(pattern, _uncommented(text)) if has_commands else None
        if match is not None:
            return Place(file, _uncommented(text).count("\n", 0, match.start()) + 1)
    return None


def _is_named(proxy: Proxy, script: str) -> bool:
    """Return whether a script names one of its programs, packages or configuration files."""
    names = {*proxy.commands, *(proxy.packages if not proxy.in_scripts else ())}
    directory = any(pattern.removesuffix("*") in script for pattern in proxy.files)
    is_named = any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", script) for name in names)
    is_called = proxy.in_scripts and re.search(proxy.in_scripts, script) is not None
    return is_named or bool(is_called) or (directory and bool(names))


def texts_of_proxies(texts: Mapping[str, str]) -> Iterator[tuple[Proxy, str, str]]:
    """Yield the files of proxies among the texts by path: the proxy, the path, the text."""
    for file, text in texts.items():
        for proxy in PROXIES:
            if _is_file_of(proxy, file):
                yield proxy, file, text


def _following(texts: Mapping[str, str], kind: str) -> Iterator[str]:
    """Yield the words after what the table has as `hosts` or `paths`, on the same line."""
    for proxy, _, text in texts_of_proxies(texts):
        pattern = getattr(proxy, kind)
        for match in re.finditer(rf"(?:{pattern})(.*)", _uncommented(text), re.MULTILINE):
            words = re.split(r"[\s,|()\"'<>]+", match[1]) if pattern else []
            yield from filter(None, words)


def _uncommented(text: str) -> str:
    """Return a text without its comments; a `#` within a word starts none."""
    return re.sub(r"(?m)(^|[ \t])#.*", r"\1", text)
