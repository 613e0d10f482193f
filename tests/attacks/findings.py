"""What lets strangers in without an answer of the API to them, and a closed twin of each.

A credential that anybody can come by, a right that every local user has, a setting that protects
nothing. The probe has none of these credentials; with them each was tried by hand.
"""

from pathlib import Path

import certifi
import trustme
from configurations import DROP_IN, OPEN, PROXY, Attack

AUTHORITY = trustme.CA()
SERVER = AUTHORITY.issue_cert("daemon", "192.168.3.201")
CLIENT = AUTHORITY.issue_cert(common_name="client")
SITE = "etc/nginx/conf.d/docker.conf"
UNITS = "etc/systemd/system"
MORE = f"{UNITS}/docker.service.d/more.conf"
TLS = (
    "[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376 --tlsverify"
    " --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/cert.pem --tlskey=/etc/docker/key.pem\n"
)
#: Lists with the password letmein, and with twenty random letters.
GUESSED = "operator:$apr1$lab$lIzN0mFj4IdgLjj5DdXof.\n"
RANDOM = "operator:$apr1$lab$tkti7UeOHSQsferIyzZD1/\n"
LIST = "auth_basic docker; auth_basic_user_file docker.htpasswd;"
SECOND = (
    "[Service]\nType=notify\nExecStart=/usr/sbin/dockerd -H %s --tls=false --data-root /srv/docker2"
    " --exec-root /run/docker2 --pidfile /run/docker2.pid --bridge none --iptables=false"
    " --containerd /run/containerd/containerd.sock --containerd-namespace docker2\n"
)


def pem(blob: trustme.Blob) -> str:
    """Return a certificate or key as text."""
    return blob.bytes().decode()


def mutual_tls(authority: str = "", **more: str) -> dict[str, str]:
    """Return a daemon with mutual TLS and its keys; `more` are files, by their names there."""
    return {
        DROP_IN: TLS,
        "etc/docker/ca.pem": authority or pem(AUTHORITY.cert_pem),
        "etc/docker/cert.pem": pem(SERVER.cert_chain_pems[0]),
        "etc/docker/key.pem": pem(SERVER.private_key_pem),
        **{f"etc/docker/{name.replace('__', '-')}.pem": text for name, text in more.items()},
    }


def after_start(command: str) -> dict[str, str]:
    """Return a drop-in with which docker.service runs a command once dockerd is ready."""
    return {MORE: f"[Service]\nExecStartPost={command}\n"}


def guarded(condition: str, **more: str) -> dict[str, str]:
    """Return an nginx server that asks everybody; `more` are files of nginx's, by their names."""
    site = f"server {{ listen 2375; {condition}\nlocation / {{ {PROXY} }} }}\n"
    return {SITE: site, **{f"etc/nginx/{name}": text for name, text in more.items()}}


def second_daemon(host: str) -> dict[str, str]:
    """Return a unit with a second dockerd, for which docker.service waits."""
    pulled_in = "[Unit]\nWants=docker2.service\nAfter=docker2.service\n"
    return {f"{UNITS}/docker2.service": SECOND % host, MORE: pulled_in}


def is_open(files: dict[str, str], told: str, outsider: str = "refused") -> Attack:
    """Return a configuration that fails."""
    return Attack(files, "failed", outsider, told)


def is_closed(files: dict[str, str], outsider: str = "refused", told: str = "") -> Attack:
    """Return a configuration that passes."""
    return Attack(files, "passed", outsider, told)


def is_unknown(files: dict[str, str], told: str) -> Attack:
    """Return a configuration that nobody can judge here."""
    return Attack(files, "incomplete", told=told)


