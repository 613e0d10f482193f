"""nginx's configuration as it is read."""

import pytest

from dockerd_lab.config import nginx
from dockerd_lab.config.nginx import Listen

FILE = "/etc/nginx/x.conf"


def read(what, text):
    return what({FILE: text, "/etc/other/x.conf": text})


def test_directives_and_their_places():
    text = (
        "server { listen 1; # listen 2;\n# listen 3;\n  listen  4\n   ssl ; set $a b#c;\n"
        "} listener 5;\nrelisten 6;\nlisten 7; server_name a; }"
    )
    directives = read(lambda texts: list(nginx.directives(texts, "listen|set")), text)
    assert [(each.file, each.line, each.value) for each in directives] == [
        (FILE, 1, "1"),
        (FILE, 3, "4 ssl"),
        (FILE, 4, "$a b#c"),
        (FILE, 7, "7"),
    ]
    (second,) = read(lambda texts: list(nginx.directives(texts, "listen")), "\nlisten 1;")
    assert second.line == 2


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("'tls/c.pem' more", "/etc/nginx/tls/c.pem"),
        ('"/a/c.pem"', "/a/c.pem"),
        ("data:$x", None),
        ("engine:x:y", None),
        ("$dir/c.pem", None),
        ("''", None),
        ("", None),
    ],
)
def test_the_path_of_a_directive(value, path):
    assert nginx.Directive(FILE, 1, value).path == path


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("80", Listen("", 80, False, FILE, 1)),
        ("*:81", Listen("", 81, False, FILE, 1)),
        ("127.0.0.1", Listen("127.0.0.1", 80, False, FILE, 1)),
        ("host:82 ssl", Listen("host", 82, True, FILE, 1)),
        ("[fd00::5]:83", Listen("fd00::5", 83, False, FILE, 1)),
        ("[fd00::5]", Listen("fd00::5", 80, False, FILE, 1)),
        ("ssl:84", Listen("ssl", 84, False, FILE, 1)),
        ("85 udp", None),
        ("86 quic", None),
        ("unix:/run/x", None),
        ("unix:/run/x:1", None),
        ("8000-8010", None),
        ("1.2.3.4:$port", None),
        ("1.2.3.4:port", None),
    ],
)
def test_where_it_listens(listen, expected):
    assert read(nginx.listens, f"listen {listen};") == ([expected] if expected else [])


def test_tls_that_is_on_for_all():
    assert read(nginx.listens, "ssl on; listen 80;")[0].tls
    assert not read(nginx.listens, "ssl off; listen 80;")[0].tls


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("listen 1 ssl;", True),
        ("listen 1;", False),
        ("listen 1 ssl; ssl_certificate x;", False),
        ("listen 1; listen 2 ssl;", True),
    ],
)
def test_a_certificate_that_an_include_has(text, lacks):
    assert read(nginx.lacks_certificate, text) is lacks


def test_hosts_to_which_requests_are_handed_on():
    text = (
        "upstream api {\n server one:2375;\n server unix:/run/x;\n}\n"
        " upstream  other { server two; }\n"
        "location / { proxy_pass http://api/; }\n"
        "location /a { grpc_pass grpc://three:1; }\nlocation /b { fastcgi_pass four:9000; }\n"
        "location /c { uwsgi_pass five; }\nlocation /d { scgi_pass six/x; }\n"
        "location /e { proxy_pass http://$host; }\nlocation /f { proxy_pass http://localhost:1; }\n"
        "location /g { proxy_pass https://other; }\n"
    )
    hosts = read(nginx.servers, text)
    assert hosts == {"one", "two", "three", "four", "five", "six"}
    assert nginx.servers({"/etc/other/x.conf": text}) == set()


def test_the_names_of_what_it_reads_of_a_request():
    text = (
        "if ($http_x_key = a) { } if ($cookie_s) { } if ($arg_token) { }"
        " proxy_set_header A $http_a;"
        " if ($http_upgrade) { } if ($http_connection) { } if ($http_host) { }"
        " if ($http_te) { } if ($http_expect) { } if ($http_transfer_encoding) { }"
    )
    fields = {"headers": ["x-key", "a"], "cookies": ["s"], "arguments": ["token"]}
    assert read(nginx.request_fields, text) == fields


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("if ($http_x_api_key) { }", "headers", "x-api-key"),
        ("if (${cookie_session}) { }", "cookies", "session"),
        ("if ngx.var.http_x_docker_key == nil then", "headers", "x-docker-key"),
        ("if not ngx.var.cookie_session then", "cookies", "session"),
        ('local key = ngx.req.get_headers()["X-Docker-Key"]', "headers", "X-Docker-Key"),
        ("if ngx.req.get_uri_args().token then", "arguments", "token"),
        ("if (r.headersIn['X-Docker-Key']) {", "headers", "X-Docker-Key"),
        ("if (r.args.token) {", "arguments", "token"),
    ],
)
def test_fields_of_requests(text, kind, name):
    expected = {"headers": [], "cookies": [], "arguments": [], kind: [name]}
    assert nginx.request_fields({"/etc/nginx/a.lua": text}) == expected
    assert not any(nginx.request_fields({"/etc/other": text}).values())
