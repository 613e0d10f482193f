"""Which files of other programs leave it as it is whether dockerd starts."""

import pytest
from linting import STRANGERS, prediction

UNIT = "etc/systemd/system/x.service"
SOCAT = "ExecStart=/usr/bin/socat TCP-LISTEN:2375,fork UNIX-CONNECT:/run/docker.sock\n"
HARMLESS = {
    "HAProxy's file": {"etc/haproxy/haproxy.cfg": "frontend a\n bind :2375\n"},
    "PAM's file": {"etc/pam.d/common-auth": "auth optional pam_group.so\n"},
    "a unit that forwards": {UNIT: f"[Service]\n{SOCAT}[Install]\nWantedBy=multi-user.target\n"},
    "a socket": {
        "etc/systemd/system/docker-tcp.socket": "[Socket]\nListenStream=2375\n",
        "etc/systemd/system/docker-tcp.service": "[Service]\n"
        "ExecStart=/usr/lib/systemd/systemd-socket-proxyd /run/docker.sock\n",
    },
    "a drop-in of another unit": {
        "etc/systemd/system/caddy.service.d/x.conf": "[Service]\nSupplementaryGroups=docker\n"
    },
}
HARMFUL = {
    "a second dockerd": {UNIT: "[Service]\nExecStart=/usr/sbin/dockerd\n"},
    "a shell": {UNIT: "[Service]\nExecStart=/bin/sh -c 'systemctl stop docker'\n"},
    "socat that runs a program": {UNIT: "[Service]\nExecStart=/usr/bin/socat UDP-L:1 EXEC:/x\n"},
    "ncat that runs a program": {UNIT: "[Service]\nExecStart=/usr/bin/ncat -lk 1 --sh-exec x\n"},
    "a conflict": {UNIT: "[Unit]\nConflicts=docker.service\n[Service]\nExecStart=/bin/true\n"},
    "an order": {UNIT: "[Unit]\nBefore=docker.service\n[Service]\nExecStart=/bin/sleep 1h\n"},
    "a need": {UNIT: "[Service]\nExecStart=/bin/false\n[Install]\nRequiredBy=docker.service\n"},
    "another name": {UNIT: "[Service]\nExecStart=/bin/true\n[Install]\nAlias=docker.service\n"},
    "docker's socket": {"etc/systemd/system/x.socket": "[Socket]\nListenStream=/run/docker.sock\n"},
    "a socket for dockerd": {"etc/systemd/system/x.socket": "[Socket]\nService=docker.service\n"},
    "a timer for dockerd": {"etc/systemd/system/x.timer": "[Timer]\nUnit=docker.service\n"},
    "containerd's drop-in": {"etc/systemd/system/containerd.service.d/x.conf": "[Service]\n"},
    "a drop-in for all": {"etc/systemd/system/service.d/x.conf": "[Service]\nUser=x\n"},
    "a program": {"usr/local/sbin/containerd": "#!/bin/sh\n"},
}


@pytest.mark.parametrize("name", HARMLESS)
def test_dockerd_starts_beside_them_and_who_gets_in_is_unknown(name):
    predicted = prediction(HARMLESS[name])
    assert predicted.starts == "yes"
    assert not predicted.listeners_complete
    assert {predicted.exposure[who] for who in STRANGERS} == {"unknown"}


@pytest.mark.parametrize("name", HARMFUL)
def test_beside_these_that_is_unknown(name):
    assert prediction(HARMFUL[name]).starts == "unknown"


@pytest.mark.parametrize("name", HARMLESS)
def test_they_may_take_a_port_of_dockerd(name):
    tcp = {"etc/default/docker": "DOCKER_OPTS='-H tcp://127.0.0.1:2375'\n"}
    assert prediction(tcp).starts == "yes"
    assert prediction({**tcp, **HARMLESS[name]}).starts == "unknown"
