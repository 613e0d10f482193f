"""Which of nginx's servers lead to Docker, and by which paths and names."""

import pytest

from dockerd_lab.config.nginx_paths import prefixes
from dockerd_lab.config.nginx_routes import host_names, names, routes
from dockerd_lab.config.nginx_tree import MAIN, parse

DOCKER = "proxy_pass http://unix:/run/docker.sock:/;"


def read(http, *backends, block="http"):
    return routes(parse({MAIN: f"{block} {{ {http} }}"}), backends)


@pytest.mark.parametrize(
    "http",
    [
        f"server {{ location / {{ {DOCKER} }} }}",
        "server { proxy_pass http://10.0.0.5:2375/v1; }",
        "upstream api { server unix:/run/docker.sock; } server { grpc_pass grpc://api; }",
        "map $host $to { a http://127.0.0.1:2375; } server { proxy_pass $to; }",
        "server { set $to unix:/run/docker.sock; proxy_pass http://$to:; }",
        "server { proxy_pass http://127.0.0.1:8000; }",
        "server { proxy_pass http://$host; }",
        "server { proxy_pass http://unix:/run/proxy.sock:/; }",
        f"server {{ listen 81; proxy_pass http://127.0.0.1:82; }} server {{ listen 82; {DOCKER} }}",
    ],
)
def test_a_server_leads_to_docker(http):
    assert all(route.leads for route in read(http, "127.0.0.1:8000", "/run/proxy.sock"))


@pytest.mark.parametrize(
    "server", ["proxy_pass http://127.0.0.1:3000/docker;", "fastcgi_pass unix:/run/php.sock;"]
)
def test_a_server_leads_elsewhere(server):
    assert [route.leads for route in read(f"server {{ {server} }}", "/run/docker.sock")] == [False]


def test_a_stream_leads_to_docker():
    (route,) = read("server { listen 1; proxy_pass unix:/run/docker.sock; }", block="stream")
    assert route.leads
    assert route.is_stream


def test_the_paths_of_its_locations():
    server = (
        'location / { } location = /a { } location ^~ /b/ { } location "/c" { return 403; }'
        r" location ~ ^/d/\d+/ { } location ~ /e$ { } location ~ \.f$ { } location @g { }"
        " location ~ ^/h(/.*)?$ { } location /i/v1.41/containers/create { }"
        f" rewrite ^/j/(.*)$ /$1; {DOCKER}"
    )
    groups, untried = prefixes(read(f"server {{ {server} }}"))
    expected = [["/a", "/b", "/i"], ["/c"], ["/d/1"], ["/e"], ["/h"], ["/j"]]
    assert [group.paths for group in groups] == expected
    assert untried == []


def test_which_paths_lead_to_docker():
    groups, _ = prefixes(
        read(
            f"server {{ location /a {{ {DOCKER} }} location /b {{ proxy_pass http://app:3000; }} }}"
        )
    )
    assert [(group.paths, group.leads) for group in groups] == [(["/a"], True), (["/b"], False)]


def test_a_path_that_nobody_can_foresee():
    _, untried = prefixes(read(f"server {{\n location ~ ^(?|/a|/b) {{ {DOCKER} }}\n}}"))
    assert [(each.place.file, each.place.line) for each in untried] == [(MAIN, 2)]


def test_what_is_beyond_the_bounds_is_told():
    locations = "".join(f"location /{n}/ {{ {DOCKER} }}\n" for n in range(66))
    groups, untried = prefixes(read(f"server {{ {locations} }}"))
    assert [len(group.paths) for group in groups] == [64]
    assert [each.what.split(":")[0] for each in untried] == [
        "the path /64 was not tried",
        "the path /65 was not tried",
    ]
    locations = "".join(f"location /{n}/ {{ {DOCKER} expires {n}s; }}\n" for n in range(9))
    _, untried = prefixes(read(f"server {{ {locations} }}"))
    assert [each.what[:8] for each in untried] == ["below /8"]


def test_one_name_for_each_server():
    http = (
        f"server {{ server_name _; {DOCKER} }} server {{ server_name b.example c; {DOCKER} }}"
        f" server {{ server_name *.d.example; {DOCKER} }}"
    )
    assert names(read(http), ["e.example"]) == ["b.example", "lab.d.example", "e.example"]


def test_names_that_match():
    label = "a" * 63
    words = ["_", "b.example", "*.c.example", ".d.example", "docker.*", label, f"{label}a", "~^x-."]
    expected = ["b.example", "lab.c.example", "lab.d.example", "docker.lab", label, "x-a"]
    assert host_names(words) == expected