FINDINGS = {
    "authority-s-key": is_open(
        mutual_tls(ca__key=pem(AUTHORITY.private_key_pem)),
        "can make a client's certificate",
        "tls-required",
    ),
    "client-s-key": is_open(
        mutual_tls(
            client__cert=pem(CLIENT.cert_chain_pems[0]), client__key=pem(CLIENT.private_key_pem)
        ),
        "may read a client's key",
        "tls-required",
    ),
    "own-keys-alone": is_closed(mutual_tls(), "tls-required"),
    "public-authority": is_open(
        mutual_tls(Path(certifi.where()).read_text().split("\n\n")[1]),
        "a certificate of any public authority",
        "tls-required",
    ),
    "key-in-the-web-root": is_open(
        {**mutual_tls(), "var/www/html/key.pem": pem(SERVER.private_key_pem)},
        "it serves /var/www",
        "tls-required",
    ),
    "guessed-password": is_open(
        guarded(LIST, **{"docker.htpasswd": GUESSED}),
        "the password of operator is one that anybody guesses",
        "auth-required",
    ),
    "random-password": is_closed(guarded(LIST, **{"docker.htpasswd": RANDOM}), "auth-required"),
    "guessed-token": is_open(
        guarded('if ($http_x_api_key != "s3cret") { return 403; }'),
        "the secret that it compares with is one that anybody guesses",
        "full-control",
    ),
    "random-token": is_closed(
        guarded('if ($http_x_api_key != "k3Vq9ZtR7mWx2LpY") { return 403; }'), "auth-required"
    ),
    "sudo-for-all": is_open(
        {"etc/sudoers.d/docker": "ALL ALL=(root) NOPASSWD: /usr/bin/docker\n"},
        "sudo lets every local user control the daemon",
    ),
    "sudo-for-some": is_closed(
        {"etc/sudoers.d/docker": "%operators ALL=(root) NOPASSWD: /usr/bin/docker\n"}
    ),
    "socket-of-a-wide-group": is_open(
        {f"{UNITS}/docker.socket.d/group.conf": "[Socket]\nSocketGroup=users\n"},
        "every local user may use /run/docker.sock",
    ),
    "socket-of-group-docker": is_closed(
        {f"{UNITS}/docker.socket.d/group.conf": "[Socket]\nSocketGroup=docker\n"}
    ),
    "containerd-s-socket": is_open(
        after_start("/bin/chmod 666 /run/containerd/containerd.sock"),
        "every local user may use /run/containerd/containerd.sock",
    ),
    "containerd-s-socket-closed": is_closed(
        after_start("/bin/chmod 660 /run/containerd/containerd.sock")
    ),
    "setuid-client": is_open(
        after_start("/bin/chmod u+s /usr/bin/docker"),
        "every local user is root with /usr/bin/docker",
    ),
    "client-without-setuid": is_closed(after_start("/bin/chmod 755 /usr/bin/docker")),
    "writable-daemon-json": is_open(
        {
            "etc/docker/daemon.json": "{}\n",
            **after_start("/bin/chmod 666 /etc/docker/daemon.json"),
        },
        "every local user may write /etc/docker/daemon.json",
    ),
    "daemon-json-of-roots": is_closed(
        {
            "etc/docker/daemon.json": "{}\n",
            **after_start("/bin/chmod 644 /etc/docker/daemon.json"),
        }
    ),
    "no-password-for-ssh": is_open(
        {"etc/ssh/sshd_config.d/docker.conf": "PermitEmptyPasswords yes\n"},
        "sshd lets users in without a password",
    ),
    "second-daemon": is_open(
        second_daemon("tcp://0.0.0.0:2375"), "a container read", "full-control"
    ),
    "second-daemon-closed": is_closed(second_daemon("unix:///run/docker2.sock")),
    "variables-of-a-login": is_open(
        {DROP_IN: OPEN, "etc/environment": "DOCKER_TLS_VERIFY=1\n"},
        "dockerd does not get it",
        "full-control",
    ),
    "variables-alone": is_closed(
        {"etc/profile.d/docker.sh": "export DOCKER_OPTS='-H tcp://0.0.0.0:2375'\n"},
        told="dockerd does not get it",
    ),
    "rules-of-ufw": is_open(
        {DROP_IN: OPEN, "etc/ufw/ufw.conf": "ENABLED=yes\n"}, "ufw reads it", "full-control"
    ),
    "rules-of-ufw-alone": is_unknown({"etc/ufw/ufw.conf": "ENABLED=yes\n"}, "ufw reads it"),
    "ufw-is-off": is_closed({"etc/ufw/ufw.conf": "ENABLED=no\n"}, told="ufw is off"),
    "profile-without-a-name": is_closed(
        {"etc/apparmor.d/docker-locked": "profile docker-locked {\n  deny network,\n}\n"},
        told="no program has this profile",
    ),
    "file-that-nothing-reads": is_closed(
        {"etc/docker/docker.conf": "hosts = tcp://127.0.0.1:2375\n"},
        told="nothing on the machine reads it",
    ),
    "tunnel": is_unknown(
        {
            f"{UNITS}/tunnel.service": "[Service]\nExecStart=/usr/bin/ssh -N -R"
            " 2375:/run/docker.sock ops@192.168.3.10\n"
        },
        "hands Docker's API on to another machine",
    ),
}
