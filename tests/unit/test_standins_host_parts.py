"""Parts of the real host that stand in for what a configuration names."""

import pytest
from prepared import UNIT_D, script


def test_a_firewall_s_card_is_left_alone_where_that_is_turned_off(ready):
    made = ready(
        {"etc/nftables.conf": "table inet f { chain c { iif eth0 drop\n } }\n"},
        allow_stand_ins=False,
    )
    assert "sed -i" not in script(made)


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("tcp://10.1.2.3:2375", 'ip address replace 10.1.2.3/32 dev "$device"'),
        ("tcp://[fd00::5]:2375", 'ip address replace fd00::5/128 dev "$device" nodad'),
        ("tcp://docker.example.org:2375", "echo 192.168.3.201 docker.example.org >>/etc/hosts"),
    ],
)
def test_places_of_the_real_host_are_added(ready, host, line):
    made = ready({"etc/docker/daemon.json": {"hosts": [host]}})
    assert line in script(made)
    assert len(made.stand_in_notes) == 1


@pytest.mark.parametrize(
    "host",
    [
        "tcp://0.0.0.0:1",
        "tcp://:1",
        "tcp://[::]:1",
        "tcp://127.0.0.1:1",
        "tcp://localhost:1",
        "tcp://172.17.0.1:1",
        "tcp://192.168.3.201:1",
        "tcp://192.168.3.10:1",
        "tcp://999.1.1.1:1",
        "tcp://${IP}:1",
        "unix:///x",
        "tcp://[",
    ],
)
def test_places_that_are_there_or_are_none(ready, host):
    made = ready({"etc/docker/daemon.json": {"hosts": [host]}})
    assert script(made) == ""
    assert made.stand_in_notes == ()


def test_other_machines_find_an_added_address(ready):
    made = ready({"etc/docker/daemon.json": {"hosts": ["tcp://10.1.2.3:2375"]}})
    assert set(made.routes) == {"client", "outsider"}
    assert "to 192.168.3.66" in made.routes["outsider"]
    assert 'ip route replace 10.1.2.3 dev "$device"' in made.routes["outsider"]


def test_other_machines_find_none_of_docker0_s(ready):
    made = ready({"etc/docker/daemon.json": {"hosts": ["tcp://172.17.42.1:2375"]}})
    assert "ip address replace 172.17.42.1/32" in script(made)
    assert made.routes == {}


def test_what_docker_s_archive_and_the_host_s_network_bring(ready):
    unit = (
        "[Unit]\n[Service]\n"
        "ExecStart=/usr/local/bin/dockerd -b cbr0 -H unix:///srv/run/docker.sock"
        " --metrics-addr=10.1.2.3:9323 --data-root=/var/lib/docker/\n"
    )
    said = script(ready({"etc/systemd/system/docker.service": unit}))
    assert 'ln -sf "$(command -v dockerd)" /usr/local/bin/dockerd' in said
    assert "ip link add name cbr0 type bridge" in said
    assert "mkdir -p /srv/run" in said
    assert 'ip address replace 10.1.2.3/32 dev "$device"' in said
    assert "mkdir -p /var/lib/docker" not in said


def test_the_bridge_s_own_address_is_not_added(ready):
    made = ready({}, command="dockerd --bip=10.20.0.1/16 -H tcp://10.20.0.1:2375")
    assert "ip address" not in script(made)


