"""What lint says of nginx's servers: whom they let through to Docker, and where they listen."""

import pytest
from linting import SAFE, STRANGERS, prediction

SITE = "etc/nginx/conf.d/docker.conf"
PASS = "proxy_pass http://unix:/var/run/docker.sock:/;"
PASSWORD = "auth_basic docker; auth_basic_user_file /etc/nginx/htpasswd;"
TLS = "listen 2376 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem;"
VERIFY = "ssl_client_certificate /ca/ca.pem; ssl_verify_client on;"
VERIFIED = "if ($ssl_client_verify != SUCCESS) { return 403; }"
OPTIONAL = f"{VERIFY.replace('on', 'optional')} {VERIFIED}"


def predicted(text, **more):
    return prediction({SITE: text, **more})


def outsider(text):
    return predicted(text).exposure["outsider"]


def root(content, server="listen 80;"):
    return f"server {{ {server} location / {{ {content} }} }}\n"


#: Servers, and what the outsider gets.
SERVERS = {
    "the path of every guide": (root(PASS), "full-control"),
    "a path of its own": (
        f"server {{ listen 80; root /srv; location /docker/ {{ {PASS} }} }}",
        "full-control",
    ),
    "a version's path": (root(PASS.replace(":/;", ":/v1.41/;")), "full-control"),
    "beside pages": (
        f"server {{ listen 80; location /static {{ root /srv; }} location ~ \\.png$ {{ root /a; }}"
        f" location = /x {{ return 404; }} location / {{ {PASS} }} }}",
        "full-control",
    ),
    "a password for all": (root(f"{PASSWORD} {PASS}"), "auth-required"),
    "a password for Docker alone": (
        "server { listen 80; root /srv; index index.html; location / { try_files $uri =404; }"
        f" location /docker/ {{ {PASSWORD} {PASS} }} }}",
        "auth-required",
    ),
    "a password of the whole server": (
        f"server {{ {PASSWORD} location /docker/ {{ location /docker/x {{ {PASS} }} }} }}",
        "auth-required",
    ),
    "behind another proxy, with a password": (
        root(f"{PASSWORD} {PASS}", "listen 80; set_real_ip_from 10.0.0.0/8;"),
        "auth-required",
    ),
    "a certificate": (root(PASS, TLS + VERIFY), "tls-required"),
    "a certificate that is looked at": (root(PASS, TLS + OPTIONAL), "auth-required"),
    "and in the location": (
        root(VERIFIED + PASS, TLS + VERIFY.replace("on", "optional")),
        "auth-required",
    ),
    "a token": (
        root(PASS, 'listen 80; if ($http_x_api_key != "k3Vq9ZtR7mWx2LpY") { return 403; }'),
        "auth-required",
    ),
    "addresses that whoever asks says": (
        root(PASS, "listen 80; set_real_ip_from 0.0.0.0/0; allow 10.0.0.1; deny all;"),
        "full-control",
    ),
    "methods": (root(f"limit_except GET HEAD {{ deny all; }} {PASS}"), "read-only"),
    "nobody": (root(f"deny all; {PASS}"), "auth-required"),
    "pages": ("server { listen 80; root /srv; location /x { autoindex on; } }", "refused"),
    "a redirect": ("server { listen 80; return 301 https://$host$request_uri; }", "refused"),
    "pages with a password": (f"server {{ root /srv; {PASSWORD} }}", "auth-required"),
    "a refusal": ("server { listen 80 default_server; return 403; }", "auth-required"),
    "pages for certificates": (f"server {{ {TLS} {VERIFY} root /srv; }}", "tls-required"),
    "a page of nginx's for whoever has no password": (
        root(f"{PASSWORD} error_page 401 /401.html; {PASS}"),
        "auth-required",
    ),
}
#: Servers of which is not known whom they let through.
UNKNOWN = {
    "another program": root("proxy_pass http://127.0.0.1:3000;"),
    "a program of PHP's": "server { location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; } }",
    "a path of the API": f"server {{ location /containers/ {{ {PASS.replace(':/', '')} }} }}",
    "an expression": f"server {{ location ~ ^/(version|info)$ {{ {PASS.replace(':/', '')} }} }}",
    "a part that is refused": (
        f"server {{ location / {{ {PASS} }} location ~ /containers/create {{ return 403; }} }}"
    ),
    "an expression that takes long": (
        f"server {{ location / {{ {PASS} }} location ~ ^(/[a-z0-9.-]*)*! {{ return 403; }} }}"
    ),
    "a rewritten path": root(f"rewrite ^/x(.*)$ $1 break; {PASS}"),
    "a password but for some": root(f"satisfy any; allow 10.0.0.0/8; {PASSWORD} {PASS}"),
    "a password for a method": root(f"{PASSWORD} limit_except GET {{ auth_basic off; }} {PASS}"),
    "a password that depends": root(f"{PASSWORD.replace('docker;', '$realm;')} {PASS}"),
    "a copy of what is asked": (
        f"server {{ location / {{ mirror /docker; }} location /docker {{ {PASSWORD} {PASS} }} }}"
    ),
    "another server that decides": root(f"auth_request /auth; {PASSWORD} {PASS}"),
    "a page for whoever has no certificate": root(PASS, TLS + VERIFY + "error_page 496 = @x;"),
    "the same, in the whole file": "error_page 495 496 = /d;" + root(PASS, TLS + VERIFY),
    "a certificate's condition that is left out": root(PASS, f"{TLS} break; {OPTIONAL}"),
    "a certificate that anybody makes": root(PASS, TLS + OPTIONAL.replace("nal;", "nal_no_ca;")),
    "a certificate, or no TLS": root(PASS, f"listen 80; {TLS} {VERIFY}") + root(PASS, "listen 81;"),
    "requests that come too often": root(f"limit_req zone=a; {PASSWORD} {PASS}"),
    "an include": root(f"include /x; {PASSWORD} {PASS}"),
    "a word that anybody guesses": root(f'if ($http_x_key != "s3cret") {{ return 403; }} {PASS}'),
    "a token that is not always asked for": root(
        f"if ($uri = /x) {{ break; }} if ($http_x_key != k3Vq9ZtR7mWx2LpY) {{ return 403; }} {PASS}"
    ),
    "a token, or a page": root(
        f"if ($http_x_key != k3Vq9ZtR7mWx2LpY) {{ return 403; }} error_page 403 = @x; {PASS}"
    ),
    "a hang-up": "server { return 444; }",
    "a part with a password": f"server {{ root /srv; location /x {{ {PASSWORD} }} }}",
    "two servers on a port": root(PASS, TLS + VERIFY) + f"server {{ {TLS} root /srv; }}",
    "Lua": "server { location / { content_by_lua_file /x.lua; } }",
    "an address that a variable has": root("set $to docker.sock; proxy_pass http://unix:/run/$to;"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_what_a_stranger_gets(name):
    text, level = SERVERS[name]
    assert outsider(text) == level


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_read_leaves_nobody_safe(name):
    found = predicted(UNKNOWN[name])
    assert not any(found.exposure[who] in SAFE for who in STRANGERS), found.exposure
    assert found.unknown or found.exposure["outsider"] == "full-control"


def test_a_certificate_counts_only_where_the_listener_speaks_tls():
    assert outsider(root(PASS, f"listen 80; {TLS} {VERIFY}")) == "full-control"
    assert outsider(root(PASS, f"listen 80; {TLS} {OPTIONAL}")) == "auth-required"


def test_the_client_gets_in_with_its_certificate():
    for verify in (VERIFY, OPTIONAL):
        assert predicted(root(PASS, TLS + verify)).exposure["client"] == "full-control"


def test_an_expression_that_python_finds_odd_warns_nobody(recwarn):
    assert outsider(f"server {{ location / {{ {PASS} }} location ~ [[a] {{ return 403; }} }}")
    assert not recwarn.list


def test_every_listener_is_named_once():
    text = (
        "server { listen 80; listen [::]:80; return 301 https://$host; }\n"
        f"server {{ {TLS} location /a/ {{ {PASSWORD} {PASS} }} location /b/ {{ {PASS} }} }}\n"
        "server { listen localhost:81; }"
    )
    found = predicted(text)
    assert found.listeners_complete
    assert [str(each) for each in found.listeners] == [
        "unix /run/docker.sock init",
        "tcp 0.0.0.0:80 nginx",
        "tcp6 :::80 nginx",
        "tcp 0.0.0.0:2376 nginx",
        "tcp 127.0.0.1:81 nginx",
    ]
    assert found.listeners[3].levels["outsider"] == "full-control"


def test_included_files_stand_in_their_places():
    text = root(f"include snippets/guard.conf; {PASS}")
    guard = {"etc/nginx/snippets/guard.conf": PASSWORD}
    assert predicted(text, **guard).exposure["outsider"] == "auth-required"
    assert outsider(text) == "unknown"
    assert outsider(root(f"include proxy_params; {PASS}")) == "full-control"


def test_files_that_include_each_other_end():
    files = {f"etc/nginx/snippets/{n}": "include snippets/*;\n" * 9 for n in range(9)}
    assert predicted("include snippets/0;", **files).exposure["outsider"] == "unknown"


def test_a_file_that_nothing_includes_counts_for_nothing():
    other = {"etc/nginx/x.conf": root(PASS)}
    assert predicted(root(PASS, TLS + VERIFY), **other).exposure["outsider"] == "tls-required"
