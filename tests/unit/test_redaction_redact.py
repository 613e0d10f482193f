"""What is taken for a secret, and what is not; where texts leave is in test_secrets_stay_inside."""

import dataclasses
import json
import time
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import PLACES, fragments, plain

from dockerd_lab.explain.model import known_errors
from dockerd_lab.project import package_data
from dockerd_lab.redaction.redact import redact, redacted
from dockerd_lab.redaction.secret_kinds import KINDS

#: From the output of labs, units, logs and manuals: nothing of it is secret.
READABLE = r"""
/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375 -H unix:///var/run/docker.sock
hosts: (from flag: [fd://], from file: [tcp://0.0.0.0:2375 ssh://deploy@192.168.3.201])
["tcp://0.0.0.0:2375","ssh://me@host","tcp://[::1]:2376"]
tcp://0.0.0.0:2375,ssh://me@host,tcp://[fe80::1%eth0]:2376
docker -H ssh://deploy@192.168.3.201:22 ps; ssh -p 22 me@host; git clone git@example.org:a/b.git
docker pull https://example.org:5000/busybox@sha256:0123456789abcdef
dial tcp: lookup example.org: no such host; Get "http://example.org:2375/v1.41/info": EOF
tcp6       0      0 :::2376                 :::*                    LISTEN      1/init
unix  2      [ ACC ]     STREAM     LISTENING     488      1/init   /run/systemd/ask-password
--tlsverify --tlscacert=/etc/docker/ca.pem --tlscert /etc/docker/c.pem --tlskey=/etc/docker/key.pem
{"tlskey": "/etc/docker/key.pem", "log-opts": {"tag": "a", "max-size": "10m"}, "debug": true}
--label=token-ring --label com.example.password-policy=strict --log-opt tag={{.Name}}
--token-ttl=24h --password-stdin --password-file /run/a; DB_PASSWORD_FILE=/run/secrets/db
export X_TOKEN=$OTHER X_TOKEN=${OTHER} X_TOKEN="$(cat /run/x)" X_TOKEN= Y=1
ssl_certificate_key /etc/nginx/key.pem; auth_basic_user_file /etc/nginx/docker.htpasswd;
auth_basic "Docker API"; proxy_pass http://unix:/run/docker.sock:/; proxy_pass = a
proxy_set_header Authorization ""; proxy_set_header Authorization $http_authorization;
proxy_set_header Authorization "Basic $known"; proxy_set_header Host $host;
WWW-Authenticate: Basic realm="Docker"; error: 401 Authorization Required
unauthorized: authentication required; authorization plugin: "opa-docker-authz" not found
"authorization-plugins": ["opa-docker-authz"]; --authorization-plugin=opa-docker-authz
SyntaxError: Unexpected token: invalid character; unexpected token : in JSON at position 4
PasswordAuthentication no; PermitRootLogin prohibit-password; vagrant ALL=(ALL) NOPASSWD: ALL
WARNING! Using --password via the CLI is insecure. Use --password-stdin.
  -p, --password string   Password; docker swarm join --token TOKEN MANAGER:2377
curl --cacert ca.pem --cert client.p12:PASSWORD https://HOST:2376/_ping; curl -u "me:$PASSWORD" a
docker run -p 2375:2375 -u 1000:1000 -v /etc/token:/run/secret:ro alpine; journalctl -u docker
docker login -u me example.org && docker run -p 80:80 nginx; docker compose -p x up
PRIVATE_KEY=/etc/docker/key.pem; PWD=/root OLDPWD=/; a container read /root/dockerd-lab-token
openssl passwd -apr1 -stdin; awk '{ print $1$2 }' "$5" | tee -a x; PS1='$ '; echo a | tee b
time="2026-11-24T12:32:56Z" level=debug msg="Registering route" method=GET path="/secrets/{id}"
require_auth=true password: null map[max-size:10m tag:a] {Name:a Id:b}
me:x:1000:1000::/home/me:/bin/sh
-----BEGIN CERTIFICATE----- -----END CERTIFICATE----- SHA256:0123456789abcdef
""".strip().splitlines()

#: 100 kB of each is redacted in less than this (seconds of the processor's: a busy computer changes
#: little); a pattern that backtracks takes hours.
AT_ONCE = 10
REPEATED = [
    *("a", "-", "\\", '"', '\\"', "$", "$1$a$", "token", "token=", "token=)", "//", "a://b:", "@"),
    *("/a://b:", "a://b:c...", "_proxy=", "curl -u ", "docker ", "echo a | ", "map[token:", "'"),
    *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "A" * 64 + "\n", "A" * 40 + " "),
    *("x-", 'X-a: "', "htpasswd -b ", "eyJaaaaaaaaa.", "--a-", "a ", "Authorization: ", "\\\n"),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_hides_its_example(kind):
    region = kind.within.search(kind.example)[0] if kind.within else kind.example
    assert any(sign in region.lower() for sign in kind.signs)
    hidden = [
        match[name]
        for match in kind.pattern.finditer(region)
        for name in match.re.groupindex
        if name.endswith("secret") and match[name]
    ]
    assert any("Hunter2Hunter2" in secret for secret in hidden)
    assert "Hunter2" not in redact(kind.example)


