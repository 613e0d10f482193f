"""Other proxies than nginx before docker.sock, and a closed twin of each.

Debian's packages are installed for them. What is true of each was found out with curl on a machine
with the proxy and dockerd.
"""

from at_boot import ENABLED
from configurations import Attack

UNITS = "etc/systemd/system"
SOCKET = "/run/docker.sock"


def haproxy(rules: str, bind: str = ":2375", section: str = "") -> dict[str, str]:
    """Return HAProxy before docker.sock, as root."""
    return {
        "etc/haproxy/haproxy.cfg": f"{section}defaults\n  mode http\n  timeout connect 5s\n"
        "  timeout client 30s\n  timeout server 30s\n"
        f"listen docker\n  bind {bind}\n{rules}  server docker unix@{SOCKET}\n"
    }


def caddy(site: str, options: str = "admin off") -> dict[str, str]:
    """Return Caddy before docker.sock."""
    return {"etc/caddy/Caddyfile": f"{{\n{options}\n}}\n:2375 {{\n{site}\n}}\n"}


CADDY = f"reverse_proxy unix/{SOCKET}"


def apache(access: str, listen: str = "2375", more: str = "") -> dict[str, str]:
    """Return a site of Apache's before docker.sock."""
    return {
        "etc/apache2/sites-enabled/docker.conf": f"Listen {listen}\n"
        f"<VirtualHost *:{listen}>\n{more}"
        f'  ProxyPass / "unix:{SOCKET}|http://localhost/"\n'
        f'  <Location "/">\n    {access}\n  </Location>\n</VirtualHost>\n'
    }


def socat(options: str) -> dict[str, str]:
    """Return a unit with socat before docker.sock."""
    return {
        f"{UNITS}/docker-tcp.service": "[Unit]\nAfter=docker.service\n[Service]\n"
        f"ExecStart=/usr/bin/socat TCP-LISTEN:2375,fork,{options} UNIX-CONNECT:{SOCKET}\n{ENABLED}"
    }


def stunnel(verify: str) -> dict[str, str]:
    """Return stunnel before docker.sock; its certificate is made for the run."""
    return {
        "etc/stunnel/docker.conf": "foreground = yes\n[docker]\naccept = :::2376\n"
        f"connect = {SOCKET}\ncert = /etc/stunnel/cert.pem\nkey = /etc/stunnel/key.pem\n{verify}"
    }


def lighttpd(condition: str) -> dict[str, str]:
    """Return lighttpd before docker.sock."""
    return {
        "etc/lighttpd/lighttpd.conf": 'server.modules = ("mod_access", "mod_proxy")\n'
        'server.document-root = "/var/www/html"\nserver.username = "www-data"\n'
        f'server.groupname = "docker"\nserver.port = 2375\n{condition}'
        f'proxy.server = ("" => (("host" => "{SOCKET}")))\n'
    }


def xinetd(access: str) -> dict[str, str]:
    """Return xinetd with socat before docker.sock."""
    return {
        "etc/xinetd.d/docker": "service docker\n{\n  type = UNLISTED\n  port = 2375\n"
        "  socket_type = stream\n  wait = no\n  user = root\n  protocol = tcp\n"
        f"  server = /usr/bin/socat\n  server_args = - UNIX-CONNECT:{SOCKET}\n{access}}}\n"
    }


def socket_proxyd(listen: str) -> dict[str, str]:
    """Return systemd's own proxy before docker.sock."""
    return {
        f"{UNITS}/docker-tcp.socket": f"[Socket]\n{listen}\n[Install]\nWantedBy=sockets.target\n",
        f"{UNITS}/docker-tcp.service": "[Unit]\nRequires=docker-tcp.socket\n[Service]\n"
        f"ExecStart=/usr/lib/systemd/systemd-socket-proxyd {SOCKET}\n",
    }


def lua(condition: str) -> dict[str, str]:
    """Return nginx with a condition in Lua before docker.sock."""
    return {
        "etc/nginx/conf.d/docker.conf": "server { listen 2375; location / {\n"
        f"access_by_lua_block {{ if {condition} then ngx.exit(403) end }}\n"
        f"proxy_pass http://unix:{SOCKET}:; proxy_http_version 1.1; }} }}\n"
    }


def root(files: dict[str, str], told: str = "a container read") -> Attack:
    """Return a configuration that makes everybody root."""
    return Attack(files, "failed", "full-control", told)


