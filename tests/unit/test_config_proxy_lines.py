"""The lines of other proxies' files that are known not to let in somebody as whom nobody tried."""

import pytest
from other_proxies import OTHER_PROXIES

from dockerd_lab.config.proxy_lines import unknown_lines

HAPROXY, CADDY = "/etc/haproxy/haproxy.cfg", "/etc/caddy/Caddyfile"
APACHE, LIGHTTPD = "/etc/apache2/sites-enabled/docker.conf", "/etc/lighttpd/lighttpd.conf"
STUNNEL = "/etc/stunnel/docker.conf"


def lines(file, text):
    return [line.value for _, line in unknown_lines({file: text})]


@pytest.mark.parametrize("name", OTHER_PROXIES)
def test_what_is_tried_on_machines_has_no_unknown_line(name):
    attack = OTHER_PROXIES[name]
    assert not list(unknown_lines({f"/{path}": text for path, text in attack.files.items()}))


def test_debian_s_own_configuration_is_known():
    """Of Debian 12's packages; whoever starts from them changes a few lines."""
    haproxy = """
global
\tlog /dev/log\tlocal0
\tchroot /var/lib/haproxy
\tstats socket /run/haproxy/admin.sock mode 660 level admin
\tstats timeout 30s
\tuser haproxy
\tgroup haproxy
\tdaemon
\t# Default SSL material locations
\tca-base /etc/ssl/certs
\tcrt-base /etc/ssl/private
        ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
defaults
\tlog\tglobal
\tmode\thttp
\toption\thttplog
\toption\tdontlognull
        timeout connect 5000
\terrorfile 400 /etc/haproxy/errors/400.http
"""
    assert lines(HAPROXY, haproxy) == []
    assert lines(CADDY, ":80 {\n\troot * /usr/share/caddy\n\tfile_server\n}\n") == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (HAPROXY, "acl ops src 192.168.3.10 10.0.0.0/8"),
        (HAPROXY, "acl ops src -f /etc/haproxy/docker-clients.lst"),
        (HAPROXY, "http-request deny unless ops || { path_beg /_ping }"),
        (HAPROXY, "http-request deny if !ops !{ method GET }"),
        (HAPROXY, "tcp-request connection expect-proxy layer4 if { src 192.168.3.10 }"),
        (HAPROXY, "use_backend docker if { ssl_fc_sni docker.example.org }"),
        (HAPROXY, "http-request auth realm docker unless { http_auth(users) }"),
        (CADDY, "@vpn remote_ip 10.8.0.0/24 fd00::/8"),
        (CADDY, "@others not remote_ip 192.168.3.10"),
        (CADDY, "docker.example.org:2376 {"),
        (CADDY, "@key header X-Docker-Key abc"),
        (APACHE, "Require ip 192.168.3.10 10.0.0.0/8"),
        (APACHE, "ProxyRequests Off"),
        (APACHE, "AllowOverride None"),
        (APACHE, 'SetEnvIf X-Docker-Key "^abc$" docker_cli'),
        (APACHE, "RewriteCond %{REMOTE_ADDR} !^192\\.168\\.3\\.10$"),
        (LIGHTTPD, '$HTTP["remoteip"] != "192.168.3.10" { url.access-deny = ("") }'),
        (STUNNEL, "verifyChain = yes"),
    ],
)
def test_an_address_a_path_a_method_and_a_header_are_tried(file, line):
    assert lines(file, line) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (HAPROXY, "http-request deny unless { hdr(User-Agent) -m beg Docker-Client/ }"),
        (HAPROXY, "acl few rand(100) lt 2"),
        (HAPROXY, "http-request deny unless { src_http_req_rate gt 10 }"),
        (HAPROXY, "http-request deny if ops { date,ltime(%H) gt 6 }"),
        (HAPROXY, "http-request use-service lua.docker"),
        (HAPROXY, "http-request lua.check"),
        (HAPROXY, "bind :2375 interface eth1 transparent"),
        (CADDY, "@vpn remote_ip forwarded 10.8.0.0/24"),
        (CADDY, "@office client_ip 10.8.0.0/24"),
        (CADDY, "trusted_proxies static 0.0.0.0/0"),
        (CADDY, "@cli header User-Agent Docker-Client/*"),
        (CADDY, "@odd expression {http.request.uuid}.endsWith('7')"),
        (CADDY, "forward_auth 127.0.0.1:9000 {"),
        (APACHE, "ProxyRequests On"),
        (APACHE, "AllowOverride FileInfo"),
        (APACHE, 'SetEnvIf User-Agent "^Docker-Client/" docker_cli'),
        (APACHE, "RewriteCond %{TIME_HOUR} <6"),
        (APACHE, "RewriteCond %{HTTP_USER_AGENT} Docker-Client"),
        (APACHE, "LuaHookAccessChecker /etc/apache2/check.lua check"),
        (APACHE, "Require host example.org"),
        (LIGHTTPD, '$HTTP["useragent"] =~ "^Docker-Client/" {'),
        (LIGHTTPD, 'magnet.attract-raw-url-to = ("/etc/lighttpd/check.lua")'),
        (STUNNEL, "PSKsecrets = /etc/stunnel/psk.txt"),
        (STUNNEL, "exec = /usr/local/bin/docker-gateway"),
    ],
)
def test_any_other_line_may_let_somebody_in_as_whom_nobody_tried(file, line):
    assert lines(file, line) == [line]


def test_a_line_that_goes_on_is_one_and_has_its_first_line():
    text = "# a comment\nRewriteCond \\\n  %{TIME_HOUR} <6\n"
    [(proxy, line)] = unknown_lines({APACHE: text})
    assert (proxy, line.value, line.place.line) == ("Apache", "RewriteCond %{TIME_HOUR} <6", 2)


def test_keys_lists_and_pages_have_no_directives():
    assert lines("/etc/haproxy/docker-clients.lst", "192.168.3.10\n") == []
    assert lines("/etc/nginx/nginx.conf", "js_access docker.check;") == [], "it has a reader"
