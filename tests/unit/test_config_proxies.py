"""Which proxies a configuration wants, and what their files name."""

import pytest

from dockerd_lab.config import proxies
from dockerd_lab.config.proxy_table import PROXIES
from dockerd_lab.config.value import Place

UNIT = "/etc/systemd/system/x.service"


def wanted(texts, *scripts):
    return {each.proxy.name: each for each in proxies.wanted_proxies(texts, [*texts], scripts)}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "/etc/haproxy/haproxy.cfg",
            "frontend a\n bind :2375\n",
            ("HAProxy", ("haproxy",), ("haproxy.service",), 2),
        ),
        ("/etc/caddy/Caddyfile", "x", ("Caddy", ("caddy",), ("caddy.service",), None)),
        (
            "/etc/apache2/sites-enabled/a.conf",
            "Listen 2375\nProxyPass / unix:/run/docker.sock|http://a/\n",
            ("Apache", ("apache2",), ("apache2.service",), 2),
        ),
        (
            "/etc/stunnel/docker.conf",
            "connect = /var/run/docker.sock",
            ("stunnel", ("stunnel4",), ("stunnel@docker.service",), 1),
        ),
        ("/etc/traefik/traefik.yml", "", ("Traefik", (), (), None)),
    ],
)
def test_a_file_at_its_place(path, text, expected):
    name, packages, services, line = expected
    found = wanted({path: text})[name]
    assert (found.packages, found.services, found.place) == (packages, services, Place(path, line))


def test_a_name_that_is_none_of_a_unit_is_left_out():
    found = wanted({"/etc/stunnel/a;b.conf": "", "/etc/stunnel/README": ""})["stunnel"]
    assert found.services == ()


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("/usr/bin/socat TCP-LISTEN:2375,fork UNIX:/run/docker.sock", ["socat"]),
        ("/bin/sh -c 'exec socat TCP-LISTEN:2375 UNIX:/run/docker.sock'", ["socat"]),
        ("-/usr/sbin/haproxy -f /etc/x.cfg", ["HAProxy"]),
        ("/usr/local/bin/envoy -c /etc/x.yaml", ["Envoy"]),
        ("/usr/lib/systemd/systemd-socket-proxyd /run/docker.sock", []),
        ("/opt/socat-exporter --socat", []),
    ],
)
def test_a_unit_that_runs_the_program(command, names):
    found = wanted({UNIT: f"[Unit]\nDescription=socat\n[Service]\nExecStart={command}\n"})
    assert [*found] == names
    assert all(each.place == Place(UNIT, 4) and not each.services for each in found.values())


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("/etc/cron.d/x", "# socat\n@reboot root socat TCP-LISTEN:2375 UNIX:/run/docker.sock\n", 2),
        ("/etc/rc.local", "#!/bin/sh\nexec /usr/bin/socat TCP-LISTEN:2375 UNIX:/x\n", 2),
        ("/etc/xinetd.d/x", "service x\n{\n  server = /usr/bin/socat\n}\n", 3),
        ("/usr/local/sbin/open.sh", "#!/bin/sh -e\nsocat TCP-LISTEN:2375 UNIX:/x &\n", 2),
    ],
)
def test_another_file_that_runs_the_program(path, text, line):
    assert wanted({path: text})["socat"].place == Place(path, line)
    assert "socat" not in wanted({"/etc/motd": text.removeprefix("#!")})


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("apt-get install -y haproxy\ncp x /etc/haproxy/haproxy.cfg\n", ["HAProxy"]),
        ("echo >/etc/caddy/Caddyfile", ["Caddy"]),
        ("nohup socat TCP-LISTEN:2375,fork UNIX:/run/docker.sock &", ["socat"]),
        ("# no socat here\necho my-socat\n", []),
        ("systemctl restart nginx", []),
    ],
)
def test_a_script_that_names_it(script, names):
    found = wanted({}, script)
    assert [*found] == names
    assert all(each.place is None for each in found.values())


