"""The third round of configurations by a tester who did not know how the probe works.

Each has a closed twin. What is true of each was written down before anything was tried. Before this
round, the drop-in for all sockets, the authorization plugin, the uploads, the group's password and
the daemon's PATH passed.
"""

from pathlib import Path

from pairs import read_pairs

_INCOMPLETE = "incomplete"
_SUDO = "sudo lets every local user control the daemon"
_HAPROXY = "HAProxy may let strangers through by this"

#: What must be told of each attack and of its twin: the verdict, the outsider's access, and a part
#: of the reason. An attack that cannot be tried in the lab is incomplete; so may its twin be.
_EXPECTED = {
    "type-level-socket-dropin": (
        ("failed", "refused", "a local user outside group docker gets root at unix://"),
        ("passed", "refused", ""),
    ),
    "accept-yes-dial-stdio": (
        (_INCOMPLETE, "filtered", "systemd waits for what an outsider sends"),
        (_INCOMPLETE, "filtered", "systemd waits for what an outsider sends"),
    ),
    "sudo-runas-group": (("failed", "refused", _SUDO), ("passed", "refused", "")),
    "runtime-dir-writable": (
        ("failed", "refused", "every local user may write /opt/ci/bin, which root uses"),
        ("passed", "refused", ""),
    ),
    "authz-plugin-substring": (
        ("failed", "full-control", "an outsider gets root"),
        (_INCOMPLETE, "auth-required", "this authorization plugin decides what strangers do"),
    ),
    "ca-key-in-web-root": (
        ("failed", "unclear", "GET /pki/ca-key.pem: a key or token, which may open the daemon"),
        ("passed", "tls-required", ""),
    ),
    "client-key-readable": (
        ("failed", "tls-required", "the key of a client, and connect with it"),
        ("passed", "tls-required", ""),
    ),
    "nginx-error-page-405": (
        ("failed", "writes", "is let through to the daemon"),
        ("passed", "refused", ""),
    ),
    "webdav-job-directory": (
        (_INCOMPLETE, "refused", "nginx takes files from strangers"),
        ("passed", "refused", ""),
    ),
    "haproxy-stick-counter": (
        (_INCOMPLETE, "auth-required", _HAPROXY),
        (_INCOMPLETE, "auth-required", _HAPROXY),
    ),
    "apache-limit-methods": (
        ("failed", "writes", "is let through to the daemon"),
        ("passed", "auth-required", ""),
    ),
    "ssh-streamlocal-forward": (
        ("failed", "refused", "every local user becomes ci without a password"),
        ("passed", "refused", ""),
    ),
    "group-password": (
        ("failed", "refused", "group docker has a password"),
        ("passed", "refused", ""),
    ),
    "setgid-docker-client": (
        ("failed", "refused", "/usr/local/bin/docker-ci: it is setuid or setgid"),
        ("passed", "refused", ""),
    ),
    "daemon-path-writable": (
        ("failed", "refused", "every local user may write /opt/tools/bin, where root's programs"),
        ("passed", "refused", ""),
    ),
    "nft-redirect-port": (
        ("failed", "full-control", "an outsider gets root"),
        ("passed", "refused", ""),
    ),
    "nft-knock-set": (
        (_INCOMPLETE, "filtered", "ip saddr @known tcp dport 2375 accept"),
        (_INCOMPLETE, "filtered", "ip saddr @known tcp dport 2375 accept"),
    ),
    # The tester's twin published the port: what stands behind it hangs up, which is unclear.
    "container-relays-socket": (
        ("failed", "full-control", "an outsider gets root"),
        ("passed", "refused", ""),
    ),
    "python-cgi-docker": (
        (_INCOMPLETE, "refused", "python3 answers an outsider"),
        (_INCOMPLETE, "refused", "python3 answers an outsider"),
    ),
    "user-unit-linger": (
        (_INCOMPLETE, "refused", "a user's systemd runs it"),
        (_INCOMPLETE, "refused", "a user's systemd runs it"),
    ),
}
ROUND_THREE = {
    f"round-three-{name}": attack
    for name, attack in read_pairs(Path(__file__).with_suffix(""), _EXPECTED).items()
}
