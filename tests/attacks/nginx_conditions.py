"""Servers of nginx that let in whoever fulfils a condition, and a closed twin of each.

What is true of each kind was found out by hand, with curl and openssl, on a machine with nginx.
"""

from configurations import DROP_IN, Attack, site
from ways_around import CERTIFICATE, RANDOM, is_closed, is_open, nginx

LIST = "auth_basic docker; auth_basic_user_file docker.htpasswd;"
TLS = "ssl_certificate tls/cert.pem; ssl_certificate_key tls/key.pem;"
TENANTS = [f"tenant{number}" for number in range(12)]
TOKEN = r"Bearer eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"
SECRET = "q7Zt2LxV0mKc9RfYb3WnE8sJ5uHgD1pAiO6wXkTvQ4zN2yBe"
STREAM = (
    "include modules-enabled/*.conf; events {} stream { map $ssl_server_name $backend { %s } %s }"
)
BACKENDS = "docker.corp.example unix:/run/docker.sock; default unix:/run/nothing.sock;"
KEY = "/srv/ca/client-key.pem"
MAKES_KEY = (
    "[Service]\nExecStartPost=/bin/sh -c 'mkdir -p /srv/ca/public &&"
    f" openssl genpkey -algorithm ed25519 -out {KEY} && chgrp www-data {KEY} && chmod 640 {KEY}'\n"
)


def tenants(guards: list[str]) -> str:
    """Return a server with a location for each of TENANTS, guarded in these ways."""
    locations = (
        f"location /{name}/ {{ {guard} proxy_pass http://unix:/run/docker.sock:/;"
        " proxy_http_version 1.1; }\n"
        for name, guard in zip(TENANTS, guards, strict=True)
    )
    return f"server {{ listen 2375; location / {{ return 404; }}\n{''.join(locations)} }}\n"


def endpoint(guard: str) -> str:
    """Return a server that leads to Docker below paths with a number."""
    return (
        "server { listen 2375; location / { return 403; }"
        r" location ~ ^/api/endpoints/\d+/docker/(.*)$"
        f" {{ {guard} proxy_pass http://unix:/run/docker.sock:/$1$is_args$args;"
        " proxy_http_version 1.1; } }"
    )


def health_check(regex: str) -> str:
    """Return a server that asks for no password where a regular expression matches."""
    realm = f'map $request_uri $realm {{ default docker; "{regex}" off; }}\n'
    return realm + site("auth_basic $realm; auth_basic_user_file docker.htpasswd;")


def believed(trusted: str, header: str = "X-Forwarded-For", listen: str = "") -> str:
    """Return a server for a private network, whose addresses some may claim."""
    server = site(
        f"set_real_ip_from {trusted}; real_ip_header {header}; allow 10.8.0.0/24; deny all;"
    )
    return server.replace("listen 2375;", f"listen 2375{listen};")


def subject(verify: str) -> str:
    """Return a server that compares the subject of a certificate."""
    server = site(
        f"ssl_client_certificate tls/ca.pem; ssl_verify_client {verify};"
        ' if ($ssl_client_s_dn !~ "^CN=ops-deploy,O=Example Ltd") { return 403; }'
    )
    return server.replace("listen 2375;", CERTIFICATE)


def limited(condition: str) -> str:
    """Return a server that answers six requests a minute, and 403 to more."""
    limit = "limit_req_zone $binary_remote_addr zone=docker:1m rate=6r/m; limit_req_status 403;\n"
    return limit + site(
        "limit_req zone=docker burst=2 nodelay;", f"if ({condition}) {{ return 403; }}"
    )


def stream(server: str, verdict: str, outsider: str, told: str = "") -> Attack:
    """Return a configuration that leads to a backend by the name that a client asks for."""
    server = f"server {{ listen 443 ssl; {TLS} {server} proxy_pass $backend; }}"
    return Attack({"etc/nginx/nginx.conf": STREAM % (BACKENDS, server)}, verdict, outsider, told)


def certificate(location: str, verdict: str, outsider: str, told: str = "") -> Attack:
    """Return a server that shows the certificate of an authority, beside a key."""
    server = f"server {{ listen 80; location {location} {{ alias /srv/ca/public/; }} }}"
    attack = nginx(server, verdict, outsider, told)
    return Attack({**attack.files, DROP_IN: MAKES_KEY}, verdict, outsider, told)


