"""Who gets in behind rules about addresses, of a firewall or of nginx."""

import pytest
from linting import prediction

PASS = "proxy_pass http://unix:/run/docker.sock:;"
SITE = "etc/nginx/conf.d/docker.conf"
OPEN = {"etc/default/docker": "DOCKER_OPTS='-H tcp://0.0.0.0:2375 --tls=false'\n"}


def site(server, location=""):
    return {SITE: f"server {{ listen 2375; {server} location / {{ {location} {PASS} }} }}\n"}


def rules(allowed):
    return {
        **OPEN,
        "etc/nftables.conf": "table inet a { chain b { type filter hook input priority 0;"
        f" policy accept; tcp dport 2375 ip saddr {allowed} accept; tcp dport 2375 drop; }} }}\n",
    }


def levels(files):
    return {**prediction(files).exposure}


@pytest.mark.parametrize("place", ["server", "location"])
def test_nginx_lets_one_address_through(place):
    guard = "allow 192.168.3.10; deny all;"
    files = site(guard) if place == "server" else site("", guard)
    assert levels(files) == {
        "client": "full-control",
        "outsider": "auth-required",
        "local-user": "auth-required",
        "container": "auth-required",
    }


@pytest.mark.parametrize(
    ("guard", "outsider"),
    [
        ("deny 192.168.3.66;", "full-control"),  # the outsider has other addresses
        ("deny all;", "auth-required"),
        ("allow all; deny all;", "full-control"),
        ("allow 192.168.3.0/24; deny all;", "full-control"),
        ("allow $x; deny all;", "unknown"),
        ("allow unix:; deny all;", "unknown"),
        ("satisfy any; allow 192.168.3.10; deny all;", "unknown"),
        ("set_real_ip_from 0.0.0.0/0; allow 192.168.3.10; deny all;", "full-control"),
        ("set_real_ip_from 10.0.0.0/8; allow 192.168.3.10; deny all;", "unknown"),
        ("allow 192.168.3.10; deny all; location /x { allow all; }", "auth-required"),
        (f"allow 192.168.3.10; deny all; location /x {{ allow all; {PASS} }}", "unknown"),
    ],
)
def test_other_guards_of_nginx(guard, outsider):
    assert levels(site(guard))["outsider"] == outsider


def test_the_proxy_protocol_may_tell_any_address():
    files = {
        SITE: site("allow 192.168.3.10; deny all;")[SITE].replace("2375", "2375 proxy_protocol")
    }
    assert levels(files)["outsider"] == "unknown"


def test_reads_alone_are_let_through():
    only_reads = "if ($request_method !~ ^(GET|HEAD)$) { return 403; }"
    assert levels(site(only_reads))["outsider"] == "read-only"
    # What takes the connection over may write: attach by websocket.
    assert levels(site(only_reads, "proxy_set_header Upgrade x;"))["outsider"] == "unknown"
    assert levels(site(only_reads.replace("!~", "~")))["outsider"] == "unknown"
    assert levels(site("", only_reads))["outsider"] == "read-only"


@pytest.mark.parametrize(
    ("allowed", "local_user"),
    [
        ("192.168.3.10", "refused"),  # at docker.sock
        ("192.168.3.201", "full-control"),  # the machine's own address in the lab
        ("192.168.3.0/24", "full-control"),
        ("10.0.0.0/8", "unknown"),  # the machine's own address may be in it
    ],
)
def test_a_local_user_comes_from_the_machine_s_own_addresses(allowed, local_user):
    assert levels(rules(allowed))["local-user"] == local_user


def test_a_container_may_have_ipv6_or_not():
    only_ipv4 = rules("192.168.3.10")["etc/nftables.conf"].replace("inet", "ip")
    found = levels({**OPEN, "etc/nftables.conf": only_ipv4})
    assert (found["outsider"], found["container"]) == ("full-control", "unknown")
