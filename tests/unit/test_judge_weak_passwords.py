"""Passwords that whoever attacks a service tries first."""

import base64
import subprocess

import pytest
from observations import observation

from dockerd_lab.inputs.trivial_passwords import trivial_passwords
from dockerd_lab.judge.password_hash import matches, takes_long
from dockerd_lab.judge.weak_passwords import check_weak_passwords

LIST = "etc/docker/users"
SITE = {
    "etc/nginx/conf.d/docker.conf": "server {\n  auth_basic_user_file /etc/docker/users;\n%s\n}\n"
}
#: Made with `htpasswd -B`, `mkpasswd`, `htpasswd -d` and `htpasswd -s`.
HASHES_OF_ADMIN = [
    "$2y$05$abcdefghijklmnopqrstuu/ETYr/khvH.poOJBsjjZk.DM9FaNihe",
    "$2y$10$abcdefghijklmnopqrstuuQaLxbHNyOkst.5hok/MxsNYsoRyHiAq",
    "$y$j9T$abcdefgh$y7YixSZSrQy8hU6ORzd2u2Wa2NMN3ZDzpKLLnB2kgT9",
    "abOV.DfJmdnYw",
    "{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=",
    "{SSHA}m8eqVfCP2tk1w/g2LT9IvPcOsoBzYWx0",
    "{PLAIN}admin",
]


def made(kind, password):
    command = ["openssl", "passwd", kind, "-salt", "abcd", "-stdin"]
    done = subprocess.run(command, input=password, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def basic(login):
    return base64.b64encode(login.encode()).decode()


@pytest.mark.parametrize("kind", ["-apr1", "-1", "-5", "-6"])
@pytest.mark.parametrize("password", ["docker", "a password of more than sixteen letters", "ü"])
def test_hashes_that_openssl_makes(kind, password):
    assert matches(made(kind, password), password)
    assert not matches(made(kind, password), password + "x")


def test_a_hash_with_letters_that_no_hash_has():
    assert not matches("$apr1$doclab$uxyZbNaxoJiiicryMv89é", "docker")


def test_of_which_hashes_only_few_passwords_are_tried():
    assert [takes_long(hashed) for hashed in HASHES_OF_ADMIN] == [False, True, True, *[False] * 4]
    assert trivial_passwords("bob", few=True) == trivial_passwords("bob")[:10]


@pytest.mark.parametrize("hashed", HASHES_OF_ADMIN)
def test_a_list_of_passwords(judged, hashed):
    files = {**{path: text % "" for path, text in SITE.items()}, LIST: f"# us\noperator:{hashed}\n"}
    result = judged(files, observation())
    (reason,) = result.reasons
    assert reason.startswith("the password of operator is one that anybody guesses (at ")
    assert reason.endswith(f"{LIST}:2)")
    assert result.verdict == "failed"
    assert judged(files, observation(), allow_insecure=True).reasons == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/haproxy/haproxy.cfg", "userlist a\n  user bob insecure-password bob123\n"),
        ("etc/haproxy/haproxy.cfg", f"userlist a\n  user bob password {made('-5', 'bob')}\n"),
        ("etc/caddy/Caddyfile", f"basic_auth {{\n  bob {HASHES_OF_ADMIN[0]}\n}}\n"),
        ("etc/nginx/x", f'if ($http_authorization != "Basic {basic("bob:secret")}") {{\n}}\n'),
        ("etc/nginx/x", 'if ($http_x_api_key != "changeme") {\n return 403;\n}\n'),
        ("etc/nginx/x", "if ($arg_token !~ test) {\n return 403;\n}\n"),
        ("etc/nginx/x", 'if ($http_authorization != "Bearer docker") {\n return 403;\n}\n'),
    ],
)
def test_users_and_tokens_of_proxies(judged, path, text):
    (reason,) = judged({path: text}, observation()).reasons
    assert "is one that anybody guesses" in reason
    assert ("of bob" in reason) == ("user bob" in text or "  bob " in text)


@pytest.mark.parametrize(
    "line",
    [
        "htpasswd -bc /etc/docker/users bob admin",
        "htpasswd -c -b /etc/docker/users bob 'docker'",
        'echo "bob:$(openssl passwd -apr1 -salt x secret)" >/etc/docker/users',
        "echo 'bob:bob' | sudo chpasswd",
        "chpasswd <<<bob:test",
        "echo 'docker:docker' | chgpasswd -c SHA512",
        f"echo 'bob:{made('-apr1', 'root')}' >>/etc/docker/users",
    ],
)
def test_what_scripts_set(ready, line, tmp_path):
    script = tmp_path / "open.sh"
    script.write_text(f"#!/bin/sh\n{line}\n")
    prepared = ready({}, provision=script)
    (finding,) = check_weak_passwords(prepared.inputs, prepared.scripts.user_scripts)
    assert finding.message.endswith("(at the script, line 2)")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (LIST, f"operator:{made('-apr1', 'fSx8-3kQ')}\n"),
        ("etc/haproxy/haproxy.cfg", "userlist a\n  user bob insecure-password fSx8-3kQ\n"),
        ("etc/nginx/x", 'if ($http_authorization != "Basic b3BlcmF0b3I6aW4tdGhpcw==") {\n}\n'),
        ("etc/nginx/x", 'if ($http_upgrade = "test") {\n}\nauth_basic "docker";\n'),
        ("etc/nginx/x", 'if ($http_x_token != "$expected") {\n}\nproxy_set_header X-A "admin";\n'),
        ("etc/docker/x.md", "Basic YWRtaW46YWRtaW4= is what a client sends\n"),
    ],
)
def test_what_nobody_guesses(judged, path, text):
    assert judged({path: text}, observation()).reasons == []
