"""What lint says of units that hand docker.sock on to a port, or dockerd a port of systemd's."""

import pytest
from linting import SAFE, prediction, rules_of

UNIT = "etc/systemd/system/docker-tcp.service"
SOCKET = "etc/systemd/system/docker-tcp.socket"
INSTALL = "[Install]\nWantedBy=multi-user.target\n"
SOCAT = "/usr/bin/socat TCP-LISTEN:2375,reuseaddr,fork UNIX-CLIENT:/var/run/docker.sock"
GUIDE = (
    "[Unit]\nDescription=Docker API\n[Socket]\nListenStream=2375\nBindIPv6Only=both\n"
    "Service=docker.service\n[Install]\nWantedBy=sockets.target\n"
)
TLS = {
    "etc/docker/daemon.json": '{"tlsverify": true, "tlscacert": "/a/ca", "tlscert": "/a/c",'
    ' "tlskey": "/a/k"}'
}


def service(command, more=""):
    return {UNIT: f"[Unit]\nAfter=docker.socket\n[Service]\n{more}ExecStart={command}\n{INSTALL}"}


def test_socat_opens_the_socket_to_everybody():
    predicted = prediction(service(SOCAT))
    assert rules_of(predicted) == {"open-proxy"}
    assert predicted.starts == "yes"
    assert {*predicted.exposure.values()} == {"full-control"}
    assert "tcp 0.0.0.0:2375 socat" in map(str, predicted.listeners)


def test_socat_on_loopback_opens_it_to_local_users():
    found = prediction(service(SOCAT.replace(",fork", ",fork,bind=127.0.0.1"))).exposure
    assert (found["outsider"], found["local-user"]) == ("refused", "full-control")


@pytest.mark.parametrize(
    "files",
    [
        service(SOCAT.replace(",fork", ",fork,range=10.0.0.0/8")),
        service(SOCAT.replace("/var/run/docker.sock", "/run/x.sock")),
        service(SOCAT, "User=x\n"),
        service(SOCAT, "IPAddressDeny=any\n"),
        service(SOCAT, "ExecStartPre=/bin/true\n"),
        {UNIT: f"[Service]\nExecStart={SOCAT}\n"},
        {**service(SOCAT), f"{UNIT}.d/x.conf": "[Service]\nIPAddressDeny=any\n"},
    ],
)
def test_who_gets_in_by_other_bridges_is_unknown(files):
    assert prediction(files).exposure["outsider"] == "unknown"


def test_a_socket_of_systemds_for_dockerd():
    predicted = prediction({SOCKET: GUIDE})
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", "full-control")
    assert [str(each) for each in predicted.listeners] == [
        "unix /run/docker.sock init",
        "tcp6 :::2375 init",
    ]
    assert predicted.listeners_complete
    assert prediction({SOCKET: GUIDE, **TLS}).exposure["outsider"] == "tls-required"


@pytest.mark.parametrize(
    "change",
    [
        ("Service=docker.service\n", ""),
        ("[Install]\nWantedBy=sockets.target\n", ""),
        ("BindIPv6Only=both", "Accept=yes"),
        ("ListenStream=2375", "ListenStream=2375\nIPAddressAllow=localhost"),
    ],
)
def test_another_socket_is_not_read(change):
    predicted = prediction({SOCKET: GUIDE.replace(*change)})
    assert predicted.exposure["outsider"] not in SAFE
