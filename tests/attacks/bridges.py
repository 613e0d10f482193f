"""Containers on other bridges than docker0's usual one, which a firewall does not name.

What is true of each was found out with curl in a container, or in a namespace at the bridge.
"""

import json

from configurations import DROP_IN, OPEN, Attack

MORE = "etc/systemd/system/docker.service.d/network.conf"
CONTAINER = "a container on the daemon's machine gets root at tcp://"


def guarded(rule: str, settings: dict[str, object], *networks: str) -> dict[str, str]:
    """Return an open daemon, with rules that keep everybody out but `client` and containers.

    `rule` is what keeps containers out, `settings` is daemon.json, and `networks` are arguments of
    `docker network create`.
    """
    created = "".join(f"ExecStartPost=/usr/bin/docker network create {n}\n" for n in networks)
    return {
        DROP_IN: OPEN,
        MORE: f"[Service]\n{created}",
        "etc/docker/daemon.json": json.dumps(settings),
        "etc/nftables.conf": "table inet guard {\n  chain input {\n"
        "    type filter hook input priority -5; policy accept;\n"
        f'    iifname "lo" tcp dport 2375 drop\n    {rule}\n'
        '    iifname "eth1" tcp dport 2375 ip saddr != 192.168.3.10 drop\n'
        '    iifname "eth1" meta nfproto ipv6 tcp dport 2375 drop\n  }\n}\n',
    }


BY_NAME = 'iifname "docker0" tcp dport 2375 drop'
BY_NETWORK = "ip saddr 172.16.0.0/12 tcp dport 2375 drop"
BY_CARD = 'iifname != "eth1" tcp dport 2375 drop'
POOLS = {"default-address-pools": [{"base": "10.99.0.0/16", "size": 24}]}


def is_open(files: dict[str, str]) -> Attack:
    """Return a configuration that makes a container root, and nobody else."""
    return Attack(files, "failed", "filtered", CONTAINER)


def is_closed(files: dict[str, str]) -> Attack:
    """Return a configuration that keeps every container out."""
    return Attack(files, "passed", "filtered")


BRIDGES = {
    "docker0-by-name": is_closed(guarded(BY_NAME, {})),
    "bip-beside-the-rules": is_open(guarded(BY_NETWORK, {"bip": "10.20.0.1/16"})),
    "bip-of-the-rules": is_closed(guarded(BY_NETWORK, {"bip": "172.20.0.1/16"})),
    "pool-beside-the-rules": is_open(guarded(BY_NETWORK, POOLS)),
    "another-bridge": is_open(guarded(BY_NAME, {"bridge": "corp0"})),
    "another-bridge-closed": is_closed(guarded(BY_CARD, {"bridge": "corp0"})),
    "another-network": is_open(guarded(BY_NAME, {}, "build")),
    "another-network-by-its-name": is_open(
        guarded(
            f'{BY_NAME}\n    iifname "br-*" tcp dport 2375 drop',
            {},
            "--opt com.docker.network.bridge.name=build0 build",
        )
    ),
    "another-network-closed": is_closed(guarded(BY_CARD, {}, "build")),
    "no-bridge": is_closed(guarded(BY_NAME, {"bridge": "none"})),
}
