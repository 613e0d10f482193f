"""Firewalls that keep out who is tried first and nobody else, and a closed twin of each.

What is true of each was found out by hand on the machines: with a socket bound to another port or
address, with net.ipv4.tcp_ecn=1, and with an option before the segment.
"""

from configurations import DROP_IN, OPEN, Attack

CLIENT = "ip saddr 192.168.3.10 tcp dport 2375 accept"
KEPT_OUT = "tcp dport { 2375, 2376 } drop"
#: A local user may not use the port either.
OUTPUT = """
  chain output {
    type filter hook output priority filter; policy accept;
    oif "lo" tcp dport 2375 meta skuid != 0 reject with tcp reset
  }"""


def guarded(*rules: str, more: str = "") -> dict[str, str]:
    """Return the files of a daemon on every address behind these rules of nftables."""
    lines = "\n    ".join(rules)
    return {
        DROP_IN: OPEN,
        "etc/nftables.conf": f"""#!/usr/sbin/nft -f
table inet docker {{{more}
  chain input {{
    type filter hook input priority filter; policy accept;
    iif "lo" accept
    ct state established,related accept
    {lines}
  }}{OUTPUT}
}}
""",
    }


def iptables(first: str, last: str) -> dict[str, str]:
    """Return the same with iptables: a first and a last rule about 2375, for IPv4."""
    output = (
        "-A OUTPUT -o lo -p tcp -m tcp --dport 2375 -m owner ! --uid-owner 0"
        " -j REJECT --reject-with tcp-reset"
    )
    table = "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{}\nCOMMIT\n"
    six = "-A INPUT ! -i lo -p tcp -m tcp --dport 2375 -j DROP"
    four = f"{first}\n-A INPUT -i docker0 -p tcp -m tcp --dport 2375 -j DROP\n{last}".strip()
    return {
        DROP_IN: OPEN,
        "etc/iptables/rules.v4": table.format(f"{four}\n{output}"),
        "etc/iptables/rules.v6": table.format(f"{six}\n{output}"),
    }


def is_open(files: dict[str, str], told: str) -> Attack:
    """Return the attack on a firewall that somebody gets around, by what is told."""
    return Attack(files, "failed", "full-control", told)


def is_closed(files: dict[str, str]) -> Attack:
    """Return a firewall that keeps everybody out but `client`."""
    return Attack(files, "passed", "filtered")


def is_not_judged(files: dict[str, str], told: str) -> Attack:
    """Return a firewall of which no trial shows whom it keeps out."""
    return Attack(files, "incomplete", "filtered", told)


FIREWALLS = {
    "source-port-believed": is_open(
        guarded("meta l4proto { tcp, udp } th sport 53 accept", CLIENT, KEPT_OUT),
        "tcp://192.168.3.201:2375 from port 53",
    ),
    "source-port-of-datagrams": is_closed(guarded("udp sport 53 accept", CLIENT, KEPT_OUT)),
    "some-addresses-kept-out": is_open(
        iptables("-A INPUT -s 192.168.3.64/26 -p tcp -m tcp --dport 2375 -j DROP", ""),
        "tcp://192.168.3.201:2375 from 192.168.3.2",
    ),
    "one-address-let-in": is_closed(
        iptables(
            "-A INPUT -s 192.168.3.10/32 -p tcp -m tcp --dport 2375 -j ACCEPT",
            "-A INPUT ! -i lo -p tcp -m tcp --dport 2375 -j DROP",
        )
    ),
    "plain-first-segments-kept-out": is_open(
        guarded(CLIENT, "tcp dport { 2375, 2376 } tcp flags == syn drop"),
        "tcp://192.168.3.201:2375 with ECN",
    ),
    "all-first-segments-kept-out": is_closed(
        guarded(CLIENT, "tcp dport { 2375, 2376 } tcp flags & (syn | ack) == syn drop", KEPT_OUT)
    ),
    "first-header-looked-at": is_open(
        guarded(
            CLIENT,
            "ip protocol tcp tcp dport { 2375, 2376 } drop",
            "ip6 nexthdr tcp tcp dport { 2375, 2376 } drop",
        ),
        "with an IPv6 option",
    ),
    "every-header-looked-at": is_closed(
        guarded(CLIENT, "meta l4proto tcp tcp dport { 2375, 2376 } drop")
    ),
    "open-at-night": is_not_judged(
        guarded(CLIENT, 'tcp dport 2375 meta hour "02:00"-"04:00" accept', KEPT_OUT), "meta hour"
    ),
    "open-for-one-at-night": is_closed(
        guarded(
            'ip saddr 192.168.3.10 tcp dport 2375 meta hour "00:00"-"23:59" accept',
            CLIENT,
            KEPT_OUT,
        )
    ),
    "open-after-a-knock": is_not_judged(
        guarded(
            CLIENT,
            "tcp dport 7000 update @knocked { ip saddr }",
            "ip saddr @knocked tcp dport 2375 accept",
            KEPT_OUT,
            more="\n  set knocked { type ipv4_addr; flags dynamic, timeout; timeout 30s; }",
        ),
        "@knocked",
    ),
}
