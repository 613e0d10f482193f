"""Places of a configuration, a log or a command where people keep secrets."""

import html
import json
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

#: So much of a secret in an output is a leak (characters).
PART = 8
_WORD = string.ascii_letters + string.digits
_ANY = _WORD + ":/@+=_-."


def plain(output: str) -> str:
    """An output without what only its form adds: wrapped lines, and escapes of XML, JSON, …"""
    return re.sub(r"[\s\\]", "", html.unescape(output))


def fragments(secret: str) -> set[str]:
    """The parts of a secret of which none may be seen; those of few letters are in any text."""
    text = plain(secret)
    parts = {text[at : at + PART] for at in range(len(text) - PART + 1)}
    return {part for part in parts if len(set(part)) > PART // 2}


def _secrets(letters: str, length: int = 0) -> st.SearchStrategy[str]:
    made = st.text(letters, min_size=length or 12, max_size=length or 40)
    # The first and the last letter make half the difference of what is recognised.
    return made.filter(lambda secret: len(fragments(secret)) > len(secret) // 2)


@dataclass(frozen=True)
class Place:
    """Where a secret is: `file` of a configuration, or else a command line of dockerd's."""

    name: str
    text: Callable[[str], str]
    secrets: st.SearchStrategy[str]
    file: str | None = None
    in_a_line: bool = True
    """Whether the text may also stand in a line of a log."""


def _key(secret: str) -> str:
    lines = "\n".join(f"{secret}{'A' * 30}" for _ in range(3))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


_UNIT = "etc/systemd/system/docker.service.d/x.conf"
_SITE = "etc/nginx/conf.d/x.conf"
_LIST = "etc/nginx/docker.htpasswd"
_CONFIG = "root/.docker/config.json"
_DAEMON = "etc/docker/daemon.json"
_SCRIPT = "provision.sh"
_HASH = _secrets(_WORD + "./", 22)
_QUOTED = _secrets(_ANY + "\"\\'$ ,;")
_ALL = _secrets(_ANY)
_64 = _secrets(_WORD + "+/=", 40)

PLACES = [
    Place("tcp", lambda s: f"-H tcp://me:{s}@192.168.3.201:2375", _ALL),
    Place("ssh", lambda s: f"-H=ssh://me:{s}@host:22", _ALL),
    Place("hosts", lambda s: json.dumps({"hosts": [f"tcp://:{s}@a:1"]}), _ALL, _DAEMON),
    Place("proxy", lambda s: f"Environment=ALL_PROXY=socks5h://me:{s}@p:1080", _ALL, _UNIT),
    Place("log-opt", lambda s: f"--log-opt splunk-token={s} --log-opt tag=a", _ALL),
    Place("option", lambda s: f"--log-opt awslogs-secret-access-key={s}", _ALL),
    Place("registry", lambda s: f"--registry-token {s} -H fd://", _ALL),
    Place("flag=", lambda s: f"--registry-password={s} -H fd://", _ALL),
    Place("log-opts", lambda s: json.dumps({"log-opts": {"splunk-token": s}}), _QUOTED, _DAEMON),
    Place("variable", lambda s: f"Environment=A=b X_API_KEY={s}", _ALL, _UNIT),
    Place(
        "variable in quotes",
        lambda s: f'Environment="X_SECRET={s}"',
        _secrets(_ANY + " ,;'"),
        _UNIT,
    ),
    Place(
        "file of variables",
        lambda s: f"X_PASSWD='{s}'",
        _secrets(_ANY + ' ,;"'),
        "etc/default/docker",
    ),
    Place("script", lambda s: f"export X_TOKEN={s}; true", _ALL, _SCRIPT),
    Place("YAML", lambda s: f"  X_PASSWORD: {s}", _ALL, _SCRIPT, in_a_line=False),
    Place("htpasswd", lambda s: f"me:$apr1$salt4711${s}", _HASH, _LIST),
    Place("SHA", lambda s: f"me:{{SHA}}{s}", _64, _LIST),
    Place("bcrypt", lambda s: f"me:$2y$10${s}", _secrets(_WORD + "./", 53), _LIST),
    Place("crypt", lambda s: f"me:$6$rounds=5000$salt4711${s}", _secrets(_WORD + "./", 86), _LIST),
    Place("auth", lambda s: json.dumps({"auths": {"a": {"auth": s}}}), _64, _CONFIG),
    Place("identity", lambda s: json.dumps({"auths": {"a": {"identitytoken": s}}}), _ALL, _CONFIG),
    Place("key", _key, _secrets(_WORD + "+/", 34), "etc/docker/key.pem", in_a_line=False),
    Place("key in JSON", lambda s: json.dumps({"a": _key(s)}), _secrets(_WORD + "+/", 34), _CONFIG),
    Place(
        "indented key",
        lambda s: "cat <<x\n  " + _key(s).replace("\n", "\n  "),
        _secrets(_WORD + "+/", 34),
        _SCRIPT,
        in_a_line=False,
    ),
    Place("nginx", lambda s: f'proxy_set_header Authorization "Basic {s}";', _64, _SITE),
    Place("registry header", lambda s: f"proxy_set_header X-Registry-Auth {s};", _64, _SITE),
    Place("header", lambda s: f"curl -H 'Authorization: Bearer {s}' http://a/", _ALL, _SCRIPT),
    Place("curl", lambda s: f"curl -sSu me:{s} https://a/", _ALL, _SCRIPT),
    Place("login", lambda s: f"docker login -u me --password {s} a", _ALL, _SCRIPT),
    Place("short login", lambda s: f"docker login -u me -p {s} a", _ALL, _SCRIPT),
    Place("pipe", lambda s: f"echo '{s}' | docker login -u me --password-stdin", _ALL, _SCRIPT),
    Place("Go", lambda s: f"log-opts: (from flag: map[tag:a splunk-token:{s}])", _ALL, "etc/motd"),
]
