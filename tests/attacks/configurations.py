"""Configurations that open the daemon by other ways, and a closed twin of each that has one.

What is true of each was found out by hand on the machines: with curl from `outsider`, or on a
machine that was booted with it.
"""

from dataclasses import dataclass

PROXY = "proxy_pass http://unix:/var/run/docker.sock:; proxy_http_version 1.1;"
SITE = "etc/nginx/conf.d/docker.conf"
DROP_IN = "etc/systemd/system/docker.service.d/override.conf"
OPEN = """[Service]
ExecStart=
ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375 --tls=false
"""


@dataclass(frozen=True)
class Attack:
    """A configuration, and what must be told of it."""

    files: dict[str, str]
    verdict: str
    outsider: str = "refused"
    told: str = ""
    """What the reasons, the settings without effect or the parts not judged contain."""
    not_on: tuple[str, ...] = ()
    """Engines on which nothing runs it, so that it passes there."""
    script: str = ""
    """What `--provision` runs."""


def firewall(family: str) -> str:
    """Return rules that let only `client` in to 2375, in one family of tables."""
    return f"""table {family} docker {{
  chain input {{
    type filter hook input priority 0; policy accept;
    iifname "lo" tcp dport 2375 drop
    tcp dport 2375 ip saddr != 192.168.3.10 drop
    {"meta nfproto ipv6 tcp dport 2375 drop" if family == "inet" else ""}
  }}
}}
"""


def site(server: str, location: str = "", more: str = "") -> str:
    """Return an nginx server before docker.sock."""
    return f"server {{ listen 2375; {server}\n{more}\nlocation / {{ {location} {PROXY} }} }}\n"


def forwarding(hook: str, priority: int) -> str:
    """Return rules that lead 8375 to 2375, which a chain of a hook keeps for `client`."""
    return f"""table inet docker {{
  chain doors {{
    type nat hook prerouting priority -100;
    tcp dport 8375 redirect to :2375
  }}
  chain guard {{
    type filter hook {hook} priority {priority}; policy accept;
    iifname "lo" tcp dport 2375 drop
    tcp dport 2375 ip saddr != 192.168.3.10 drop
    meta nfproto ipv6 tcp dport 2375 drop
  }}
}}
"""


ATTACKS = {
    "port-redirected-past-the-rules": Attack(
        {DROP_IN: OPEN, "etc/nftables.conf": forwarding("prerouting", -300)},
        "failed",
        "full-control",
        "tcp://192.168.3.201:8375",
    ),
    "port-redirected-before-the-rules": Attack(
        {DROP_IN: OPEN, "etc/nftables.conf": forwarding("input", 0)}, "passed", "filtered"
    ),
    "rules-for-ipv4": Attack(
        {DROP_IN: OPEN, "etc/nftables.conf": firewall("ip")},
        "failed",
        "full-control",
        "tcp://[fd5f:3a1c:9e42:3::201]",
    ),
    "rules-for-both": Attack(
        {DROP_IN: OPEN, "etc/nftables.conf": firewall("inet")}, "passed", "filtered"
    ),
    "believed-header": Attack(
        {
            SITE: site(
                "set_real_ip_from 0.0.0.0/0; real_ip_header X-Real-IP;"
                " allow 192.168.3.10; deny all;"
            )
        },
        "failed",
        "full-control",
        "X-Real-IP: 192.168.3.10",
    ),
    "header-not-believed": Attack(
        {SITE: site("allow 192.168.3.10; deny all;")}, "passed", "auth-required"
    ),
    "create-denied": Attack(
        {SITE: site("", more="location ~ /containers/create { return 403; }")},
        "failed",
        "writes",
        "is let through to the daemon",
    ),
    "one-version-denied": Attack(
        {SITE: site("", more="location ~ ^/(v1.40/)?containers/create { return 403; }")},
        "failed",
        "full-control",
        "a container read",
    ),
    "containerd-on-tcp": Attack(
        {"etc/containerd/config.toml": 'version = 2\n[grpc]\n  tcp_address = "0.0.0.0:10000"\n'},
        "failed",
        "unclear",
        "containerd's API",
    ),
    "hosts-deny": Attack(
        {"etc/hosts.deny": "dockerd: ALL\n"}, "passed", told="dockerd does not read it"
    ),
}