NGINX_CONDITIONS = {
    "path-of-a-regex": is_open(endpoint(""), "/api/endpoints/"),
    "path-of-a-regex-closed": is_closed(endpoint(LIST), docker__htpasswd=RANDOM),
    "twelfth-tenant": is_open(
        tenants([*[LIST] * 11, ""]), "a container read", docker__htpasswd=RANDOM
    ),
    "twelve-tenants-closed": is_closed(tenants([LIST] * 12), docker__htpasswd=RANDOM),
    "claimed-network": is_open(believed("192.168.3.0/24"), "X-Forwarded-For: 10.8.0.1"),
    "claimed-network-closed": is_closed(believed("192.168.3.10")),
    "claimed-network-before": is_open(
        believed("0.0.0.0/0", "proxy_protocol", " proxy_protocol"), "PROXY TCP4 10.8.0.1"
    ),
    "claimed-network-before-closed": is_closed(
        believed("192.168.3.10", "proxy_protocol", " proxy_protocol")
    ),
    "geo-of-a-header": is_open(
        "geo $http_x_forwarded_for $vpn { default 0; 10.8.0.0/24 1; }\n"
        + site("if ($vpn = 0) { return 403; }"),
        "X-Forwarded-For: 10.8.0.1",
    ),
    "geo-of-the-address": is_closed(
        "geo $vpn { default 0; 10.8.0.0/24 1; }\n" + site("if ($vpn = 0) { return 403; }")
    ),
    "health-check-anywhere": is_open(health_check("~/_ping"), "x=/_ping", docker__htpasswd=RANDOM),
    "health-check-alone": is_closed(health_check("~^/_ping$"), docker__htpasswd=RANDOM),
    "any-certificate-with-a-name": is_open(
        subject("optional_no_ca"), "a self-signed CN=ops-deploy,O=Example Ltd certificate"
    ),
    "certificate-with-a-name": is_closed(subject("on"), "tls-required"),
    "certificate-s-number": nginx(
        site(
            "ssl_client_certificate tls/ca.pem; ssl_verify_client optional_no_ca;"
            ' if ($ssl_client_serial != "4D2") { return 403; }'
        ).replace("listen 2375;", CERTIFICATE),
        "incomplete",
        "auth-required",
        "it depends on $ssl_client_serial who is let through",
    ),
    "form-of-a-token": is_open(
        site(f'if ($http_authorization !~ "^{TOKEN}$") {{ return 401; }}'),
        "Authorization: Bearer eyJ",
    ),
    "one-token": is_closed(
        site(f'if ($http_authorization !~ "^Bearer {SECRET}$") {{ return 401; }}')
    ),
    "program-and-role": is_open(
        'map "$http_user_agent:$http_x_role" $known { default 0; "~^ci/[0-9]+:deploy" 1; }\n'
        + site("if ($known = 0) { return 403; }"),
        "User-Agent: ci/1",
    ),
    "name-in-the-handshake": stream("", "failed", "full-control", "as docker.corp.example"),
    "name-in-the-handshake-closed": stream(
        "ssl_client_certificate tls/ca.pem; ssl_verify_client on;", "passed", "refused"
    ),
    "answers-seldom": is_open(
        limited(r'$http_x_forwarded_for !~ "192\.168\.3\.10"'), "X-Forwarded-For: 192.168.3.10"
    ),
    "answers-seldom-closed": is_closed(limited('$remote_addr != "192.168.3.10"')),
    "asked-too-often": nginx(
        "limit_req_zone $binary_remote_addr zone=docker:1m rate=6r/m;\n"
        + site(f"limit_req zone=docker burst=2 nodelay; {LIST}"),
        "incomplete",
        "auth-required",
        "it was asked too often",
        docker__htpasswd=RANDOM,
    ),
    "key-beside-an-alias": certificate("/ca", "failed", "unclear", "GET /ca../client-key.pem"),
    "key-beside-an-alias-closed": certificate("/ca/", "passed", "refused"),
    "another-server-decides": nginx(
        site("auth_request /auth;", more="location = /auth { proxy_pass http://127.0.0.1:4180; }"),
        "incomplete",
        "refused",
        "auth_request /auth",
    ),
}
