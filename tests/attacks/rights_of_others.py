"""Configurations by which others get root's rights, each with a closed twin.

They were written with knowledge of the probe. What is true of each was written down before anything
was tried. Before, those with capabilities, a pipe, a crash's program, PAM, a VLAN, a network of own
addresses and keys of ssh's in /var/tmp passed, or would have with a restarted sshd.
"""

from pathlib import Path

from pairs import Told, read_pairs

_PASSED: Told = ("passed", "refused", "")
_PERMIT: Told = ("incomplete", "refused", "auth sufficient pam_permit.so")
_NETWORK: Told = ("incomplete", "filtered", "all its addresses are the machine's own")
_VLAN: Told = ("incomplete", "filtered", "who gets in through it was not tried")
_RANDOM: Told = ("incomplete", "filtered", "numgen random mod 50 0")

#: What must be told of each attack and of its twin; see `pairs`. What nobody in the lab can try is
#: incomplete, as its twin may be.
_EXPECTED: dict[str, tuple[Told, Told]] = {
    "file-capabilities": (
        ("incomplete", "refused", "it has cap_dac_override, cap_setuid"),
        _PASSED,
    ),
    "fifo-of-a-shell": (("incomplete", "refused", "may write to this pipe"), _PASSED),
    "core-pattern": (("failed", "refused", "may make /tmp/collect, which root uses"), _PASSED),
    "keys-in-tmp": (("incomplete", "refused", "AuthorizedKeysFile .ssh/auth"), _PASSED),
    "password-is-the-name": (("failed", "refused", "one that anybody guesses"), _PASSED),
    "pam-common-auth": (_PERMIT, _PASSED),
    "su-for-everybody": (_PERMIT, _PASSED),
    "path-of-a-crontab": (("failed", "refused", "may make /var/tmp/tools"), _PASSED),
    "environment-of-all-units": (("failed", "refused", "may make /var/tmp/bin"), _PASSED),
    "units-writable": (("failed", "refused", "may write /etc/systemd/system"), _PASSED),
    "data-root-in-a-shared-place": (("failed", "refused", "may write /srv/shared"), _PASSED),
    "runtime-of-everybody": (
        ("failed", "refused", "may write /opt/trace/runc"),
        ("incomplete", "refused", "dockerd runs it as root"),
    ),
    "alias-without-a-slash": (
        ("failed", "unclear", "/client-key.pem: a key or token, which may open the daemon"),
        ("passed", "tls-required", ""),
    ),
    "any-ip": (_NETWORK, _NETWORK),
    "vlan-of-trust": (_VLAN, _VLAN),
    "swarm-token": (
        ("failed", "refused", "may read /srv/join-token, with a token to join the swarm"),
        ("incomplete", "refused", "the kernel waits for others at udp 0.0.0.0:4789"),
    ),
    "ssh-authority-s-key": (
        ("failed", "refused", "may read /etc/ssh/ca, a private key for ssh"),
        _PASSED,
    ),
    "one-in-fifty": (_RANDOM, _RANDOM),
    "helper-of-ftp": (("failed", "unclear", "tcp://192.168.3.201:21"), ("passed", "filtered", "")),
    "preloaded": (("failed", "refused", "may make /var/tmp/libtrace.so"), _PASSED),
}
RIGHTS_OF_OTHERS = {
    f"rights-{name}": attack
    for name, attack in read_pairs(Path(__file__).with_suffix(""), _EXPECTED).items()
}
