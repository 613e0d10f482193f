"""Settings that have no effect, and where they are."""

import pytest
from observations import OPEN, SOCKET, STOCK, observation, opened
from prepared import DROP_IN, HOSTS, UNIT_D

from dockerd_lab.observe.inspection import ServiceState
from dockerd_lab.observe.listeners import Listener


@pytest.mark.parametrize(
    "file",
    [
        f"{UNIT_D}/x.config",
        "etc/systemd/system/docker.d/x.conf",
        "etc/sysconfig/docker",
        "etc/docker/daemon.json.j2",
        "etc/docker/deamon.json",
        "usr/local/etc/docker/daemon.json",
        "lib/systemd/docker.service.d/x.conf",
    ],
)
def test_a_file_that_nobody_reads_has_no_effect(judged, file):
    (setting,) = judged({file: DROP_IN}, observation()).no_effect
    assert setting.where.endswith(file)


def test_a_file_that_is_read_through_a_link_has_an_effect(judged, tmp_path):
    system = tmp_path / "mine/etc/systemd/system"
    system.mkdir(parents=True)
    (system / "docker.service.d").symlink_to("x.d")
    text = "[Service]\nEnvironment=HTTP_PROXY=http://192.168.3.66:3128\n"
    assert judged({"etc/systemd/system/x.d/o.conf": text}, observation()).no_effect == []


def test_an_assignment_before_the_section_has_no_effect(judged):
    (setting,) = judged({f"{UNIT_D}/x.conf": "ExecStart=\n"}, observation()).no_effect
    assert "before a section" in setting.message


def test_of_a_key_that_is_there_twice_the_last_counts(judged):
    text = (
        '{"hosts": ["fd://"], "log-opts": {"hosts": "x"},\n"hosts": ["unix://"],\n"debug": false}'
    )
    (setting,) = judged({"etc/docker/daemon.json": text}, observation()).no_effect
    assert (setting.setting, setting.where[-14:]) == ("hosts", "/daemon.json:1")


@pytest.mark.parametrize(
    ("file", "stream", "ignored"),
    [
        ("docker-tcp.socket", "2375", ["SocketMode"]),
        ("docker.socket.d/x.conf", "\nListenStream=2375", ["SocketMode"]),
        ("docker.socket.d/x.conf", "2375", []),  # the packaged unit has a path besides
        ("docker.socket", "/run/docker.sock", []),
    ],
)
def test_the_mode_of_a_port_has_no_effect(judged, file, stream, ignored):
    text = f"[Socket]\nListenStream={stream}\nSocketMode=0660\n"
    observed = observation(listeners=[Listener("tcp6", ":::2375", "init"), SOCKET])
    no_effect = judged({f"etc/systemd/system/{file}": text}, observed).no_effect
    assert [each.setting for each in no_effect] == ignored


def test_a_site_that_is_not_enabled_has_no_effect(judged):
    site = {"etc/nginx/sites-available/docker": "server {\n  listen 2376;\n}\n"}
    running = {"nginx.service": ServiceState(active=True)}
    (setting,) = judged(site, observation(services=running)).no_effect
    assert (setting.setting, "sites-enabled" in setting.fix) == ("listen 2376", True)
    broken = {"nginx.service": ServiceState(active=False)}
    assert judged(site, observation(services=broken)).no_effect == []


@pytest.mark.parametrize(
    ("files", "command", "settings"),
    [
        (
            {"etc/docker/daemon.json": {"host": ["tcp://:1"], "label": ["a=b"]}},
            STOCK,
            ["host", "label"],
        ),
        (
            {"etc/default/docker": 'DOCKER_OPTS="-H tcp://:2375"\n'},
            STOCK,
            ["DOCKER_OPTS", "tcp://:2375"],
        ),
        ({"etc/default/docker": 'OPTIONS="--debug"\n'}, STOCK, ["OPTIONS"]),
        ({f"{UNIT_D}/x.conf": "[Service]\nEnvironment='OPTS=-D'\n"}, STOCK, ["OPTS"]),
        (
            {"etc/default/docker": "DOCKER_OPTS=--tlsverify\n"},
            f"{STOCK} --tlsverify",
            ["--tlsverify"],
        ),
        ({"etc/docker/daemon.json": {"tlsverify": True, "tls": True}}, STOCK, ["tlsverify, tls"]),
        ({"etc/docker/daemon.json": HOSTS}, "dockerd", ["tcp://0.0.0.0:2375"]),
        ({"etc/docker/daemon.json": {"debug": True}}, "dockerd --config-file=/a", ["daemon.json"]),
        (
            {
                f"{UNIT_D}/a.conf": DROP_IN.replace(":2375", ":2999"),
                f"{UNIT_D}/b.conf": DROP_IN,
            },
            "/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375",
            ["ExecStart"],
        ),
    ],
)
def test_settings_without_effect(judged, files, command, settings):
    listeners = (SOCKET, OPEN) if settings == ["ExecStart"] else (SOCKET,)
    result = judged(files, observation(command=command, listeners=listeners))
    assert [setting.setting for setting in result.no_effect] == settings
    assert all(setting.where for setting in result.no_effect)


@pytest.mark.parametrize(
    ("keys", "flags", "settings"),
    [
        ({"tls": True, "tlsverify": False, "tlscacert": "/ca"}, "", ["tlscacert"]),
        ({"tls": True, "tlscacert": "/ca"}, " --tlsverify=false", ["tlscacert"]),
        ({"tls": True, "tlscacert": "/ca"}, "", []),
        ({"tlsverify": True, "tlscacert": "/ca"}, " --tlsverify", []),
    ],
)
def test_a_ca_without_tlsverify_has_no_effect(judged, keys, flags, settings):
    observed = observation(command=f"dockerd -H tcp://:2376{flags}", listeners=(SOCKET, OPEN))
    no_effect = judged({"etc/docker/daemon.json": keys}, observed).no_effect
    assert [each.setting for each in no_effect] == settings


