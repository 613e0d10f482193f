"""Configurations that open the daemon when the machine boots, and twins that open nothing then.

What is true of each was found out by hand on machines that were booted with it.
"""

from configurations import Attack

SYSTEM = "etc/systemd/system"
#: A second daemon, whose directories are its own.
SECOND = "/usr/sbin/dockerd --data-root /var/lib/d2 --exec-root /run/d2 --pidfile /run/d2.pid -H "
OPEN = f"{SECOND}tcp://0.0.0.0:2375 --tls=false"
ENABLED = "[Install]\nWantedBy=multi-user.target\n"
TIMERS = "[Install]\nWantedBy=timers.target\n"
#: What gives root to every local user.
CHMOD = "/bin/chmod 666 /run/docker.sock"
LOCAL_USER = "after a boot: a local user outside group docker gets root"
#: Engines with systemd 260 or newer, which runs neither rc.local nor init scripts.
WITHOUT_SYSV = ("debian-14",)


def service(command: str, install: str = ENABLED, more: str = "") -> str:
    """Return a service that runs a command once."""
    return f"{more}[Service]\nType=oneshot\nExecStart={command}\n{install}"


AT_BOOT = {
    "second-dockerd": Attack(
        {f"{SYSTEM}/d2.service": f"[Service]\nExecStart={OPEN}\n{ENABLED}"},
        "failed",
        "full-control",
        "after a boot: an outsider gets root",
    ),
    "second-dockerd-closed": Attack(
        {f"{SYSTEM}/d2.service": f"[Service]\nExecStart={SECOND}unix:///run/d2.sock\n{ENABLED}"},
        "passed",
    ),
    "late-second-dockerd": Attack(
        {
            f"{SYSTEM}/d2.service": "[Service]\nType=simple\nExecStartPre=/bin/sleep 20\n"
            f"ExecStart={OPEN}\n{ENABLED}"
        },
        "failed",
        "full-control",
        "after a boot: an outsider gets root",
    ),
    "rc-local": Attack(
        {"etc/rc.local": f"#!/bin/sh\n{OPEN} &\n"},
        "failed",
        "full-control",
        "after a boot: an outsider gets root",
        not_on=WITHOUT_SYSV,
    ),
    "rc-local-closed": Attack({"etc/rc.local": "#!/bin/sh\nexit 0\n"}, "passed"),
    "init-script": Attack(
        {
            "etc/init.d/d2": "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: d2\n"
            "# Required-Start: $remote_fs docker\n# Required-Stop:\n# Default-Start: 2 3 4 5\n"
            f"# Default-Stop: 0 1 6\n### END INIT INFO\n[ $1 != start ] || {CHMOD}\n"
        },
        "failed",
        told=LOCAL_USER,
        not_on=WITHOUT_SYSV,
    ),
    "timer": Attack(
        {
            f"{SYSTEM}/open.timer": f"[Timer]\nOnCalendar=daily\n{TIMERS}",
            f"{SYSTEM}/open.service": service(CHMOD, ""),
        },
        "failed",
        told=LOCAL_USER,
    ),
    "timer-closed": Attack(
        {
            f"{SYSTEM}/prune.timer": f"[Timer]\nOnBootSec=1h\n{TIMERS}",
            f"{SYSTEM}/prune.service": service("/usr/bin/docker container prune --force", ""),
        },
        "passed",
    ),
    "path-unit": Attack(
        {
            f"{SYSTEM}/open.path": f"[Path]\nPathChanged=/etc/hosts\n{ENABLED}",
            f"{SYSTEM}/open.service": service(CHMOD, ""),
        },
        "failed",
        told=LOCAL_USER,
    ),
    "drop-in-of-ssh": Attack(
        {f"{SYSTEM}/ssh.service.d/x.conf": f"[Service]\nExecStartPost={CHMOD}\n"},
        "failed",
        told=LOCAL_USER,
    ),
    "drop-in-of-a-target": Attack(
        {
            f"{SYSTEM}/multi-user.target.d/x.conf": "[Unit]\nWants=open.service\n",
            f"{SYSTEM}/open.service": service(CHMOD, "", "[Unit]\nAfter=docker.service\n"),
        },
        "failed",
        told=LOCAL_USER,
    ),
    "generator": Attack(
        {
            f"{SYSTEM}-generators/open": "#!/bin/sh\nmkdir $1/multi-user.target.wants\n"
            "ln -s /opt/open.service $1/open.service\n"
            "ln -s ../open.service $1/multi-user.target.wants/\n",
            "opt/open.service": service(CHMOD, "", "[Unit]\nAfter=docker.service\n"),
        },
        "failed",
        told=LOCAL_USER,
    ),
    "udev-rule": Attack(
        {
            "etc/udev/rules.d/9-x.rules": 'ACTION=="add", SUBSYSTEM=="net", KERNEL=="docker0",'
            f' RUN+="{CHMOD}"\n'
        },
        "failed",
        told=LOCAL_USER,
    ),
    "settings-of-a-boot": Attack(
        {
            "etc/sysctl.d/9-x.conf": "net.ipv4.ip_forward = 1\n",
            "etc/modules-load.d/x.conf": "br_netfilter\n",
            "etc/tmpfiles.d/x.conf": "d /run/x 0755 root root\n",
            "etc/fstab": "UUID=0a3407de-014b-458b-b5c1-848e92a327a3 / ext4 defaults 0 1\n"
            "UUID=1a3407de-014b-458b-b5c1-848e92a327a3 /data ext4 defaults 0 2\n",
        },
        "passed",
    ),
    "benign-unit": Attack(
        {f"{SYSTEM}/x.service": f"[Service]\nExecStart=/bin/sleep infinity\n{ENABLED}"}, "passed"
    ),
    "program-that-is-not-there": Attack(
        {f"{SYSTEM}/x.service": f"[Service]\nExecStart=/opt/x/agent\n{ENABLED}"},
        "incomplete",
        told="its program is not on the lab's machine",
    ),
    "condition-of-another-host": Attack(
        {f"{SYSTEM}/x.service": service(CHMOD, more="[Unit]\nConditionHost=build-7\n")},
        "incomplete",
        told="one of its conditions does not hold",
    ),
    "firewall-of-a-boot": Attack(
        {
            f"{SYSTEM}/docker.service.d/o.conf": "[Service]\nExecStart=\n"
            "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375 --tls=false\n",
            "etc/nftables.conf": "table inet x {\n chain input {\n"
            "  type filter hook input priority 0; policy drop;\n  iif lo tcp dport != 2375 accept\n"
            "  ct state established,related accept\n  ip saddr 192.168.3.10 accept\n }\n}\n",
            "etc/sysctl.d/9-x.conf": "net.ipv4.ip_forward = 1\n",
        },
        "passed",
        "filtered",
    ),
}
