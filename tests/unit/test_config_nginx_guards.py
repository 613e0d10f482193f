"""The conditions under which nginx lets a request through to Docker, and what fulfils them."""

import pytest

from dockerd_lab.config.nginx_guards import conditions
from dockerd_lab.config.nginx_routes import routes
from dockerd_lab.config.nginx_tree import MAIN, parse

PASS = "proxy_pass http://unix:/run/docker.sock:/;"


def read(server, http=""):
    return conditions(routes(parse({MAIN: f"http {{ {http} server {{ {server} {PASS} }} }}"})))


@pytest.mark.parametrize(
    ("server", "http", "expected"),
    [
        ('if ($http_x_role != "ops") { return 403; }', "", ("http_x_role", "ops")),
        ("if ($http_user_agent !~* ^docker/) { return 403; }", "", ("http_user_agent", "docker/")),
        (
            "if ($remote_addr !~ ^10\\.8\\.) { return 403; }",
            "",
            ("remote_addr", "10.8.1.1"),
        ),
        ("allow 10.8.0.0/24; deny all;", "", ("remote_addr", "10.8.0.1")),
        ("allow fd00::/8; deny all;", "", ("remote_addr", "fd00::1")),
        (
            "auth_basic $realm;",
            'map $request_uri $realm { default a; "~/_ping" off; }',
            ("request_uri", "/_ping"),
        ),
        (
            "if ($deny) { return 403; }",
            "geo $http_x_real_ip $deny { default 1; 10.8.0.0/24 0; }",
            ("http_x_real_ip", "10.8.0.1"),
        ),
        (
            "set $a $b; if ($a = 1) { return 403; }",
            "map $cookie_team $b { default 1; infra 0; }",
            ("cookie_team", "infra"),
        ),
        (
            "valid_referers *.example.org; if ($invalid_referer) { return 403; }",
            "",
            ("http_referer", "http://lab.example.org/"),
        ),
        (
            "if ($ssl_client_s_dn != CN=ops) { return 403; }",
            "",
            ("ssl_client_s_dn", "CN=ops"),
        ),
    ],
)
def test_a_value_that_fulfils_a_condition(server, http, expected):
    found, untried = read(server, http)
    assert [(each.variable, each.value) for each in found] == [expected]
    assert untried == []


def test_values_of_several_fields_at_once():
    found, _ = read(
        "if ($known = 0) { return 403; }",
        'map "$host:$arg_team" $known { default 0; "~^d[.]example:(infra|ops)" 1; }',
    )
    assert [(each.variable, each.value) for each in found] == [
        ("host", "d.example"),
        ("arg_team", "infra"),
    ]


def test_a_method_and_a_path_at_once():
    """As a proxy for Traefik's or Promtail's needs has it."""
    allowed = '"~^(GET|HEAD):/_ping\\z" 1; "~^GET:/v1[.][0-9]+/networks\\z" 1;'
    found, untried = read(
        "if ($ok = 0) { return 403; }",
        f'map "$request_method:$uri" $ok {{ default 0; {allowed} }}',
    )
    assert [each.value for each in found] == ["/_ping", "/v1.0/networks"]
    assert untried == []


def test_two_fields_that_somebody_chooses_alike():
    found, _ = read("if ($http_x_csrf != $cookie_csrf) { return 403; }")
    assert [(each.variable, each.value) for each in found] == [
        ("http_x_csrf", "1"),
        ("cookie_csrf", "1"),
    ]


@pytest.mark.parametrize(
    ("server", "http"),
    [
        ("set $key 7Qm2xVb9Tz; if ($http_x_docker != $key) { return 403; }", ""),
        ("if ($http_x_docker_key != 7Qm2xVb9Tz) { return 403; }", ""),
        ("if ($http_x_docker_key != opensesame-docker) { return 403; }", ""),
        ('if ($http_authorization !~ "^Bearer q7Zt2LxV0mKc9RfYb3W$") { return 403; }', ""),
        ("if ($ok = 0) { return 403; }", "map $arg_t $ok { default 0; 7Qm2xVb9Tz 1; }"),
    ],
)
def test_a_password_is_not_tried(server, http):
    assert read(server, http) == ([], [])


@pytest.mark.parametrize(
    ("server", "http"),
    [
        ("if ($http_x = evil) { return 403; }", ""),
        ("if (-f /etc/nginx/closed) { return 503; }", ""),
        ("if ($request_method !~ ^(GET|HEAD)$) { return 403; }", ""),
        ("proxy_set_header Connection $c;", 'map $http_upgrade $c { default upgrade; "" ""; }'),
        ("access_log /x l;", "log_format l $time_iso8601; map $status $s { ~^2 0; }"),
        ("limit_except GET { deny all; }", ""),
        ("log_by_lua_file x.lua;", "js_import main.js; js_set $id main.id; lua_code_cache on;"),
        ("location /app { auth_request /a; proxy_pass http://127.0.0.1:3000; }", ""),
        ("auth_request /a; location = /a { return 403; }", ""),
        ("ssl_verify_client on; if ($ssl_client_serial != 1) { return 403; }", ""),
        ("mirror off; location = /m { proxy_pass http://unix:/run/docker.sock:$request_uri; }", ""),
        ("mirror /m; location = /m { proxy_pass http://127.0.0.1:3000; }", ""),
        (
            "mirror /m; location = /m { internal; proxy_method GET;"
            " proxy_pass http://unix:/run/docker.sock:/_ping; }",
            "",
        ),
        (r"location ~ ^/x(?<rest>/.*)$ { if ($rest) { return 404; } }", ""),
    ],
)
def test_what_lets_nobody_through_is_no_condition(server, http):
    assert read(server, http) == ([], [])


@pytest.mark.parametrize(
    ("server", "http", "what"),
    [
        ("auth_request /a; location = /a { proxy_pass http://x; }", "", "auth_request /a"),
        ("access_by_lua_file x.lua;", "", "access_by_lua_file"),
        (
            "location /a { mirror /m; } location = /m {"
            " proxy_pass http://unix:/run/docker.sock:$request_uri; }",
            "",
            "mirror",
        ),
        (
            "mirror /m; location = /m { proxy_method GET;"
            " proxy_pass http://unix:/run/docker.sock:$request_uri; }",
            "",
            "mirror",
        ),
        (
            "mirror /m; location = /m { proxy_pass http://unix:/run/docker.sock:/info; }",
            "",
            "mirror",
        ),
        ("if ($ok) { return 403; }", "js_set $ok main.ok;", "js_set"),
        ("if ($time_iso8601 !~ T0[0-5]) { return 403; }", "", "$time_iso8601"),
        ("if ($ssl_client_serial != 1) { return 403; }", "", "$ssl_client_serial"),
        ('if ($uri !~ "^(?|/a|/b)") { return 403; }', "", "$uri"),
        (
            "if ($ok = 0) { return 403; }",
            "map $host$arg_a $ok { default 0; ~^a/b 1; }",
            "$host$arg_a",
        ),
        ("if ($http_x != $request_id) { return 403; }", "", "$request_id"),
        ("auth_basic $r;", "split_clients $request_id $r { 1% off; * a; }", "split_clients"),
    ],
)
def test_what_decides_and_is_not_known(server, http, what):
    _, untried = read(server, http)
    assert what in " ".join(each.what for each in untried)
    assert all(each.place.file == MAIN for each in untried)


def test_what_leads_elsewhere_decides_nothing():
    tree = parse({MAIN: "http { server { auth_request /a; proxy_pass http://127.0.0.1:3000; } }"})
    assert conditions(routes(tree)) == ([], [])
