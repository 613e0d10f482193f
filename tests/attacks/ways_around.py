"""Servers of nginx that somebody gets around, and a closed twin of each that has one.

What is true of each was found out with curl and openssl on a machine with nginx and dockerd.
"""

from configurations import PROXY, SITE, Attack, site

OPEN_LOCATION = f"location / {{ {PROXY} }}"
#: The API, however a path is spelled that nginx has normalised.
NAMES = "(containers|images|exec|build|session|grpc|commit|volumes|networks|swarm)"
API = f"/(v[0-9.]+/)?{NAMES}"
#: An htpasswd of docker:docker, and one of a random password.
TRIVIAL = "docker:$apr1$lab$PiY5XYZBdxlOqAKmejyHP/\n"
RANDOM = "docker:$apr1$lab$/GTVTCtYbqu/PPKRO7LMR1\n"
CERTIFICATE = "listen 2376 ssl; ssl_certificate tls/cert.pem; ssl_certificate_key tls/key.pem;"


def client_alone(listen: str, more: str = "") -> str:
    """Return a server that lets in whoever has the address of `client`, or says so."""
    rules = f"{more} allow 192.168.3.10; deny all;"
    return f"server {{ {listen} {rules} location / {{ {PROXY} }} }}"


def nginx(server: str, verdict: str, outsider: str, told: str = "", **files: str) -> Attack:
    """Return the attack on an nginx server; `files` are others, by their names in /etc/nginx."""
    others = {f"etc/nginx/{name.replace('__', '.')}": text for name, text in files.items()}
    return Attack({SITE: server, **others}, verdict, outsider, told)


def is_open(server: str, told: str = "a container read", **files: str) -> Attack:
    """Return the attack on a server that makes everybody root."""
    return nginx(server, "failed", "full-control", told, **files)


def is_closed(server: str, outsider: str = "auth-required", **files: str) -> Attack:
    """Return a server that keeps everybody out."""
    return nginx(server, "passed", outsider, **files)


