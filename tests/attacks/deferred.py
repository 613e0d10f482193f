"""Files open to every local user, and commands and servers that the trial does not show.

What is true of each was found out by hand on the machines; a closed twin stands beside each.
"""

from configurations import Attack

HOOK = "etc/systemd/system/docker.service.d/hooks.conf"
UNIT = "etc/systemd/system/docker-share.service"
MADE_KEYS = """#!/bin/sh
set -eu
cd /etc/docker/tls
umask 022
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \\
    -subj /CN=docker-ca -keyout ca-key.pem -out ca.pem 2>/dev/null
sign() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \\
        -keyout "$2-key.pem" -out "$2.csr" 2>/dev/null
    printf 'extendedKeyUsage=%s\\nsubjectAltName=IP:192.168.3.201,IP:127.0.0.1\\n' "$3" >ext
    openssl x509 -req -in "$2.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 825 \\
        -extfile ext -out "$2-cert.pem" 2>/dev/null
}
sign 192.168.3.201 server serverAuth
sign operator client clientAuth
chmod 0600 ca-key.pem server-key.pem
chmod MODE client-key.pem
systemctl restart docker.service
"""
TLS = """[Service]
ExecStart=
ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376 --tlsverify \\
  --tlscacert /etc/docker/tls/ca.pem --tlscert /etc/docker/tls/server-cert.pem \\
  --tlskey /etc/docker/tls/server-key.pem
"""
ROTATE = """/var/lib/docker/containers/*/*.log {
    daily
    rotate 7
    missingok
LINES}
"""


def hook(mode: str, verdict: str, told: str = "") -> Attack:
    """Return a program that dockerd's unit runs, of this mode."""
    script = f"#!/bin/sh\nset -eu\nchmod {mode} /srv/hooks/before\nsystemctl restart docker\n"
    files = {
        HOOK: "[Service]\nExecStartPre=/bin/sh /srv/hooks/before\n",
        "srv/hooks/before": "#!/bin/sh\nexit 0\n",
    }
    return Attack(files, verdict, "refused", told, script=script)


def made_key(mode: str, verdict: str, told: str = "") -> Attack:
    """Return TLS with keys that a script makes; the client's has this mode."""
    files = {
        "etc/systemd/system/docker.service.d/tls.conf": TLS,
        "etc/docker/tls/README": "A script makes the certificates.\n",
    }
    return Attack(files, verdict, "tls-required", told, script=MADE_KEYS.replace("MODE", mode))


def share(commands: str, verdict: str, told: str = "") -> Attack:
    """Return a unit of one's own beside dockerd."""
    unit = f"""[Unit]
After=docker.service
[Service]
ExecStart=/bin/sh -c '{commands}'
[Install]
WantedBy=multi-user.target
"""
    return Attack({UNIT: unit}, verdict, "refused", told)


def server(body: str, verdict: str, told: str = "") -> Attack:
    """Return a unit with an HTTP server that answers in a way of its own, at 9000."""
    program = f"""#!/usr/bin/python3
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        {body}
        self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("ADDRESS", 9000), Hook).serve_forever()
"""
    address = "127.0.0.1" if verdict == "passed" else "0.0.0.0"  # noqa: S104  (in the lab)
    files = {
        UNIT: share("exec /usr/bin/python3 /usr/local/bin/hook", "").files[UNIT],
        "usr/local/bin/hook": program.replace("ADDRESS", address),
    }
    # It takes a moment until it listens.
    script = "#!/bin/sh\nset -eu\nsystemctl enable --now docker-share\nsleep 3\n"
    return Attack(files, verdict, "refused", told, script=script)


DEFERRED = {
    "hook-that-everybody-may-write": hook("0777", "failed", "may write /srv/hooks/before"),
    "hook-of-root-s": hook("0755", "passed"),
    "client-s-key-left-readable": made_key("0644", "failed", "client-key.pem, the key of a client"),
    "client-s-key-of-root-s": made_key("0600", "passed"),
    "socket-opened-tomorrow": Attack(
        {
            "etc/logrotate.d/docker": ROTATE.replace(
                "LINES",
                "    sharedscripts\n    lastaction\n        chmod 0666 /run/docker.sock\n"
                "    endscript\n",
            )
        },
        "incomplete",
        "refused",
        "logrotate runs its commands once a day",
    ),
    "logs-rotated-daily": Attack(
        {"etc/logrotate.d/docker": ROTATE.replace("LINES", "    copytruncate\n")}, "passed"
    ),
    "socket-opened-after-minutes": share(
        "sleep 150; chmod 0666 /run/docker.sock; exec sleep infinity",
        "incomplete",
        "it sleeps for 150 s",
    ),
    "socket-closed-at-once": share("chmod 0660 /run/docker.sock; exec sleep infinity", "passed"),
    "hook-that-runs-docker": server(
        'subprocess.run(["docker", "run", "--rm", self.headers["X-Image"]], check=False)',
        "incomplete",
        "answers an outsider at tcp://192.168.3.201:9000",
    ),
    "hook-on-loopback": server(
        'subprocess.run(["docker", "restart", "web"], check=False)', "passed"
    ),
}
