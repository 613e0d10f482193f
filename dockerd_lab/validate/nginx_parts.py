"""What nginx's configuration names of the real host, or needs of it, and the lab makes."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.validate import nginx
from dockerd_lab.validate.asked import Asked
from dockerd_lab.validate.given import Given
from dockerd_lab.validate.shell_lines import (
    GROUPS,
    HostPart,
    directory_of,
    empty_file,
    group_line,
    is_name,
    unless_there,
    user_line,
)

_MAIN = f"{nginx.DIRECTORY}/nginx.conf"
_SOCKET = "/run/docker.sock"
#: A docker.sock to which nginx hands requests on.
_PROXIED_SOCKET = re.compile(r"\bunix:(/[\w./-]*docker\.sock)\b")
#: A certificate and its key in one file, for an nginx whose own is in a file that is not given.
CERTIFICATE = f"{nginx.DIRECTORY}/dockerd-lab.pem"
#: What nginx's package brings, below its directory.
_OF_NGINX = re.compile(
    r"(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf|mime\.types|koi-\w+|win-utf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf|modules-enabled/50-.*"
)
#: Directories of logs that are there.
_LOGS = re.compile(r"/|/tmp|/root|/dev|/proc/.*|/var/log(/nginx)?|/etc/nginx")


def nginx_parts(given: Given, asked: Asked) -> list[HostPart]:
    """What this configuration of nginx needs and neither the input nor the machine has."""
    found = [
        *_users(given),
        *_group(given),
        *_module(given),
        *_files(given),
        *_socket(given, asked),
    ]
    return list(dict.fromkeys(found))


def _group(given: Given) -> Iterator[HostPart]:
    """A proxy before docker.sock has to be let in to it."""
    if not any("docker.sock" in given.texts.get(path, "") for path in _own(given)):
        return
    users = [found.first for found in nginx.directives(given.texts, "user")]
    user = users[-1] if users else "www-data"
    if user != "root" and is_name(user):
        yield HostPart(
            f"{user}: added to group docker, so that nginx may use docker.sock",
            f"! id {user} >/dev/null 2>&1 || usermod --append --groups docker {user}",
        )


def _module(given: Given) -> Iterator[HostPart]:
    """Images of nginx have `stream` built in; Debian's is a module."""
    texts = [given.texts.get(path, "") for path in _own(given)]
    streams = any(re.search(r"^[ \t]*stream\s*\{", text, re.MULTILINE) for text in texts)
    main = {_MAIN: given.texts.get(_MAIN, "")}
    modular = any("stream" in each.value for each in nginx.directives(main, "load_module")) or any(
        re.search("modules-enabled|mod-stream", each.value)
        for each in nginx.directives(main, "include")
    )
    if given.has(_MAIN) and streams and not modular:
        module = "load_module modules/ngx_stream_module.so;"
        yield HostPart(f"{_MAIN}: `{module}` put before it", f"sed -i '1i {module}' {_MAIN}")


def _own(given: Given) -> list[str]:
    return [path for path in given.origins if path.startswith(f"{nginx.DIRECTORY}/")]


def _files(given: Given) -> Iterator[HostPart]:
    """Files and directories that nginx needs; certbot's own are in no repository."""
    with_certificate = certificate_include(given)
    for include in _absent_includes(given):
        if include == with_certificate:
            lines = f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {CERTIFICATE};"
            make = f"{directory_of(include)}echo {quote(lines)} >{quote(include)}"
            said = f"{include}: made, with a certificate and key made for this run"
            yield HostPart(said, make)
        else:
            yield empty_file(include, "settings of the real host, made as an empty file")
    for each in nginx.directives(given.texts, "ssl_dhparam"):
        if (path := each.path) is not None and not given.has(path):
            make = f"openssl dhparam -dsaparam -out {quote(path)} 2048 2>/dev/null"
            yield HostPart(f"{path}: parameters made for this run", unless_there(path, make))
    for each in nginx.directives(given.texts, "auth_basic_user_file"):
        if (path := each.path) is not None and not given.has(path):
            yield empty_file(path, "a list without passwords, with which nobody gets in")
    for each in nginx.directives(given.texts, "(?:proxy|fastcgi)_cache_path"):
        if (path := each.path) is not None:
            yield HostPart(f"{path}: made, for what nginx keeps", f"mkdir -p {quote(path)}")
    for name in ("access_log", "error_log"):
        for each in nginx.directives(given.texts, name):
            path = each.path
            parent = str(PurePosixPath(path or "/").parent)
            if each.first.startswith("/") and path is not None and not _LOGS.fullmatch(parent):
                yield HostPart(f"{parent}: made, for nginx's log", directory_of(path) + ":")


def certificate_include(given: Given) -> str | None:
    """The file that names nginx's certificate on the real host, where it is in no other."""
    absent = _absent_includes(given)
    return absent[0] if absent and nginx.lacks_certificate(given.texts) else None


def _absent_includes(given: Given) -> list[str]:
    """What nginx includes and nobody has; first what is likely to name a certificate."""
    paths = [each.path for each in nginx.directives(given.texts, "include")]
    absent = {
        path: None
        for path in paths
        if path is not None
        and "*" not in path
        and not given.has(path)
        and not _OF_NGINX.fullmatch(path.removeprefix(f"{nginx.DIRECTORY}/"))
    }
    return sorted(absent, key=lambda path: not re.search("cert|sign|(ssl|tls)(?!.*param)", path))


def _socket(given: Given, asked: Asked) -> Iterator[HostPart]:
    """The socket of the real host, at the path where a container with nginx has it mounted."""
    own = {_SOCKET, "/var/run/docker.sock", *(h.value.removeprefix("unix://") for h in asked.hosts)}
    for each in nginx.directives(given.texts, "proxy_pass|server|set"):
        for path in _PROXIED_SOCKET.findall(each.value):
            if path not in own:
                make = f"ln -s {_SOCKET} {quote(path)}"
                yield HostPart(f"{path}: a link to {_SOCKET}", unless_there(path, make))


def _users(given: Given) -> Iterator[HostPart]:
    for each in nginx.directives(given.texts, "user"):
        user, group = (*each.value.split(), each.first)[:2]
        if is_name(user) and is_name(group) and user not in ("root", "www-data", "nobody"):
            yield HostPart(f"{user}: the user as whom nginx runs, added", user_line(user, group))
        elif is_name(group) and group != user and group not in GROUPS:
            yield HostPart(f"{group}: nginx's group, added", group_line(group))
