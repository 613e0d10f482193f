"""Provides stand-ins for parts of the real host that nginx's configuration needs."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from shlex import quote

from dockerd_lab.config import nginx
from dockerd_lab.config.declared import DeclaredConfig
from dockerd_lab.config.paths import DOCKER_SOCKET, NGINX
from dockerd_lab.inputs.input import Input
from dockerd_lab.standins.shell_lines import (
    PACKAGED_GROUPS,
    HostPart,
    directory_of,
    empty_file,
    group_line,
    is_name,
    unless_there,
    user_line,
)

_MAIN = f"{NGINX}/nginx.conf"
#: A docker.sock to which nginx forwards requests.
_PROXIED_SOCKET = re.compile(r"\bunix:(/[\w./-]*docker\.sock)\b")
#: A certificate and its key in one file, for an nginx whose certificate is not in the input.
CERTIFICATE = f"{NGINX}/dockerd-lab.pem"
#: Files of nginx's package, relative to /etc/nginx.
_PACKAGED_FILE = re.compile(
    r"(fastcgi|proxy|scgi|uwsgi)_params|fastcgi\.conf|mime\.types|koi-\w+|win-utf"
    r"|snippets/(fastcgi-php|snakeoil)\.conf|modules-enabled/50-.*"
)
#: Directories for logs that exist on every machine.
_EXISTING_LOG_DIRECTORY = re.compile(r"/|/tmp|/root|/dev|/proc/.*|/var/log(/nginx)?|/etc/nginx")


def nginx_parts(inputs: Input, declared: DeclaredConfig) -> list[HostPart]:
    """Return the parts that nginx's configuration needs, and neither input nor machine have."""
    parts = [
        *_nginx_users(inputs),
        *_docker_group(inputs),
        *_stream_module(inputs),
        *_missing_files(inputs),
        *_docker_socket_links(inputs, declared),
    ]
    return list(dict.fromkeys(parts))


def _docker_group(inputs: Input) -> Iterator[HostPart]:
    """Yield the membership in group docker that nginx needs as a proxy for docker.sock."""
    if not any("docker.sock" in inputs.texts.get(path, "") for path in _nginx_paths(inputs)):
        return
    users = [directive.first for directive in nginx.directives(inputs.texts, "user")]
    user = users[-1] if users else "www-data"
    if user != "root" and is_name(user):
        yield HostPart(
            f"{user}: added to group docker, so that nginx may use docker.sock",
            f"! id {user} >/dev/null 2>&1 || usermod --append --groups docker {user}",
        )


def _stream_module(inputs: Input) -> Iterator[HostPart]:
    """Yield the line that loads `stream`: a module in Debian, but built into nginx's images."""
    texts = [inputs.texts.get(path, "") for path in _nginx_paths(inputs)]
    has_stream = any(re.search(r"^[ \t]*stream\s*\{", text, re.MULTILINE) for text in texts)
    main_file = {_MAIN: inputs.texts.get(_MAIN, "")}
    loads_module = any(
        "stream" in each.value for each in nginx.directives(main_file, "load_module")
    ) or any(
        re.search("modules-enabled|mod-stream", each.value)
        for each in nginx.directives(main_file, "include")
    )
    if inputs.has(_MAIN) and has_stream and not loads_module:
        module = "load_module modules/ngx_stream_module.so;"
        yield HostPart(f"{_MAIN}: `{module}` put before it", f"sed -i '1i {module}' {_MAIN}")


def _nginx_paths(inputs: Input) -> list[str]:
    return [path for path in inputs.origins if path.startswith(f"{NGINX}/")]


def _missing_files(inputs: Input) -> Iterator[HostPart]:
    """Yield the files and directories that nginx needs, such as those that certbot makes."""
    certificate_path = certificate_include(inputs)
    for include in _missing_includes(inputs):
        if include == certificate_path:
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
            if (
                each.first.startswith("/")
                and path is not None
                and not _EXISTING_LOG_DIRECTORY.fullmatch(parent)
            ):
                yield HostPart(f"{parent}: made, for nginx's log", directory_of(path) + ":")


def certificate_include(inputs: Input) -> str | None:
    """Return the included file that names nginx's certificate on the real host.

    Return None if the input itself names a certificate, or needs none.
    """
    missing = _missing_includes(inputs)
    return missing[0] if missing and nginx.lacks_certificate(inputs.texts) else None


def _missing_includes(inputs: Input) -> list[str]:
    """Return the included files that do not exist; first those that likely name a certificate."""
    paths = [each.path for each in nginx.directives(inputs.texts, "include")]
    missing = {
        path: None
        for path in paths
        if path is not None
        and "*" not in path
        and not inputs.has(path)
        and not _PACKAGED_FILE.fullmatch(path.removeprefix(f"{NGINX}/"))
    }
    return sorted(missing, key=lambda path: not re.search("cert|sign|(ssl|tls)(?!.*param)", path))


def _docker_socket_links(inputs: Input, declared: DeclaredConfig) -> Iterator[HostPart]:
    """Yield links to docker.sock at the paths where a container with nginx has it mounted."""
    existing = {
        DOCKER_SOCKET,
        "/var/run/docker.sock",
        *(h.value.removeprefix("unix://") for h in declared.hosts),
    }
    for each in nginx.directives(inputs.texts, "proxy_pass|server|set"):
        for path in _PROXIED_SOCKET.findall(each.value):
            if path not in existing:
                make = f"ln -s {DOCKER_SOCKET} {quote(path)}"
                yield HostPart(f"{path}: a link to {DOCKER_SOCKET}", unless_there(path, make))


def _nginx_users(inputs: Input) -> Iterator[HostPart]:
    for each in nginx.directives(inputs.texts, "user"):
        user, group = (*each.value.split(), each.first)[:2]
        if is_name(user) and is_name(group) and user not in ("root", "www-data", "nobody"):
            yield HostPart(f"{user}: the user as whom nginx runs, added", user_line(user, group))
        elif is_name(group) and group != user and group not in PACKAGED_GROUPS:
            yield HostPart(f"{group}: nginx's group, added", group_line(group))
