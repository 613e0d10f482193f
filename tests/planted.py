"""Places of a configuration, a log or a command where people keep secrets."""

import html
import json
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

#: So much of a secret in an output is a leak (characters).
PART = 8
_WORD = string.ascii_letters + string.digits
_ANY = _WORD + ":/@+=_-."


@lru_cache(256)
def plain(output: str) -> str:
    """An output without what only its form adds: wrapped lines, and escapes of XML, JSON, …"""
    return re.sub(r"[\s\\]", "", html.unescape(output))


def fragments(secret: str) -> set[str]:
    """The parts of a secret of which none may be seen; those of few letters are in any text."""
    text = plain(secret)
    parts = {text[at : at + PART] for at in range(len(text) - PART + 1)}
    return {part for part in parts if len(set(part)) > PART // 2}


@dataclass(frozen=True)
class Letters:
    """The letters of which a kind of secret is made, and its lengths."""

    letters: str
    least: int = 12
    most: int = 40


@dataclass(frozen=True)
class Place:
    """Where a secret is: `file` of a configuration, or else a command line of dockerd's."""

    name: str
    text: Callable[[str], str]
    letters: Letters
    file: str | None = None
    in_a_line: bool = True
    """Whether the text may also stand in a line of a log."""

    def secrets(self, count: int) -> list[str]:
        """So many secrets, the same in every run; each letter comes first in one of 100."""
        return list(islice(self._secrets(), count))

    def _secrets(self):
        # Which letters come first and last makes half the difference of what is recognised.
        # hypothesis takes several times as long as what is tested with its examples.
        chosen = random.Random(self.name)  # noqa: S311
        letters = chosen.sample(self.letters.letters, len(self.letters.letters))
        while True:
            for first, last in zip(letters, letters[1:] + letters[:1], strict=True):
                length = chosen.randint(self.letters.least, self.letters.most)
                secret = "".join([first, *chosen.choices(letters, k=length - 2), last])
                if len(fragments(secret)) > length // 2:
                    yield secret


def _key(secret: str) -> str:
    lines = "\n".join(f"{secret}{'A' * 30}" for _ in range(3))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


_UNIT = "etc/systemd/system/docker.service.d/x.conf"
_SITE = "etc/nginx/conf.d/x.conf"
_LIST = "etc/nginx/docker.htpasswd"
_CONFIG = "root/.docker/config.json"
_DAEMON = "etc/docker/daemon.json"
_SCRIPT = "provision.sh"
_BASE64 = Letters(_WORD + "+/", 34, 34)
_HASH = Letters(_WORD + "./", 22, 22)
_QUOTED = Letters(_ANY + "\"\\'$ ,;")
_ALL = Letters(_ANY)
_64 = Letters(_WORD + "+/=", 40, 40)

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
        Letters(_ANY + " ,;'"),
        _UNIT,
    ),
    Place(
        "file of variables",
        lambda s: f"X_PASSWD='{s}'",
        Letters(_ANY + ' ,;"'),
        "etc/default/docker",
    ),
    Place("script", lambda s: f"export X_TOKEN={s}; true", _ALL, _SCRIPT),
    Place("YAML", lambda s: f"  X_PASSWORD: {s}", _ALL, _SCRIPT, in_a_line=False),
    Place("htpasswd", lambda s: f"me:$apr1$salt4711${s}", _HASH, _LIST),
    Place("SHA", lambda s: f"me:{{SHA}}{s}", _64, _LIST),
    Place("bcrypt", lambda s: f"me:$2y$04${s}", Letters(_WORD + "./", 53, 53), _LIST),
    Place(
        "crypt", lambda s: f"me:$6$rounds=1000$salt4711${s}", Letters(_WORD + "./", 86, 86), _LIST
    ),
    Place("auth", lambda s: json.dumps({"auths": {"a": {"auth": s}}}), _64, _CONFIG),
    Place("identity", lambda s: json.dumps({"auths": {"a": {"identitytoken": s}}}), _ALL, _CONFIG),
    Place("key", _key, _BASE64, "etc/docker/key.pem", in_a_line=False),
    Place("key in JSON", lambda s: json.dumps({"a": _key(s)}), _BASE64, _CONFIG),
    Place(
        "indented key",
        lambda s: "cat <<x\n  " + _key(s).replace("\n", "\n  "),
        _BASE64,
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
