"""What nginx's configuration names of the real host, or needs of it, and the lab makes."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.paths import NGINX
from dockerd_lab.inputs.input import Input
from dockerd_lab.standins.shell_lines import (
    GROUPS,
    HostPart,
    directory_of,
    empty_file,
    group_line,
    is_name,
    unless_there,
    user_line,
)

_MAIN = f"{NGINX}/nginx.conf"
_SOCKET = "/run/docker.sock"
#: A docker.sock to which nginx hands requests on.
_PROXIED_SOCKET = re.compile(r"\bunix:(/[\w./-]*docker\.sock)\b")
#: A certificate and its key in one file, for an nginx whose own is in a file that is not given.
CERTIFICATE = f"{NGINX}/dockerd-lab.pem"
#: What nginx's package brings, below its directory.
_OF_NGINX = re.compile(
    r"(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf|mime\.types|koi-\w+|win-utf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf|modules-enabled/50-.*"
)
#: Directories of logs that are there.
_LOGS = re.compile(r"/|/tmp|/root|/dev|/proc/.*|/var/log(/nginx)?|/etc/nginx")


def nginx_parts(inputs: Input, declared: DeclaredConfig) -> list[HostPart]:
    """What this configuration of nginx needs and neither the input nor the machine has."""
    found = [
        *_users(inputs),
        *_group(inputs),
        *_module(inputs),
        *_files(inputs),
        *_socket(inputs, declared),
    ]
    return list(dict.fromkeys(found))


def _group(inputs: Input) -> Iterator[HostPart]:
    """A proxy before docker.sock has to be let in to it."""
    if not any("docker.sock" in inputs.texts.get(path, "") for path in _own(inputs)):
        return
    users = [found.first for found in nginx.directives(inputs.texts, "user")]
    user = users[-1] if users else "www-data"
    if user != "root" and is_name(user):
        yield HostPart(
            f"{user}: added to group docker, so that nginx may use docker.sock",
            f"! id {user} >/dev/null 2>&1 || usermod --append --groups docker {user}",
        )


def _module(inputs: Input) -> Iterator[HostPart]:
    """Images of nginx have `stream` built in; Debian's is a module."""
    texts = [inputs.texts.get(path, "") for path in _own(inputs)]
    streams = any(re.search(r"^[ \t]*stream\s*\{", text, re.MULTILINE) for text in texts)
    main = {_MAIN: inputs.texts.get(_MAIN, "")}
    modular = any("stream" in each.value for each in nginx.directives(main, "load_module")) or any(
        re.search("modules-enabled|mod-stream", each.value)
        for each in nginx.directives(main, "include")
    )
    if inputs.has(_MAIN) and streams and not modular:
        module = "load_module modules/ngx_stream_module.so;"
        yield HostPart(f"{_MAIN}: `{module}` put before it", f"sed -i '1i {module}' {_MAIN}")


def _own(inputs: Input) -> list[str]:
    return [path for path in inputs.origins if path.startswith(f"{NGINX}/")]


def _files(inputs: Input) -> Iterator[HostPart]:
    """Files and directories that nginx needs; certbot's own are in no repository."""
    with_certificate = certificate_include(inputs)
    for include in _absent_includes(inputs):
        if include == with_certificate:
            lines = f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {CERTIFICATE};"
            make = f"{directory_of(include)}echo {quote(lines)} >{quote(include)}"
            note = f"{include}: made, with a certificate and key made for this run"
            yield HostPart(note, make)
        else:
            yield empty_file(include, "settings of the real host, made as an empty file")
    for each in nginx.directives(inputs.texts, "ssl_dhparam"):
        if (path := each.path) is not None and not inputs.has(path):
            make = f"openssl dhparam -dsaparam -out {quote(path)} 2048 2>/dev/null"
            yield HostPart(f"{path}: parameters made for this run", unless_there(path, make))
    for each in nginx.directives(inputs.texts, "auth_basic_user_file"):
        if (path := each.path) is not None and not inputs.has(path):
            yield empty_file(path, "a list without passwords, with which nobody gets in")
    for each in nginx.directives(inputs.texts, "(?:proxy|fastcgi)_cache_path"):
        if (path := each.path) is not None:
            yield HostPart(f"{path}: made, for what nginx keeps", f"mkdir -p {quote(path)}")
    for name in ("access_log", "error_log"):
        for each in nginx.directives(inputs.texts, name):
            path = each.path
            parent = str(PurePosixPath(path or "/").parent)
            if each.first.startswith("/") and path is not None and not _LOGS.fullmatch(parent):
                yield HostPart(f"{parent}: made, for nginx's log", directory_of(path) + ":")


def certificate_include(inputs: Input) -> str | None:
    """The file that names nginx's certificate on the real host, where it is in no other."""
    absent = _absent_includes(inputs)
    return absent[0] if absent and nginx.lacks_certificate(inputs.texts) else None


def _absent_includes(inputs: Input) -> list[str]:
    """What nginx includes and nobody has; first what is likely to name a certificate."""
    paths = [each.path for each in nginx.directives(inputs.texts, "include")]
    absent = {
        path: None
        for path in paths
        if path is not None
        and "*" not in path
        and not inputs.has(path)
        and not _OF_NGINX.fullmatch(path.removeprefix(f"{NGINX}/"))
    }
    return sorted(absent, key=lambda path: not re.search("cert|sign|(ssl|tls)(?!.*param)", path))


def _socket(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    """The socket of the real host, at the path where a container with nginx has it mounted."""
    own = {
        _SOCKET,
        "/var/run/docker.sock",
        *(h.value.removeprefix("unix://") for h in declared.hosts),
    }
    for each in nginx.directives(inputs.texts, "proxy_pass|server|set"):
        for path in _PROXIED_SOCKET.findall(each.value):
            if path not in own:
                make = f"ln -s {_SOCKET} {quote(path)}"
                yield HostPart(f"{path}: a link to {_SOCKET}", unless_there(path, make))


def _users(inputs: Input) -> Iterator[HostPart]:
    for each in nginx.directives(inputs.texts, "user"):
        user, group = (*each.value.split(), each.first)[:2]
        if is_name(user) and is_name(group) and user not in ("root", "www-data", "nobody"):
            yield HostPart(f"{user}: the user as whom nginx runs, added", user_line(user, group))
        elif is_name(group) and group != user and group not in GROUPS:
            yield HostPart(f"{group}: nginx's group, added", group_line(group))
