"""What lint says of single settings, and above all: of what it does not say that it knows."""

import pytest
from linting import SAFE, STRANGERS, prediction

DAEMON = "etc/docker/daemon.json"
DROP_IN = "etc/systemd/system/docker.service.d/o.conf"
SOCKET = "etc/systemd/system/docker.socket.d/o.conf"
SITE = "etc/nginx/sites-enabled/docker"
TLS = (
    "--tlsverify --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/cert.pem"
    " --tlskey=/etc/docker/key.pem"
)
MUTUAL = f"-H fd:// -H tcp://0.0.0.0:2376 {TLS}"
PROXY = "proxy_pass http://unix:/run/docker.sock;"
CERTIFICATE = "listen 2376 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem;"
VERIFY = "ssl_client_certificate ca.pem; ssl_verify_client on;"
PASSWORD = "auth_basic docker; auth_basic_user_file /etc/nginx/htpasswd;"


def unit(arguments, more="", program="/usr/sbin/dockerd"):
    return f"[Service]\n{more}ExecStart=\nExecStart={program} {arguments}\n"


def site(server, location=PROXY, more=""):
    return f"server {{ {server} location / {{ {location} }} {more} }}\n"


def more(settings, section="Service"):
    """A drop-in that comes after the others."""
    name = f"etc/systemd/system/docker.{section.lower()}.d/z.conf"
    return {name: f"[{section}]\n{settings}"}


