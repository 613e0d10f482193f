"""Connections from another port or address, as the probe makes them; on loopback."""

import importlib
import socket

import pytest


@pytest.fixture
def connect(probe):
    return importlib.import_module("reach").connect


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_target_is_reached_from_a_port_twice_in_a_row(connect, listener):
    port = free_port()
    target = f"tcp://127.0.0.1:{listener.getsockname()[1]} from port {port}"
    for _ in range(2):
        with connect(target, 3):
            assert listener.accept()[1][1] == port


def test_a_target_is_reached_from_an_address(connect, listener):
    with connect(f"tcp://127.0.0.1:{listener.getsockname()[1]} from 127.0.0.7", 3):
        assert listener.accept()[1][0] == "127.0.0.7"


def test_a_connection_that_is_refused_is_told_as_any_other(connect):
    with pytest.raises(ConnectionRefusedError):
        connect(f"tcp://127.0.0.1:{free_port()} from 127.0.0.7", 3)


def test_an_option_stands_before_the_segments_of_ipv6(connect):
    approach = importlib.import_module("approach")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        target = f"tcp://[::1]:{server.getsockname()[1]} with an IPv6 option"
        with connect(target, 3) as connection:
            option = connection.getsockopt(socket.IPPROTO_IPV6, approach.IPV6_DSTOPTS, 8)
    assert option == approach.NO_OPTION