def test_what_a_shell_starts_is_not_compared(judged):
    start = "ExecStart=/bin/sh -c 'exec dockerd -H fd:// $EXTRA'"
    files = {f"{UNIT_D}/x.conf": f"[Service]\nExecStart=\n{start}\n"}
    assert judged(files, observation(command="dockerd -H fd://")).no_effect == []


def test_objects_of_a_key_that_is_there_twice_are_joined(judged):
    text = '{"log-opts": {"max-size": "1m"}, "log-opts": {"max-file": "2"}}'
    assert judged({"etc/docker/daemon.json": text}, observation()).no_effect == []


def test_settings_with_effect(judged):
    files = {f"{UNIT_D}/x.conf": DROP_IN, "etc/default/docker": "DOCKER_OPTS=--debug\n"}
    command = "/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375 --debug"
    assert judged(files, opened(command=command)).no_effect == []


def test_every_flag_s_name_that_is_another_key(judged):
    """As dockerd's documentation has the keys."""
    irregular = {"add-runtime": "runtimes", "insecure-registry": "insecure-registries"}
    plural = (
        "authorization-plugin cluster-store-opt default-address-pool default-ulimit dns-opt"
        " exec-opt host label log-opt node-generic-resource registry-mirror storage-opt"
    )
    keys = {**irregular, **{name: f"{name}s" for name in plural.split()}}
    result = judged({"etc/docker/daemon.json": {key: [] for key in keys}}, observation())
    assert {each.setting: each.fix for each in result.no_effect} == {
        key: f"Call it {right}." for key, right in keys.items()
    }


@pytest.mark.parametrize(
    ("files", "command", "message", "place"),
    [
        (
            {"etc/docker/daemon.json": {}},
            "dockerd --config-file=/a",
            "dockerd reads /a (--config-file), and not /etc/docker/daemon.json",
            "daemon.json",
        ),
        (
            {"etc/docker/daemon.json": '{"debug": true,\n"debug": true}'},
            "dockerd",
            "debug is in the file more than once: the last counts",
            "daemon.json:1",
        ),
        (
            {"etc/docker/daemon.json": '{\n"tls": true}'},
            "dockerd",
            "TLS protects TCP only, and dockerd has no TCP listener",
            "daemon.json:2",
        ),
        (
            {"etc/default/docker": "\nDOCKER_OPTS='--debug --dns $DNS'\n"},
            "dockerd --dns",
            "the unit does not pass DOCKER_OPTS on: --debug is not in dockerd --dns",
            "default/docker:2",
        ),
        (
            {"etc/docker/daemon.json": '{"hosts":\n["tcp://10.1.2.3:99"]}'},
            "dockerd",
            "nothing listens on port 99, which is asked for here",
            "daemon.json:2",
        ),
        (
            {"etc/systemd/system/docker.socket": "[Socket]\nListenStream=99\n"},
            "dockerd",
            "nothing listens on port 99, which is asked for here",
            "docker.socket:2",
        ),
    ],
)
def test_why_a_setting_has_no_effect_and_where_it_is(judged, files, command, message, place):
    (setting,) = judged(files, observation(command=command)).no_effect
    assert setting.message == message
    assert setting.where.endswith(place)
    assert setting.fix


def test_options_in_variables_that_no_command_has(judged):
    """A variable without options is none of dockerd's."""
    drop_in = "[Service]\nEnvironment=DOCKER_OPTS=--debug\nEnvironment='A=-D x' B=y\n"
    files = {f"{UNIT_D}/x.conf": drop_in, "etc/default/docker": "DOCKER_OPTS=--icc\nC=--ipv6\n"}
    no_effect = judged(files, observation(command="dockerd -D")).no_effect
    assert [(each.setting, each.where.rpartition("/")[2]) for each in no_effect] == [
        ("DOCKER_OPTS", "docker:1"),
        ("DOCKER_OPTS", "x.conf:2"),
        ("A", "x.conf:3"),
        ("C", "docker:2"),
    ]


@pytest.mark.parametrize("key", ["SocketMode", "SocketUser", "SocketGroup"])
def test_owners_of_a_port(judged, key):
    text = f"[Unit]\n[Socket]\nListenStream=2375\n{key}=x\n"
    observed = observation(listeners=[Listener("tcp6", ":::2375", "init"), SOCKET])
    (setting,) = judged({"etc/systemd/system/docker-tcp.socket": text}, observed).no_effect
    assert (setting.setting, setting.where.rpartition(":")[2]) == (key, "4")
    assert f"{key}= does not say who may use a port" in setting.message


@pytest.mark.parametrize("owner", ["dockerd", "init", "systemd", "nginx"])
def test_tls_has_an_effect_where_dockerd_has_a_port(judged, owner):
    observed = observation(listeners=(SOCKET, Listener("tcp", "10.1.2.3:2376", owner)))
    no_effect = judged({"etc/docker/daemon.json": {"tls": True}}, observed).no_effect
    assert [each.setting for each in no_effect] == (["tls"] if owner == "nginx" else [])


@pytest.mark.parametrize("missing", ["hosts", "builder", "experimental", "features", None])
def test_only_docker_desktop_s_file_has_these_keys(judged, missing):
    keys = {"hosts": [], "builder": {}, "experimental": False, "features": {}}
    keys.pop(missing, None)
    notes = judged({"etc/docker/daemon.json": keys}, observation()).notes
    assert bool(notes) == (missing is None)
