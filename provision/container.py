"""Takes the place of a container on the daemon's machine that has nothing but its network.

That is a network namespace with a link to the containers' bridge: what it sends takes the same way
through the machine's firewall as what a container on that bridge sends. It needs no daemon that
works, and cannot be told from a container by what the machine sees. It must run on Python 3.9.
"""

import ctypes
import ipaddress
import json
import os
import pwd
import subprocess

NAMESPACE = "dockerd-lab"
#: The end of the link that is on the machine.
LINK = "lab-container"
CLONE_NEWNET = 0x40000000


def in_container(bridge, work):
    """Return what `work` returns as nobody in a namespace at a bridge; it must be JSON.

    The namespace is removed after that. Raise OSError or CalledProcessError if it cannot be made.
    """
    addresses = json.loads(ip("-json", "address", "show", bridge).stdout)[0]["addr_info"]
    try:
        ip("-batch", "-", input=_commands(bridge))
        ip("-n", NAMESPACE, "-batch", "-", input=_commands_inside(addresses))
        return _in_child(work)
    finally:
        ip("link", "delete", LINK, check=False)
        ip("netns", "delete", NAMESPACE, check=False)


def _commands(bridge):
    return f"""netns add {NAMESPACE}
link add {LINK} type veth peer name eth0 netns {NAMESPACE}
link set {LINK} master {bridge} up
"""


def _commands_inside(addresses):
    """Return the commands for the namespace's own addresses, from those of the bridge.

    The addresses are the last ones of the bridge's networks, which Docker gives away last.
    """
    commands = ["link set lo up", "link set eth0 up"]
    for address in addresses:
        bridge = ipaddress.ip_interface("{local}/{prefixlen}".format(**address))
        if address["scope"] == "global":
            own = bridge.network[-2] if bridge.network[-2] != bridge.ip else bridge.network[-3]
            # Nobody waits until it is certain that no other machine has the address.
            flags = " nodad" if bridge.version == 6 else ""  # noqa: PLR2004
            commands.append(f"address add {own}/{bridge.network.prefixlen} dev eth0{flags}")
            commands.append(f"route add default via {bridge.ip}")
    return "\n".join(commands) + "\n"


def _in_child(work):
    """Return what `work` returns in a child process that is in the namespace, and nobody's."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            _enter()
            with open(writer, "w") as answer:
                json.dump(work(), answer)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def _enter():
    """Enter the namespace, and become nobody: without files of root's, and without its rights."""
    with open(f"/run/netns/{NAMESPACE}") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def ip(*arguments, check=True, **options):
    """Return the result of the program ip; raise CalledProcessError if it fails."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(["ip", *arguments], check=check, text=True, **pipes, **options)