def test_what_is_no_secret_stays():
    assert [redact(line) for line in READABLE] == READABLE
    assert redact("\n".join(READABLE)) == "\n".join(READABLE)


def test_known_errors_and_cases_stay():
    """But for the passwords of cases and of the probe, which are here for everybody to see."""
    errors = {name: json.dumps(asdict(error)) for name, error in known_errors().items()}
    assert redacted(errors) == errors
    every = (package_data() / "provision").rglob("*")
    files = [file for file in every if file.is_file() and "__pycache__" not in file.parts]
    changed = [f for f in files if redact(text := f.read_text(errors="replace")) != text]
    assert sorted(file.name for file in changed) == [
        "config.json",
        "docker.htpasswd",
        "identities.yaml",
        "passwords.yaml",
    ]


#: How a text stands in a file or in a line of a log.
WRITTEN = [str, json.dumps, lambda text: json.dumps([text]), lambda text: f"dockerd: {text}\nmore"]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_secret_is_hidden_at_its_place(place):
    for secret in place.secrets(50):
        parts = fragments(secret)
        for write in WRITTEN if place.in_a_line else WRITTEN[:1]:
            output = redact(write(place.text(secret)))
            visible = plain(output)
            left = {part for part in parts if part in visible}
            assert not left or left <= fragments(write(place.text("*"))), output
            assert redact(output) == output, "a second time nothing changes"


def test_no_text_takes_long():
    for part in REPEATED:
        text = (part * 100_000)[:100_000]
        started = time.process_time()
        redact(text)
        assert time.process_time() - started < AT_ONCE, part


def test_many_secrets_do_not_take_long():
    lines = [f'GET /{n}?token=K4711-{n}"' for n in range(1000)]
    started = time.process_time()
    clean = redacted(["\n".join(lines), *lines, "K4711-999"])
    assert time.process_time() - started < AT_ONCE
    assert clean[-1] == "(a secret)"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_json_stays_json(secret):
    """Also where a text of JSON is redacted as it lies, as daemon.json is for the evidence."""
    data = {
        "log-opts": {"splunk-token": secret, "tag": "a"},
        "hosts": [f"tcp://me:{secret}@a:1", "fd://"],
        "auths": {"a": {"auth": secret}},
        "env": [f"X_TOKEN={secret}", f"Authorization: Basic {secret}"],
    }
    for text in (json.dumps(data), json.dumps(data, indent=1), json.dumps(json.dumps(data))):
        assert type(json.loads(redact(text))) is type(json.loads(text))


@dataclasses.dataclass(frozen=True)
class Shape:
    texts: list[str]
    more: dict[str, tuple[object, ...]]


def test_data_keep_their_shape():
    shape = Shape(["X_TOKEN=K4711-Ai", "a"], {"K4711-Ai": ("by K4711-Ai", 1, None)})
    clean = redacted(shape)
    assert clean == Shape(["X_TOKEN=(a secret)", "a"], {"K4711-Ai": ("by (a secret)", 1, None)})
    assert shape.texts == ["X_TOKEN=K4711-Ai", "a"], "the data themselves do not change"


def test_what_one_text_shows_is_hidden_in_the_others():
    assert redacted("no K4711-Ai", also=["X_TOKEN=K4711-Ai"]) == "no (a secret)"
    assert redacted("no docker", also=["X_TOKEN=docker"]) == "no docker", "a word of any text"
    key = ["-----BEGIN PRIVATE KEY-----", "MIIEvgIBADANBgkq", "-----END PRIVATE KEY-----"]
    assert redacted([key, key[1]])[1] == "(a private key)"
    assert redacted(["{}", 'a"b\\c4711'], also=[json.dumps({"a-token": 'a"b\\c4711'})])[1] == (
        "(a secret)"
    )


def test_a_secret_that_has_the_form_of_another_kind_is_hidden_as_a_whole():
    for text in ("X_TOKEN={} a", "--token {} a", "curl -u me:{} a", "map[token:{}] a"):
        output = redact(text.format("q+K://v0:-.=+/+TqW@q+_x-BUY"))
        assert "BUY" not in output
        assert output.endswith(" a")
