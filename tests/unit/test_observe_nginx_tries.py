"""What the probe tries in nginx, from its configuration."""

import ssl

import pytest
from cryptography import x509

from dockerd_lab.config.nginx_tree import MAIN
from dockerd_lab.observe.nginx_tries import tries

PASS = "proxy_pass http://unix:/run/docker.sock:/;"
ADDRESSES = {"client": "192.168.3.10", "address": "192.168.3.201"}


def read(server, http=""):
    dump = f"# configuration file {MAIN}:\nhttp {{ {http} server {{ {server} {PASS} }} }}\n"
    return tries(dump, [], ADDRESSES)


def header(name, value):
    return {"headers": {name: value}}


@pytest.mark.parametrize(
    ("condition", "ways"),
    [
        ("$http_x_role != ops", [header("X-Role", "ops")]),
        ("$cookie_team !~ ^infra", [header("Cookie", "team=infra")]),
        ("$arg_team != 'a b'", [{"query": "team=a%20b"}]),
        ("$args !~ (^|&)team=ops", [{"query": "team=ops"}]),
        ("$http_host != docker.corp", [{"host": "docker.corp"}]),
        ("$host !~ ^docker[.]", [{"host": "docker.lab"}]),
        ("$remote_user != ops", [header("Authorization", "Basic b3BzOng=")]),
        (
            "$request_uri !~ ^/a/b",
            [
                {"query": "x=/a/b"},
                {"path": "/a/b/../..{base}{path}"},
                {"path": "/a/b/%2e%2e/%2e%2e{base}{path}"},
                {"path": "/a/b{base}{path}"},
                {"path": "{base}{path}/a/b"},
            ],
        ),
    ],
)
def test_a_way_that_fulfils_a_condition(condition, ways):
    assert read(f"if ({condition}) {{ return 403; }}").ways == ways


def test_all_conditions_at_once():
    first, *others = read(
        "if ($http_x_role != ops) { return 403; } if ($cookie_a != b) { return 403; }"
        " if ($cookie_c != d) { return 403; } if ($arg_e != f) { return 403; }"
    ).ways
    assert first == {"headers": {"X-Role": "ops", "Cookie": "a=b; c=d"}, "query": "e=f"}
    assert len(others) == 4


def test_a_path_within_a_regular_expression():
    assert read(r'location ~ "^/(.*)/x{2}[.]api$" { }').ways == [{"path": "/{unrooted}/xx.api"}]


@pytest.mark.parametrize(
    "location",
    [
        "location /c/ { proxy_pass http://unix:/run/docker.sock:/v1.41/containers/; }",
        "location ~ ^/c/(.*)$ { proxy_pass http://unix:/run/docker.sock:/containers/$1; }",
        "rewrite ^/c/(.*)$ /containers/$1 break;",
    ],
)
def test_a_path_in_place_of_the_api_s(location):
    assert read(location).ways == [{"path": "/c{rest}"}]


def test_an_address_is_claimed_where_somebody_believes_it():
    allow = "allow 10.8.0.0/24; deny all;"
    assert read(allow).ways == []
    claimed = read(f"{allow} real_ip_header X-Client;").ways
    assert [way["headers"]["X-Client"] for way in claimed] == ["10.8.0.1"]
    assert claimed[0]["headers"]["X-Forwarded-For"] == "10.8.0.1"
    (before,) = read(f"{allow} listen 2375 proxy_protocol;").ways
    assert before == {"preamble": "PROXY TCP4 10.8.0.1 192.168.3.201 40000 2375\r\n"}


def test_a_certificate_with_the_name_that_is_compared(tmp_path):
    condition = 'if ($ssl_client_s_dn !~ "^CN=ops,O=Example") { return 403; }'
    assert read(f"ssl_verify_client on; {condition}").certificates == {}
    made = read(f"ssl_verify_client optional_no_ca; {condition}")
    assert made.ways == [{"certificate": "self-signed CN=ops,O=Example"}]
    pem = made.certificates["self-signed CN=ops,O=Example"]
    certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERT") :].encode())
    assert certificate.subject.rfc4514_string() == "CN=ops,O=Example"
    (tmp_path / "pem").write_text(pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(tmp_path / "pem")


def test_a_certificate_that_cannot_be_made():
    made = read('ssl_verify_client optional; if ($ssl_client_s_dn !~ "C=DEU") { return 403; }')
    assert [each.what for each in made.untried] == ["no certificate was made with the name C=DEU"]


def test_names_of_maps_are_names_of_servers():
    text = (
        f"# configuration file {MAIN}:\nstream {{ map $ssl_preread_server_name $to {{"
        " docker.corp unix:/run/docker.sock; default unix:/run/x; }"
        " server { listen 443; proxy_pass $to; } }"
    )
    assert tries(text, [], ADDRESSES).names == ["docker.corp"]


def test_names_beyond_the_bound_are_told():
    more = "".join(f"server {{ server_name s{n}.example; {PASS} }} " for n in range(9))
    found = read("", more)
    assert found.names == [f"s{n}.example" for n in range(8)]
    assert [each.what for each in found.untried] == [
        "the server name s8.example was not tried: 8 others were"
    ]


def test_values_beyond_the_bound_are_told():
    lines = "".join(f"name{n} 1;\n" for n in range(65))
    found = read("if ($ok = 0) { return 403; }", f"map $http_x $ok {{ default 0;\n{lines} }}")
    assert len(found.ways) == 64
    assert [each.place.line for each in found.untried] == [66]


def test_addresses_that_nobody_can_claim_take_no_place():
    networks = "".join(f"allow 10.8.{n}.0/24; " for n in range(65))
    assert read(networks).untried == []
    assert len(read(f"{networks} real_ip_header X-Real-IP;").untried) == 1


@pytest.mark.parametrize(
    ("http", "limit"),
    [
        ("limit_req_zone $binary_remote_addr zone=a:1m rate=6r/m;", ([503], 10)),
        ("limit_req_zone $a zone=a:1m rate=5r/s; limit_req_status 403;", ([403], 0.2)),
        ("limit_conn a 1;", ([503], 1)),
    ],
)
def test_how_often_somebody_may_ask(http, limit):
    found = read("", http).limit
    assert (found["statuses"], found["seconds"]) == limit


def test_without_nginx_nothing_is_tried():
    found = tries("", ["/run/docker.sock"], ADDRESSES)
    assert (found.names, found.prefixes, found.ways, found.limit) == ([], [], [], {})