CLOSED = {
    "mutual TLS": ({DROP_IN: unit(MUTUAL)}, "tls-required"),
    "mutual TLS in daemon.json": (
        {
            DROP_IN: unit(""),
            DAEMON: '{"hosts": ["fd://", "tcp://0.0.0.0:2376"], "tls": true, "tlscacert": "/ca/a",'
            ' "tlscert": "/etc/docker/cert.pem", "tlskey": "/etc/docker/key.pem"}',
        },
        "tls-required",
    ),
    "nginx with certificates": ({SITE: site(CERTIFICATE + VERIFY)}, "tls-required"),
    "nginx with a password": ({SITE: site(CERTIFICATE + PASSWORD)}, "auth-required"),
    "a variable of the unit": (
        {DROP_IN: unit("$A -H tcp://${B}:2376", f'Environment="A=-H fd:// {TLS}" B=0.0.0.0\n')},
        "tls-required",
    ),
    "nginx with a password and locations": (
        {SITE: site(CERTIFICATE + PASSWORD, more=f"location /x {{ {PROXY} }}")},
        "auth-required",
    ),
    "nginx with its own main file": (
        {
            "etc/nginx/nginx.conf": "user www-data; events { worker_connections 9; }\n"
            "http { include mime.types; server { listen 80; return 301 https://x; }\n"
            + site(CERTIFICATE + VERIFY)
            + "}",
            SITE: site("listen 80;"),  # which is not included
        },
        "tls-required",
    ),
    "no network": ({DAEMON: '{"debug": true}'}, "refused"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_closed_is_said_to_be(name):
    files, outsider = CLOSED[name]
    predicted = prediction(files)
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", outsider)
    assert not predicted.findings


@pytest.mark.parametrize("place", ["etc", "run", "usr/lib"])
@pytest.mark.parametrize("directory", ["docker.socket.d", "socket.d"])
def test_a_mode_for_all_users_wherever_it_stands(place, directory):
    file = f"{place}/systemd/system/{directory}/x.conf"
    predicted = prediction({file: "[Socket]\nSocketMode=0666\n"})
    assert [each.rule for each in predicted.findings] == ["socket-for-all-users"]
    assert predicted.exposure["local-user"] == "full-control"


@pytest.mark.parametrize("engine", ["debian-11", "debian-14"])
def test_metrics_lead_to_nothing(engine):
    predicted = prediction({DAEMON: '{"metrics-addr": "0.0.0.0:9323"}'}, engine)
    assert [str(each) for each in predicted.listeners] == [
        "unix /run/docker.sock init",
        "tcp6 :::9323 dockerd",
    ]
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", "refused")
    taken = {DROP_IN: unit("-H tcp://127.0.0.1:9323"), DAEMON: '{"metrics-addr": "127.1.1.1:9323"}'}
    assert prediction(taken).starts == "yes"
    taken[DAEMON] = taken[DAEMON].replace("127.1.1.1", "")
    assert prediction(taken).errors == ("address-in-use",)


def test_a_firewall_drops_packets_to_ports_where_nothing_listens():
    rules = {
        "etc/nftables.conf": "table inet t { chain c { type filter hook input priority 0;"
        " policy drop; iif lo accept; tcp dport 22 accept } }\n"
    }
    for hosts in ({}, {DROP_IN: unit("-H fd:// -H tcp://127.0.0.1:2375")}, {DAEMON: "{"}):
        predicted = prediction({**rules, **hosts})
        assert predicted.exposure["outsider"] == predicted.exposure["container"] == "filtered"
    assert prediction(rules).exposure["local-user"] == "refused"


@pytest.mark.parametrize("name", CLOSED)
def test_the_line_ends_of_windows_change_nothing(name):
    files, outsider = CLOSED[name]
    predicted = prediction({path: text.replace("\n", "\r\n") for path, text in files.items()})
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", outsider)


def test_programs_of_firewalls_do_not_take_the_line_ends_of_windows():
    rules = "*filter\r\n:INPUT DROP [0:0]\r\nCOMMIT\r\n"
    files = {DROP_IN: unit("-H tcp://0.0.0.0:1"), "etc/iptables/rules.v4": rules}
    assert prediction(files).exposure["outsider"] == "unknown"


#: Changes after which nobody is said to be kept out, each of a closed configuration above.
DOUBTFUL = {
    "a unit of its own": {"etc/systemd/system/x.service": "[Service]\nExecStart=/bin/x\n"},
    "a timer": {"etc/systemd/system/x.timer": "[Timer]\nOnBootSec=1\n"},
    "an init script": {"etc/init.d/x": "#!/bin/sh\n"},
    "containerd's file": {"etc/containerd/config.toml": '[grpc]\ntcp_address = ":1"\n'},
    "a command when logs are rotated": {"etc/logrotate.d/x": "postrotate\nx\nendscript\n"},
    "a command of libwrap's": {"etc/hosts.allow": "ALL: ALL: spawn x\n"},
    "a script with a key's name": {"etc/init.d/x.key": "#!/bin/sh\n"},
    "cron's file": {"etc/cron.d/x": "* * * * * root x\n"},
    "iptables' rules": {"etc/iptables/rules.v4": "*nat\nCOMMIT\n"},
    "a firewall that is not read": {"etc/nftables.conf": 'include "/etc/x.nft"\n'},
    "a program after the start": more("ExecStartPost=/bin/x\n"),
    "a drop-in for all services": {"etc/systemd/system/service.d/z.conf": "[Service]\nNice=1\n"},
    "a setting in the wrong section": more("[Unit]\nEnvironment=A=b\n"),
    "a variable for TLS": more("Environment=DOCKER_TLS_VERIFY=\n"),
    "a line's end that is none": more("Nice=1\u2028Type=x\n"),
    "another group": more("SocketGroup=users\n", "Socket"),
    "a socket that dockerd gets": more("ListenFIFO=/x\n", "Socket"),
    "an address that is a name": more("ListenStream=localhost:1\n", "Socket"),
    "nginx's own main file": {"etc/nginx/nginx.conf": "stream { server { listen 1; } }\n"},
    "an include of nginx's": {"etc/nginx/nginx.conf": "http { include /x/*; }\n"},
    "a proxy to somewhere": {"etc/nginx/conf.d/x.conf": site("listen 80;", "proxy_pass http://a:80;")},
    "an empty password": {"etc/ssh/sshd_config.d/x.conf": "PermitEmptyPasswords yes\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTFUL)
@pytest.mark.parametrize("closed", ["mutual TLS", "nginx with certificates"])
def test_what_is_not_known_is_not_said_to_be_closed(name, closed):
    predicted = prediction({**CLOSED[closed][0], **DOUBTFUL[name]})
    assert any(predicted.exposure[who] not in SAFE for who in STRANGERS)
    assert predicted.exposure["outsider"] in ("unknown", "full-control") or name == "another group"
    assert predicted.unknown


@pytest.mark.parametrize(
    "files",
    [
        {DROP_IN: unit(MUTUAL, program="/bin/sh -c 'exec /usr/sbin/dockerd'")},
        {DROP_IN: unit(f"{MUTUAL} %i")},
        {DROP_IN: unit(f"{MUTUAL} ; /bin/x")},
        {DROP_IN: unit(MUTUAL, "EnvironmentFile=/etc/x*\n")},
        {DROP_IN: unit(MUTUAL), DAEMON: '{"metrics-addr": "eth0:9323"}'},
        {DROP_IN: unit(MUTUAL), DAEMON: '{"metrics-addr": "0.0.0.0:2376"}'},
        {DROP_IN: unit(MUTUAL), DAEMON: '{"authorization-plugins": ["x"]}'},
        {DROP_IN: unit(f"{MUTUAL} --containerd tcp://0.0.0.0:1")},
        {DROP_IN: unit(MUTUAL), DAEMON: '{"tlsverify": false}'},
        {DROP_IN: unit(""), DAEMON: '{"hosts": ["tcp://0.0.0.0:1"], "tls": true, "tlscert": "/a/b",'
         ' "tlskey": "/a/c"}'},
        {DROP_IN: unit("-H tcp://docker.lan:2376 " + TLS)},
        {DROP_IN: unit("-H tcp://0:2375")},
        {DROP_IN: unit(f"-H tcp://127.0.0.1:{'9' * 5000}")},
        {DROP_IN: unit("-H tcp://127.1:2375")},
        {DROP_IN: unit(MUTUAL, "Type=forking\n")},
        {DROP_IN: unit("$A", 'Environment="A=-H tcp://127.0.0.1\\x3a2375"\n')},
        {"etc/default/docker": 'DOCKER_OPTS="-H tcp://127.0.0.1:2375\n -H tcp://0.0.0.0:1"\n'},
        {"etc/default/docker": "DOCKER_OPTS=-H' 'tcp://127.0.0.1:2375\n"},
        {DROP_IN: unit(TLS), SOCKET: "[Socket]\nListenStream=2376\n"},
        {SITE: site(CERTIFICATE + VERIFY.replace("on", "optional"))},
        {SITE: site("listen 2376; " + VERIFY)},
        {SITE: site(CERTIFICATE, PROXY + PASSWORD, more="location /build { " + PROXY + " }")},
        {SITE: site(CERTIFICATE, PROXY + PASSWORD, more="location /v1 { include x; }")},
        {SITE: site(CERTIFICATE + PASSWORD, PROXY + " auth_basic off;")},
        {SITE: site(CERTIFICATE + PASSWORD + " satisfy any; allow all;")},
        {SITE: site(CERTIFICATE + PASSWORD.replace("docker;", "$realm;"))},
        {SITE: site(CERTIFICATE + VERIFY) + site("server_name x; " + CERTIFICATE)},
        {SITE: site(CERTIFICATE + VERIFY) + f"server {{ server_name x; {CERTIFICATE} }}\n"},
        {SITE: site(CERTIFICATE, PROXY + " if ($http_x != y) { return 403; }")},
        {SITE: site(CERTIFICATE, PROXY + "} location ~ x {")},
    ],
)  # fmt: skip
def test_what_is_beyond_it_is_unknown_or_wrong(files):
    predicted = prediction(files)
    assert predicted.exposure["outsider"] not in SAFE or predicted.starts == "no", predicted


def test_what_is_not_installed_changes_nothing_but_for_a_container_with_the_socket():
    files = {DAEMON: "{}", "Makefile": "x:\n", "scripts/x.sh": "#!/bin/sh\n"}
    predicted = prediction(files)
    assert predicted.exposure["outsider"] == "refused"
    assert "Makefile, which is not installed, changes nothing" in predicted.assumed
    compose = "services:\n  x:\n    image: x\n    volumes: [/var/run/docker.sock:/x.sock]\n"
    predicted = prediction({**files, "docker-compose.yml": compose})
    assert predicted.exposure["outsider"] == "unknown"


def test_what_systemd_refuses_leaves_the_old_daemon():
    predicted = prediction({DROP_IN: "[Service]\nExecStart=/usr/sbin/dockerd -H fd://\n"})
    assert (predicted.starts, predicted.daemon) == ("no", "unchanged")
    assert predicted.errors == ("multiple-execstart",)
    assert predicted.exposure["outsider"] == "unknown"


def test_nobody_is_root_by_a_dockerd_that_does_not_start():
    files = {DAEMON: '{"hostz": []}', SOCKET: "[Socket]\nSocketMode=0666\nListenStream=2375\n"}
    predicted = prediction(files)
    assert predicted.starts == "no"
    assert [predicted.exposure[who] for who in ("outsider", "local-user")] == ["unknown"] * 2
    assert [finding.rule for finding in predicted.findings] == ["unknown-directive"]


def test_the_other_unit_does_not_read_etc_default_docker():
    files = {"etc/default/docker": 'DOCKER_OPTS="-H tcp://0.0.0.0:2375"\n'}
    assert prediction(files).exposure["outsider"] == "full-control"
    theirs = prediction(files, unit="docker-ce")
    assert theirs.exposure["outsider"] == "refused"
    assert [each.setting for each in theirs.no_effect] == ["DOCKER_OPTS", "tcp://0.0.0.0:2375"]


@pytest.mark.parametrize(
    ("arguments", "listeners", "seconds"),
    [
        ("-H tcp://0.0.0.0", ["tcp6 :::2375 dockerd"], 16),
        ("-H tcp://:2375", ["tcp 127.0.0.1:2375 dockerd"], 1),
        ("-H 0.0.0.0:4243 --tls=false", ["tcp6 :::4243 dockerd"], 1),
        ("-H tcp://[::1]:2375", ["tcp6 ::1:2375 dockerd"], 1),
        ("-H unix://", ["unix /var/run/docker.sock dockerd"], 0),
        ("", ["unix /var/run/docker.sock dockerd"], 0),
        (MUTUAL.replace("-H fd://", ""), ["tcp6 :::2376 dockerd"], 0),
    ],
)
def test_where_dockerd_listens(arguments, listeners, seconds):
    predicted = prediction({DROP_IN: unit(arguments)})
    assert [str(each) for each in predicted.listeners if each.program == "dockerd"] == listeners
    assert predicted.delay_seconds == seconds
    assert "unix /run/docker.sock init" in map(str, predicted.listeners)


def test_the_place_is_the_line_that_is_wrong():
    predicted = prediction({DAEMON: '{\n  "debug": true,\n  "hostz": []\n}\n'})
    (finding,) = predicted.findings
    assert (finding.rule, finding.token) == ("unknown-directive", '"hostz"')
    assert (finding.place.file, finding.place.line) == ("/etc/docker/daemon.json", 3)