OTHER_PROXIES = {
    "haproxy": root(haproxy("")),
    "haproxy-closed": Attack(
        haproxy("  http-request deny unless { src 192.168.3.10 }\n"), "passed", "auth-required"
    ),
    "haproxy-hangs-up": Attack(
        haproxy("  tcp-request connection reject unless { src 192.168.3.10 }\n"), "passed"
    ),
    "haproxy-believes-a-header": root(
        haproxy("  http-request deny unless { req.hdr(X-Forwarded-For) 192.168.3.10 }\n"),
        "X-Forwarded-For: 192.168.3.10",
    ),
    "haproxy-any-key": root(
        haproxy("  http-request deny unless { req.hdr(X-Docker-Key) -m found }\n"), "X-Docker-Key"
    ),
    "haproxy-one-path-denied": root(
        haproxy("  http-request deny if { path_beg /containers/create }\n"), "a container read"
    ),
    "haproxy-by-name": root(
        haproxy("  http-request deny unless { hdr(host) -i docker.example.org }\n"),
        "as docker.example.org",
    ),
    "haproxy-get-only": Attack(
        haproxy("  http-request deny unless METH_GET\n"), "failed", "read-only"
    ),
    "haproxy-mutual-tls": Attack(
        haproxy(
            "",
            ":2376 ssl crt /etc/haproxy/docker.pem ca-file /etc/haproxy/ca.pem verify required",
        ),
        "passed",
        "tls-required",
    ),
    "haproxy-optional-tls": root(
        haproxy(
            "",
            ":2376 ssl crt /etc/haproxy/docker.pem ca-file /etc/haproxy/ca.pem verify optional",
        ),
    ),
    "haproxy-without-right": Attack(
        haproxy("", section="global\n  user haproxy\n  group haproxy\n"),
        "failed",
        "unclear",
        "HTTP 503",
    ),
    "haproxy-s-admin-socket": Attack(
        haproxy(
            "  http-request deny unless { src 192.168.3.10 }\n",
            section="global\n  stats socket /run/haproxy/admin.sock mode 666 level admin\n",
        ),
        "failed",
        "auth-required",
        "a local user",
    ),
    "caddy": root(caddy(CADDY)),
    "caddy-closed": Attack(
        caddy(f"@others not remote_ip 192.168.3.10\nrespond @others 403\n{CADDY}"),
        "passed",
        "auth-required",
    ),
    "caddy-below-a-path": root(caddy(f"handle_path /engine/* {{\n{CADDY}\n}}\nrespond 404")),
    "caddy-s-admin-api": Attack(
        caddy(f"@others not remote_ip 192.168.3.10\nrespond @others 403\n{CADDY}", ""),
        "failed",
        "auth-required",
        "Caddy's admin API",
    ),
    "apache": root(apache("Require all granted")),
    "apache-closed": Attack(apache("Require ip 192.168.3.10"), "passed", "auth-required"),
    "apache-believes-a-header": root(
        apache(
            "Require ip 192.168.3.10",
            more="  RemoteIPHeader X-Forwarded-For\n  RemoteIPInternalProxy 192.168.3.0/24\n",
        ),
        "X-Forwarded-For: 192.168.3.10",
    ),
    # Apache takes no private address from a proxy that is not called internal.
    "apache-believes-no-private-address": Attack(
        apache("Require ip 192.168.3.10", more="  RemoteIPHeader X-Forwarded-For\n"),
        "passed",
        "auth-required",
    ),
    "apache-mutual-tls": Attack(
        apache(
            "SSLVerifyClient require",
            "2376",
            "  SSLEngine on\n  SSLCertificateFile /etc/apache2/cert.pem\n"
            "  SSLCertificateKeyFile /etc/apache2/key.pem\n"
            "  SSLCACertificateFile /etc/apache2/ca.pem\n  SSLVerifyClient require\n",
        ),
        "passed",
        "tls-required",
    ),
    "socat": root(socat("reuseaddr")),
    "socat-closed": Attack(socat("reuseaddr,range=192.168.3.10/32"), "passed"),
    "stunnel": root(stunnel("")),
    "stunnel-closed": Attack(
        stunnel("CAfile = /etc/stunnel/ca.pem\nverifyChain = yes\n"), "passed", "tls-required"
    ),
    "socket-proxyd": root(socket_proxyd("ListenStream=2375")),
    "socket-proxyd-closed": Attack(
        socket_proxyd("ListenStream=/run/docker-copy.sock\nSocketMode=0600"), "passed"
    ),
    "nginx-with-lua": root(lua("ngx.var.http_x_docker_key == nil")),
    "nginx-with-lua-closed": Attack(
        lua('ngx.var.remote_addr ~= "192.168.3.10"'), "passed", "auth-required"
    ),
    "lighttpd": root(lighttpd("")),
    "lighttpd-closed": Attack(
        lighttpd('$HTTP["remoteip"] != "192.168.3.10" { url.access-deny = ("") }\n'),
        "passed",
        "auth-required",
    ),
    "ncat": root(
        {
            f"{UNITS}/docker-tcp.service": "[Unit]\nAfter=docker.service\n[Service]\n"
            f"ExecStart=/usr/bin/ncat -lk 2375 --sh-exec 'ncat -U {SOCKET}'\n{ENABLED}"
        }
    ),
    "xinetd": root(xinetd("")),
    "xinetd-closed": Attack(xinetd("  only_from = 192.168.3.10\n"), "passed"),
    "socat-of-cron": root(
        {
            "etc/cron.d/docker": "@reboot root socat TCP-LISTEN:2375,fork,reuseaddr"
            f" UNIX-CONNECT:{SOCKET}\n"
        }
    ),
    "absent-program-of-cron": Attack(
        {"etc/cron.d/docker": "@reboot root /opt/docker-gateway --port 2375\n"},
        "incomplete",
        told="its program is not on the lab's machine",
    ),
    "traefik": Attack(
        {
            "etc/traefik/traefik.yml": "providers:\n  docker:\n    endpoint: unix:///run/docker.sock\n"
        },
        "incomplete",
        told="Traefik reads it, which is not installed",
    ),
    "envoy-s-unit": Attack(
        {f"{UNITS}/x.service": f"[Service]\nExecStart=/usr/bin/envoy -c /etc/x.yaml\n{ENABLED}"},
        "incomplete",
        told="it runs Envoy",
    ),
}