@pytest.mark.parametrize(
    ("path", "text", "packages"),
    [
        ("/etc/nginx/nginx.conf", "load_module modules/ngx_http_lua_module.so;", "http-lua"),
        (
            "/etc/nginx/nginx.conf",
            'load_module "/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so";',
            "http-headers-more-filter",
        ),
        ("/etc/nginx/modules-enabled/50-mod-http-geoip2.conf", "", "http-geoip2"),
        ("/etc/nginx/conf.d/a.conf", "access_by_lua_block { }", "http-lua"),
        ("/etc/nginx/conf.d/a.conf", "more_set_headers a;", "http-headers-more-filter"),
    ],
)
def test_modules_of_nginx(path, text, packages):
    assert wanted({path: text})["nginx"].packages == (f"libnginx-mod-{packages}",)


def test_nginx_without_more_modules_is_on_every_machine():
    assert wanted({"/etc/nginx/nginx.conf": "events {}\nstream { }"}) == {}


TEXTS = {
    "/etc/haproxy/haproxy.cfg": """\
        # acl old hdr(host) -i old.example.org
        acl a hdr(host) -i docker.example.org
        acl b path_beg /engine/
        http-request deny unless { req.hdr(X-Key) -m found } { req.cook(session) -m found }
        bind :2376 ssl crt /etc/haproxy/all.pem ca-file /etc/haproxy/ca.pem
        """,
    "/etc/caddy/Caddyfile": """\
https://caddy.example.org:2376, :80 {
reverse_proxy unix//run/docker.sock
respond @others 403
    tls /etc/caddy/cert.pem /etc/caddy/key.pem {
        client_auth {
            trusted_ca_cert_file /etc/caddy/ca.pem
        }
    }
    handle_path /caddy/* {
        @key header X-Caddy *
    }
}
""",
    "/etc/apache2/sites-enabled/a.conf": """\
        ServerName apache.example.org
        ServerAlias *.apache.example.com
        SSLCertificateFile "/etc/apache2/cert.pem"
        SSLCertificateKeyFile /etc/apache2/key.pem
        SSLCACertificateFile /etc/apache2/ca.pem
        ProxyPass "/apache/" "unix:/run/docker.sock|http://localhost/"
        RewriteCond %{HTTP:X-Apache} !=""
        """,
    "/etc/stunnel/a.conf": "cert = /etc/stunnel/cert.pem\nCAfile=/etc/stunnel/ca.pem\n",
    "/etc/other.conf": "ServerName other.example.org\nCAfile = /other\n",
}


def test_names_of_servers():
    assert proxies.server_names(TEXTS) == [
        "docker.example.org",
        "caddy.example.org",
        "apache.example.org",
        "lab.apache.example.com",
    ]


def test_paths_below_which_they_forward():
    assert proxies.path_prefixes(TEXTS) == ["/engine", "/caddy", "/apache"]


def test_fields_of_requests():
    assert proxies.request_fields(TEXTS) == {
        "headers": ["X-Key", "X-Caddy", "X-Apache"],
        "cookies": ["session"],
        "arguments": [],
    }


@pytest.mark.parametrize(
    ("credential", "paths"),
    [
        ("ca", ["/etc/haproxy/ca.pem", "/etc/caddy/ca.pem", "/etc/apache2/ca.pem"]),
        ("server-cert", ["/etc/haproxy/all.pem", "/etc/caddy/cert.pem", "/etc/apache2/cert.pem"]),
        ("server-key", ["/etc/haproxy/all.pem", "/etc/caddy/key.pem", "/etc/apache2/key.pem"]),
    ],
)
def test_files_of_tls(credential, paths):
    found = [each.value for each in proxies.tls_files(TEXTS, credential)]
    assert found[:3] == paths
    assert all(each.startswith("/etc/stunnel/") for each in found[3:])


def test_the_place_of_a_tls_file():
    (found,) = proxies.tls_files({"/etc/stunnel/a.conf": "# x\n\nCAfile = /a\n"}, "ca")
    assert found.place == Place("/etc/stunnel/a.conf", 3)


def test_no_two_proxies_share_a_name_or_a_file():
    names = [proxy.name for proxy in PROXIES]
    files = [file for proxy in PROXIES for file in proxy.files]
    assert len({*names}) == len(names)
    assert len({*files}) == len(files)
