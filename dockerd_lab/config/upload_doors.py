"""Reads where servers take files from whoever sends them: WebDAV, rsync, FTP, TFTP, SMB and NFS.

Whatever runs such a file, or takes its words for arguments, does what a stranger says.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from dockerd_lab.config.nginx_tree import Node, parse_file
from dockerd_lab.config.value import Place, Value

#: Where such servers have their files, besides nginx and other proxies.
PLACES = (
    *("/etc/rsyncd.conf", "/etc/exports", "/etc/exports.d", "/etc/samba", "/etc/vsftpd.conf"),
    *("/etc/proftpd", "/etc/pure-ftpd", "/etc/default/tftpd-hpa", "/etc/default/atftpd"),
)
_WRITING = {"PUT", "COPY", "MOVE"}
_YES, _NO = r"(?:yes|true|1|on)\b", r"(?:no|false|0|off)\b"
#: exports(5): a client that is no single machine, with `rw` among its options.
_EXPORT = re.compile(r"\s(?:\*|\S*[*/?@]\S*|(?=\())\([^)\s]*\brw\b[^)\s]*\)")
_ANONYMOUS_FTP = re.compile(r"^\s*anon_upload_enable\s*=\s*yes\b", re.IGNORECASE)
_PURE_FTP = re.compile(rf"^\s*{_NO}", re.IGNORECASE)
_TFTP = re.compile(r"^(?!\s*[#;]).*(?:in\.tftpd\b|TFTP_OPTIONS=).*\s\"?(?:-\w*c\w*|--create)\b")
_ATFTP = re.compile(r"^(?!\s*[#;]).*(?:\batftpd\b|^OPTIONS=).*")


def find_upload_doors(texts: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    r"""Yield the lines by which strangers write files, with the server's name before each.

    `texts` are by path.

    >>> texts = {"/etc/rsyncd.conf": "[jobs]\npath = /srv/jobs\nread only = no\n"}
    >>> [(server, line.value, line.place.line) for server, line in find_upload_doors(texts)]
    [('rsync', 'read only = no', 3)]
    """
    for file, text in texts.items():
        for pattern, server, find in _READERS:
            if pattern.search(file):
                for number, line in find(file, text):
                    yield server, Value(line.strip(), Place(file, number))


def _find_nginx(file: str, text: str) -> Iterator[tuple[int, str]]:
    for node in _open_dav(parse_file(file, text), ()):
        yield node.line, f"{node.name} {node.value}"


def _open_dav(block: Node, outer: tuple[Node, ...]) -> Iterator[Node]:
    """Yield the `dav_methods` by which strangers write, in a block within others."""
    blocks = (block, *outer)
    for node in block.block:
        writes = node.name == "dav_methods" and not _WRITING.isdisjoint(node.arguments)
        if writes and not _keeps_strangers_out(blocks):
            yield node
        yield from _open_dav(node, blocks)


def _keeps_strangers_out(blocks: tuple[Node, ...]) -> bool:
    """Return whether blocks, the innermost first, deny everybody, or want a password or a key."""
    location = blocks[0]
    limited = [each for each in location.own("limit_except") if _WRITING.isdisjoint(each.arguments)]
    if location.own("internal", "return") or any(map(_denies_all, limited)):
        return True
    if any(each.own("auth_basic") for each in limited):
        return True
    if any(n.first == "on" for each in blocks for n in each.own("ssl_verify_client")):
        return True
    # Of these nginx inherits all or nothing (ngx_http_access_module).
    rules = next((each for each in blocks if each.own("allow", "deny")), None)
    denied = rules is not None and _denies_all(rules)
    names = next((each.own("auth_basic") for each in blocks if each.own("auth_basic")), [])
    asked = any(node.first != "off" for node in names)
    satisfy = next((each.own("satisfy") for each in blocks if each.own("satisfy")), [])
    any_is_enough = any(node.first == "any" for node in satisfy)
    return denied and asked if any_is_enough else denied or asked


def _denies_all(block: Node) -> bool:
    return not block.own("allow") and any(each.first == "all" for each in block.own("deny"))


def _find_rsync(_: str, text: str) -> Iterator[tuple[int, str]]:
    for section in _sections(text):
        line = _setting(section, rf"read\s*only\s*=\s*{_NO}") or _setting(
            section, rf"write\s*only\s*=\s*{_YES}"
        )
        if line is not None and _setting(section, r"auth\s*users\s*=\s*\S") is None:
            yield line


def _find_samba(_: str, text: str) -> Iterator[tuple[int, str]]:
    for section in _sections(text):
        line = _setting(section, rf"read\s*only\s*=\s*{_NO}") or _setting(
            section, rf"(?:writ(?:e)?able|write\s*ok)\s*=\s*{_YES}"
        )
        is_for_guests = _setting(section, rf"(?:guest\s*(?:ok|only)|public)\s*=\s*{_YES}")
        if line is not None and is_for_guests is not None:
            yield line


def _find_proftpd(_: str, text: str) -> Iterator[tuple[int, str]]:
    if not re.search(r"(?i)<Limit\s+[^>]*(?:WRITE|STOR)[^>]*>\s*DenyAll", text):
        yield from _find_lines(re.compile(r"^\s*<Anonymous\b", re.IGNORECASE))("", text)


def _find_lines(pattern: re.Pattern[str]) -> Callable[[str, str], Iterator[tuple[int, str]]]:
    def find(_: str, text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line) and not line.lstrip().startswith("#"):
                yield number, line

    return find


def _sections(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the numbered lines of each section, after those that hold for all of them."""
    common: list[tuple[int, str]] = []
    section: list[tuple[int, str]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if name := re.match(r"\s*\[([^\]]+)\]", line):
            if section is not None:
                yield [*common, *section]
            section = None if name[1] == "global" else []
        elif section is None:
            common.append((number, line))
        else:
            section.append((number, line))
    if section is not None:
        yield [*common, *section]


def _setting(section: list[tuple[int, str]], pattern: str) -> tuple[int, str] | None:
    """Return the last line of a section that sets the same, if it is as the pattern says."""
    key = re.compile(rf"\s*{pattern.rpartition('=')[0]}=", re.IGNORECASE)
    lines = [each for each in section if key.match(each[1])]
    is_so = lines and re.match(rf"\s*{pattern}", lines[-1][1], re.IGNORECASE)
    return lines[-1] if is_so else None


#: By what is in a file's path: the server, and what finds the lines.
_READERS = tuple(
    (re.compile(pattern), server, find)
    for pattern, server, find in (
        ("/nginx/", "nginx", _find_nginx),
        (r"/rsyncd[^/]*\.conf$", "rsync", _find_rsync),
        (r"/smb\.conf$|/samba/", "Samba", _find_samba),
        (r"/exports$|/exports\.d/", "NFS", _find_lines(_EXPORT)),
        (r"/vsftpd[^/]*\.conf$", "vsftpd", _find_lines(_ANONYMOUS_FTP)),
        (r"/proftpd", "ProFTPD", _find_proftpd),
        (r"/pure-ftpd/conf/AnonymousCantUpload$", "Pure-FTPd", _find_lines(_PURE_FTP)),
        (r"/default/tftpd-hpa$|/inetd\.conf$|\.(service|conf)$", "tftpd", _find_lines(_TFTP)),
        (r"/default/atftpd$|/inetd\.conf$|\.service$", "atftpd", _find_lines(_ATFTP)),
    )
)