WAYS_AROUND = {
    "raw-path-compared": is_open(
        site(f'if ($request_uri ~ "^{API}") {{ return 403; }}'), "path /%63%6f"
    ),
    "normalised-path-compared": is_closed(
        site("", more=f"location ~ ^{API} {{ return 403; }}").replace(
            f"location / {{  {PROXY} }}", "location / { return 403; }"
        )
    ),
    "slashes-kept": is_open(
        site(
            "merge_slashes off;",
            "rewrite ^/+(.*)$ /$1 break;",
            more=f"location ~ ^{API} {{ return 403; }}",
        )
    ),
    "slashes-merged": is_closed(
        site("", "rewrite ^/+(.*)$ /$1 break;", more="location ~ ^/ { return 403; }")
    ),
    "prefix-in-any-case": is_open(
        "server { listen 2375; location ^~ /docker/ { return 403; } location ~* ^/docker/(.*)$ {"
        " proxy_pass http://unix:/var/run/docker.sock:/$1$is_args$args; proxy_http_version 1.1; } }"
    ),
    "prefix-in-one-case": is_closed(
        "server { listen 2375; location ^~ /docker/ { return 403; } location ~ ^/docker/(.*)$ {"
        " proxy_pass http://unix:/var/run/docker.sock:/$1$is_args$args; proxy_http_version 1.1; } }"
    ),
    "one-form-of-versions": is_open(
        site("", more=f"location ~ ^/(v1[.][0-9]+/)?{NAMES} {{ return 403; }}"), "path /v1.40.0/"
    ),
    "any-key": is_open(site('if ($http_x_docker_key = "") { return 403; }'), "x-docker-key: "),
    "one-key": is_closed(site("if ($http_x_docker_key != 7Qm2xVb9Tz) { return 403; }")),
    "any-argument": is_open(site('if ($arg_token = "") { return 403; }'), "?token="),
    "any-cookie": is_open(site('if ($cookie_session = "") { return 403; }'), "Cookie: session="),
    "any-authorization": is_open(site('if ($http_authorization = "") { return 401; }')),
    "trivial-password": is_open(
        site("auth_basic docker; auth_basic_user_file docker.htpasswd;"), docker__htpasswd=TRIVIAL
    ),
    "password-asked-for-slowly": is_closed(
        "limit_req_zone $binary_remote_addr zone=slow:1m rate=5r/s;\n"
        + site(
            "limit_req zone=slow burst=5 nodelay;"
            " auth_basic docker; auth_basic_user_file docker.htpasswd;"
        ),
        docker__htpasswd=RANDOM,
    ),
    "any-method-by-header": is_open(
        "map $http_x_http_method_override $sent { default $http_x_http_method_override;"
        ' "" $request_method; }\n'
        + site("if ($request_method != GET) { return 403; }", "proxy_method $sent;")
    ),
    "body-with-length-denied": is_open(
        site('if ($http_content_length ~ "[1-9]") { return 403; }'), "chunked body"
    ),
    "old-http-only": is_open(site("if ($server_protocol != HTTP/1.0) { return 403; }"), "HTTP 1.0"),
    "loopback-host-only": is_open(
        site('if ($http_host !~ "^(localhost|127.0.0.1)$") { return 403; }'), "host localhost"
    ),
    # Newer ones than 1.22 answer HTTP/1, too.
    "http2-only": is_open(f"server {{ listen 2375 http2; {OPEN_LOCATION} }}"),
    "http2-closed": is_closed("server { listen 2375 http2; location / { return 403; } }"),
    "proxy-protocol-believed": is_open(
        site(
            "set_real_ip_from 0.0.0.0/0; real_ip_header proxy_protocol;"
            " allow 192.168.3.10; deny all;"
        ).replace("listen 2375;", "listen 2375 proxy_protocol;"),
        "PROXY TCP4 192.168.3.10",
    ),
    # No IPv4 address is in ::/0, so that the header is believed over IPv6 alone.
    "header-believed-over-ipv6": is_open(
        client_alone("listen [::]:2375;", "set_real_ip_from ::/0; real_ip_header X-Real-IP;"),
        "X-Real-IP: 192.168.3.10",
    ),
    "header-believed-over-ipv6-of-both": is_open(
        client_alone(
            "listen [::]:2375 ipv6only=off;", "set_real_ip_from ::/0; real_ip_header X-Real-IP;"
        ),
        "X-Real-IP: 192.168.3.10",
    ),
    "header-not-believed-over-ipv6": is_closed(client_alone("listen 2375; listen [::]:2375;")),
    "proxy-protocol-not-believed": is_closed(
        site("allow 192.168.3.10; deny all;").replace("listen 2375;", "listen 2375 proxy_protocol;")
    ),
    "post-denied-only": nginx(
        site("if ($request_method = POST) { return 403; }"), "failed", "writes", "is let through"
    ),
    "get-only-and-upgrade": nginx(
        site(
            "if ($request_method !~ ^(GET|HEAD)$) { return 403; }",
            "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
        ),
        "failed",
        "writes",
        "attach/ws is let through",
    ),
    "get-only": nginx(
        site("if ($request_method !~ ^(GET|HEAD)$) { return 403; }"), "failed", "read-only"
    ),
    "hung-up-on-others": nginx(
        site("if ($request_method !~ ^(GET|HEAD)$) { return 444; }"), "failed", "read-only"
    ),
    "any-certificate": is_open(
        site(
            "ssl_verify_client optional_no_ca; if ($ssl_client_verify = NONE) { return 403; }"
        ).replace("listen 2375;", CERTIFICATE),
        "a self-signed certificate",
    ),
    "certificate-of-nobody": is_closed(
        site("ssl_client_certificate tls/ca.pem; ssl_verify_client on;").replace(
            "listen 2375;", CERTIFICATE
        ),
        "tls-required",
    ),
}
