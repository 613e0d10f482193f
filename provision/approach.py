"""Connects to a target from another port or address, or with other headers, as a firewall may want.

An approach follows the target's address: `from port 53`, `from 192.0.2.7`, `with ECN`, `with an
IPv6 option`; dockerd_lab/observe/firewall_approaches.py chooses them. It must run on Python 3.9.
"""

import re
import socket
import struct
from contextlib import contextmanager

from container import ip

ECN = "/proc/sys/net/ipv4/tcp_ecn"
WITH_ECN = "with ECN"
#: Linux's number of the socket option for destination options (linux/in6.h).
IPV6_DSTOPTS = 59
#: The header of the options, and one that does nothing: PadN of RFC 8200, section 4.2.
NO_OPTION = bytes([0, 0, 1, 4, 0, 0, 0, 0])
ADDRESS = re.compile(r"from (\d[\d.]+)$")


def connect_by(host, port, approach, limit):
    """Return a connection that is made by an approach; raise OSError if there is none in time."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(limit)
        if approach.startswith("from port "):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # The next connection from this port need not wait for the end of this one.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.bind(("", int(approach.split()[-1])))
        elif ADDRESS.search(approach):
            connection.bind((approach.split()[-1], 0))
        elif approach != WITH_ECN:
            connection.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, NO_OPTION)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def own_addresses(targets):
    """Have the addresses from which targets are to be reached, during the block."""
    addresses = {found[1]: target for target in targets for found in ADDRESS.finditer(target)}
    interfaces = {}
    for address, target in addresses.items():
        host = re.search(r"//([\d.]+):", target)[1]
        interfaces[address] = re.search(r" dev (\S+)", ip("route", "get", host).stdout)[1]
    try:
        for address, interface in interfaces.items():
            ip("address", "add", address + "/32", "dev", interface)
        yield
    finally:
        for address, interface in interfaces.items():
            ip("address", "delete", address + "/32", "dev", interface, check=False)


@contextmanager
def asking_for_ecn():
    """Ask for ECN with the first segment of every connection during the block."""
    with open(ECN) as file:
        before = file.read()
    try:
        with open(ECN, "w") as file:
            file.write("1")
        yield
    finally:
        with open(ECN, "w") as file:
            file.write(before)
