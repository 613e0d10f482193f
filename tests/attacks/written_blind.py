"""Configurations of a tester who did not know how the probe works, each with a closed twin.

What is true of each was written down before anything was tried.
"""

from pathlib import Path

from pairs import read_pairs

_INCOMPLETE = "incomplete"

#: What must be told of each attack and of its twin: the verdict, the outsider's access, and a part
#: of the reason. An attack that cannot be tried in the lab is incomplete; so may its twin be.
_EXPECTED = {
    "haproxy-proxy-protocol": (
        ("failed", "full-control", "an outsider gets root"),
        ("passed", "auth-required", ""),
    ),
    "caddy-admin-api": (
        ("failed", "auth-required", "Caddy's admin API"),
        ("passed", "auth-required", ""),
    ),
    "caddy-forwarded-range": (
        (_INCOMPLETE, "auth-required", "remote_ip forwarded 10.8.0.0/24"),
        ("passed", "auth-required", ""),
    ),
    "apache-forward-proxy": (
        (_INCOMPLETE, "auth-required", "ProxyRequests On"),
        (_INCOMPLETE, "auth-required", "ProxyRequests On"),
    ),
    "apache-user-agent": (
        (_INCOMPLETE, "auth-required", "SetEnvIf User-Agent"),
        (_INCOMPLETE, "auth-required", "SetEnvIf User-Agent"),
    ),
    "haproxy-admin-socket": (
        ("failed", "auth-required", "a local user"),
        ("passed", "auth-required", ""),
    ),
    "nginx-stream-alpn": (
        (_INCOMPLETE, "refused", "$ssl_alpn_protocol"),
        (_INCOMPLETE, "refused", "$ssl_alpn_protocol"),
    ),
    "nginx-mirror": (
        (_INCOMPLETE, "refused", "a copy of each request goes to Docker"),
        ("passed", "refused", ""),
    ),
    "socat-sctp": (
        (_INCOMPLETE, "refused", "socat waits for others at sctp"),
        (_INCOMPLETE, "refused", "socat waits for others at sctp"),
    ),
    "udp-docker-command": (
        (_INCOMPLETE, "refused", "socat waits for others at udp"),
        (_INCOMPLETE, "refused", "socat waits for others at udp"),
    ),
    "abstract-socket": (
        ("failed", "refused", "a local user outside group docker gets root at unix://@"),
        ("passed", "refused", ""),
    ),
    "address-of-a-dummy": (
        ("failed", "full-control", "an outsider gets root"),
        ("passed", "filtered", ""),
    ),
    "route-localnet": (
        (_INCOMPLETE, "refused", "route_localnet"),
        ("passed", "refused", ""),
    ),
    "vxlan-of-anybody": (
        (_INCOMPLETE, "filtered", "who gets in through it was not tried"),
        (_INCOMPLETE, "filtered", "who gets in through it was not tried"),
    ),
    "tcp-flags": (
        (_INCOMPLETE, "filtered", "tcp flags"),
        ("passed", "filtered", ""),
    ),
    "container-by-ipv6": (
        ("failed", "filtered", "a container on the daemon's machine gets root"),
        ("passed", "filtered", ""),
    ),
    "macvlan-container": (
        (_INCOMPLETE, "refused", "it hands Docker's API on to a container"),
        ("passed", "refused", ""),
    ),
    "environment-file-of-all": (
        ("failed", "refused", "every local user may make /var/tmp/docker.env"),
        ("passed", "refused", ""),
    ),
    "pam-group": (
        ("failed", "refused", "pam_group lets every local user control the daemon"),
        ("passed", "refused", ""),
    ),
    "signs-everybody": (
        (_INCOMPLETE, "tls-required", "systemd waits for what an outsider sends"),
        ("passed", "tls-required", ""),
    ),
    "opens-when-the-network-is-up": (
        (_INCOMPLETE, "refused", "it sleeps for 10 s"),
        (_INCOMPLETE, "refused", "it sleeps for 10 s"),
    ),
}
WRITTEN_BLIND = read_pairs(Path(__file__).with_suffix(""), _EXPECTED)