def test_the_same_address_in_two_ways_is_one(ready):
    hosts = ["tcp://[fd00::5]:2375", "tcp://[fd00:0::5]:2376"]
    assert (
        script(ready({"etc/docker/daemon.json": {"hosts": hosts}})).count("ip address replace") == 1
    )


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("etc/docker/daemon.json", {"userns-remap": "james"}, "james:100000:65536 >>/etc/subuid"),
        ("etc/docker/daemon.json", {"userns-remap": "dockremap:dockremap"}, "useradd --system"),
        ("etc/docker/daemon.json", {"group": "dev"}, "groupadd --system dev"),
        (
            "etc/docker/daemon.json",
            {"runtimes": {"runsc": {"path": "/opt/runsc"}}},
            'ln -s "$(command -v runc)" /opt/runsc',
        ),
        ("etc/docker/daemon.json", {"seccomp-profile": "/a/s.json"}, "SCMP_ACT_ALLOW"),
        (f"{UNIT_D}/x.conf", "[Unit]\nRequires=a.service\n", ">/etc/systemd/system/a.service"),
        (f"{UNIT_D}/x.conf", "[Unit]\nBindsTo=var-lib-docker.mount\n", "Options=bind"),
        (f"{UNIT_D}/x.conf", "[Service]\nExecStartPre=/opt/x.sh\n", "chmod 755 /opt/x.sh"),
        (f"{UNIT_D}/x.conf", "[Service]\nEnvironmentFile=/run/a/b\n", ": >>/run/a/b"),
        (
            "etc/nginx/sites-enabled/a",
            "server {\n include a/b.conf;\n}\n",
            ": >>/etc/nginx/a/b.conf",
        ),
        ("etc/nginx/sites-enabled/a", "auth_basic_user_file x;\n", ": >>/etc/nginx/x"),
        ("etc/nginx/sites-enabled/a", "access_log /data/l/a.log;\n", "mkdir -p /data/l; :"),
        ("etc/nginx/sites-enabled/a", "ssl_dhparam dh.pem;\n", "-out /etc/nginx/dh.pem"),
    ],
)
def test_parts_of_the_real_host_are_made(ready, file, content, line):
    made = ready({file: content})
    assert line in script(made)
    assert made.stand_in_notes


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("etc/docker/daemon.json", {"userns-remap": "default", "group": "docker"}),
        (f"{UNIT_D}/x.conf", "[Unit]\nRequires=docker.socket containerd.service\n"),
        (f"{UNIT_D}/x.conf", "[Service]\nExecStartPre=-/sbin/ip link\nEnvironmentFile=/etc/a\n"),
    ],
)
def test_what_the_machine_has_is_left_alone(ready, file, content):
    assert not ready({file: content}).stand_in_notes


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (f"{UNIT_D}/x.conf", "[Service]\nExecStartPre=-\nExecStart=-\n"),
        (f"{UNIT_D}/x.conf", "[Unit]\nRequires=-.mount my--data.mount docker-data.mount\n"),
        ("etc/nginx/sites-enabled/a", "include conf.d/;\nuser ${USER} x;\nlisten 53 udp;\n"),
        ("etc/docker/daemon.json", {"userns-remap": "a b", "group": "x y", "bridge": "e/0"}),
        ("etc/docker/daemon.json", {"seccomp-profile": "../x", "hosts": ["tcp://255.255.255.255"]}),
    ],
)
def test_odd_names_are_taken_as_they_are(ready, file, content):
    """And the script goes on, whatever cannot be made."""
    made = ready({file: content})
    for line in script(made).splitlines():
        assert not line.startswith(("groupadd", "useradd", "mkdir -p ;"))
        assert line.endswith("'") or "( " not in line[:2]


def test_a_user_whose_group_is_there_already(ready):
    files = {
        "etc/docker/daemon.json": {"group": "nginx"},
        "etc/nginx/nginx.conf": "user nginx;\nevents {}\n",
    }
    made = script(ready(files))
    assert (
        "getent group nginx >/dev/null || groupadd --system nginx; useradd --system --gid nginx"
        in made
    )


def test_the_user_s_own_profile_is_left_alone(ready):
    files = {"etc/docker/daemon.json": {"seccomp-profile": "/etc/docker//s.json"}}
    made = ready({**files, "etc/docker/s.json": {"defaultAction": "SCMP_ACT_ERRNO"}})
    assert not made.stand_in_notes


def test_a_dockerd_unpacked_where_it_is_started(ready):
    made = ready({}, command="nice -n 5 ./docker/dockerd --config-file=$HOME/d.json")
    assert 'ln -sf "$(command -v dockerd)" /root/docker/dockerd' in script(made)
    assert made.declared.daemon_json.path == "/root/d.json"
    assert "exec env /root/docker/dockerd" in script(made, "start.sh")


def test_the_data_root_of_old(ready):
    assert "mkdir -p /data/d" in script(ready({"etc/docker/daemon.json": {"graph": "/data/d"}}))


@pytest.mark.parametrize(
    ("rules", "changed"),
    [
        ('iif "enp3s0" accept', True),
        ("iifname ens18 oifname ens18", True),
        ("iifname eth0 drop; iifname eth1", False),  # of two, which is which?
        ("iifname docker0 accept", False),
        ("# iifname eth0", False),
    ],
)
def test_the_card_that_rules_name_is_the_machine_s(ready, rules, changed):
    made = ready({"etc/nftables.conf": f"table inet f {{ chain c {{ {rules}\n }} }}\n"})
    assert ("sed -i" in script(made)) == changed


def test_the_directory_where_the_unit_runs_is_made(ready):
    made = ready({f"{UNIT_D}/x.conf": "[Service]\nWorkingDirectory=/mnt/docker\n"})
    assert "mkdir -p /mnt/docker" in script(made)


@pytest.mark.parametrize(("path", "is_linked"), [("/opt/runsc", False), ("/opt/other", True)])
def test_a_runtime_that_the_script_makes_has_no_stand_in(ready, tmp_path, path, is_linked):
    own = tmp_path / "own.sh"
    own.write_text(f'#!/bin/sh\ncp "$(command -v runc)" {path}\n')
    runtimes = {"runtimes": {"r": {"path": "/opt/runsc"}}}
    made = ready({"etc/docker/daemon.json": runtimes}, provision=own)
    assert ("ln -s" in script(made)) is is_linked
