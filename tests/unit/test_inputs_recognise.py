"""Where single files go: by their names, and by what they hold."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerd_lab.inputs.recognise import recognise_destination

DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n"
SITE = "server {\n  listen 2376 ssl;\n}\n"


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        ("a/daemon.json", "not json", "/etc/docker/daemon.json"),
        ("daemon-prod.json", "{}", "/etc/docker/daemon.json"),
        ("override.conf", DROP_IN, "/etc/systemd/system/docker.service.d/override.conf"),
        ("override", DROP_IN, "/etc/systemd/system/docker.service.d/override.conf"),
        ("roles/x/daemon.json.j2", "{{ x }}", "/etc/docker/daemon.json"),
        ("http-proxy.conf.j2", DROP_IN, "/etc/systemd/system/docker.service.d/http-proxy.conf"),
        ("a.service.d/a.config", DROP_IN, "/etc/systemd/system/a.service.d/a.config"),
        ("a.service", "[Unit]\n[Service]\nExecStart=/a\n", "/etc/systemd/system/a.service"),
        ("sysconfig/docker-storage", "", "/etc/sysconfig/docker-storage"),
        ("docker.service.d/a.conf", "", "/etc/systemd/system/docker.service.d/a.conf"),
        ("mine.service", "[Unit]\n" + DROP_IN, "/etc/systemd/system/docker.service"),
        ("docker.socket", "[Socket]\nListenStream=2375\n", "/etc/systemd/system/docker.socket"),
        ("docker-tcp.socket", "[Unit]\n[Socket]\n", "/etc/systemd/system/docker-tcp.socket"),
        (
            "tcp.conf",
            "[Socket]\nListenStream=2375\n",
            "/etc/systemd/system/docker.socket.d/tcp.conf",
        ),
        ("etc/default/docker", "", "/etc/default/docker"),
        ("docker", 'DOCKER_OPTS="-H fd://"\n', "/etc/default/docker"),
        ("docker", SITE, "/etc/nginx/sites-enabled/docker"),
        ("nginx.conf", "events {}\nhttp {\n" + SITE + "}\n", "/etc/nginx/nginx.conf"),
        ("rules", "#!/usr/sbin/nft -f\n", "/etc/nftables.conf"),
        ("rules", "table inet filter {\n", "/etc/nftables.conf"),
        ("rules.v4", "*filter\nCOMMIT\n", "/etc/iptables/rules.v4"),
        ("README.md", "Docker", None),
        ("docker", "#DOCKER_OPTS=''\nhttp_proxy=x\n", "/etc/default/docker"),
        ("docker.conf", "start on filesystem\nscript\n  DOCKER_OPTS=\n", None),
        ("docker", "OPTIONS='-H tcp://0.0.0.0:2375'\n", "/etc/sysconfig/docker"),
        ("proxy.conf", "http {\n  server {\n}\n", "/etc/nginx/sites-enabled/proxy.conf"),
        ("api.conf", "stream {\n  server {\n", "/etc/nginx/modules-enabled/90-api.conf"),
        ("a/nginx.conf", "include x;", "/etc/nginx/nginx.conf"),
        ("x.conf", "ExecStart=\n", "/etc/systemd/system/docker.service.d/x.conf"),
        (
            "docker-socat.service",
            "[Unit]\n[Service]\nExecStart=socat - UNIX:/var/run/docker.sock\n",
            "/etc/systemd/system/docker-socat.service",
        ),
        (
            "override",
            "[Unit]\nAfter=x\n[Service]\nRestart=no\n",
            "/etc/systemd/system/docker.service.d/override.conf",
        ),
    ],
)
def test_a_file_is_recognised(path, text, where):
    assert recognise_destination(PurePosixPath(path), text) == where


@given(st.text(min_size=1).filter(lambda name: "/" not in name), st.text())
def test_whatever_is_given_has_a_place_or_none(name, text):
    destination = recognise_destination(PurePosixPath(f"/x/{name}"), text)
    assert destination is None or destination.startswith("/etc/")
