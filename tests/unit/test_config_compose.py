"""Which containers of a compose file get docker.sock."""

import pytest

from dockerd_lab.config.compose import SocketService, socket_services

PROXY = """\
services:
  web:
    image: nginx
  docker-proxy:
    image: tecnativa/docker-socket-proxy:0.1
    ports: ["2375:2375"]
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
  agent:
    build: .
    volumes:
      - type: bind
        source: /run/docker.sock
        target: /run/docker.sock
"""


def test_each_container_is_told_by_name_and_line():
    assert list(socket_services(PROXY)) == [
        SocketService("docker-proxy (tecnativa/docker-socket-proxy:0.1)", 8),
        SocketService("agent", 13),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a:\n  image: b\n  volumes: [/run/docker.sock:/x]\n", [SocketService("a (b)", 3)]),
        ("services: [\n /run/docker.sock", [SocketService("", 2)]),
        ("services:\n  a:\n    image: b\n", []),
        ("# docker.sock\n", [SocketService("", 1)]),
        ("", []),
    ],
)
def test_other_files(text, found):
    assert list(socket_services(text)) == found


def test_a_document_that_stands_for_very_much_is_not_read():
    levels = [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    text = "\n".join(["a0: &a0 [/run/docker.sock]", *levels])
    assert list(socket_services(text)) == [SocketService("", 1)]
