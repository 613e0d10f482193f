"""Which files of other programs leave it as it is whether dockerd starts."""

import time

import pytest
from linting import STRANGERS, prediction, rules_of

UNIT = "etc/systemd/system/x.service"
SOCAT = "User=x\nExecStart=/usr/bin/socat TCP-LISTEN:2375,fork UNIX-CONNECT:/run/docker.sock\n"
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
HARMLESS["a program of the host's"] = {UNIT: "[Service]\nExecStart=/usr/local/bin/backup -q\n"}
HARMLESS["containerd's port"] = {
    "etc/containerd/config.toml": 'version = 2\n[grpc]\ntcp_address = "0.0.0.0:10000"\n'
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
    "containerd's drop-in": {
        "etc/systemd/system/containerd.service.d/x.conf": "[Service]\nUser=x\n"
    },
    "containerd's socket elsewhere": {
        "etc/containerd/config.toml": '[grpc]\naddress = "/run/c.sock"\n'
    },
    "containerd's file of a newer one": {"etc/containerd/config.toml": "version = 3\n"},
    "a script": {"etc/rc.local": "#!/bin/sh\nsystemctl stop docker\n"},
    "a setting of the kernel's": {"etc/sysctl.d/x.conf": "net.ipv4.ip_nonlocal_bind = 1\n"},
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


PRUNE = "/usr/bin/docker system prune -af"
#: Files that change nothing about Docker, as guides have them.
IDLE = {
    "settings of the kernel's": {
        "etc/sysctl.d/k8s.conf": "# for pods\nnet.bridge.bridge-nf-call-iptables  = 1\n"
        "net.ipv4.ip_forward = 1\nvm.max_map_count=262144\n",
        "etc/modules-load.d/k8s.conf": "overlay\nbr_netfilter\n",
    },
    "limits": {
        "etc/security/limits.d/docker.conf": "* soft nofile 65536\n@docker hard nproc 100\n",
        "etc/systemd/journald.conf.d/size.conf": "[Journal]\nSystemMaxUse=200M\n",
    },
    "names and time": {
        "etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.5 registry.lan\n",
        "etc/resolv.conf": "nameserver 10.0.0.1\n",
        "etc/systemd/timesyncd.conf.d/ntp.conf": "[Time]\nNTP=ntp.lan\n",
    },
    "logs that are rotated": {
        "etc/logrotate.d/docker": "/var/lib/docker/containers/*/*.log {\n  rotate 7\n  daily\n"
        "  compress\n  missingok\n  copytruncate\n}\n"
    },
    "a timer that prunes": {
        "etc/systemd/system/docker-prune.timer": "[Timer]\nOnCalendar=weekly\nPersistent=true\n"
        "[Install]\nWantedBy=timers.target\n",
        "etc/systemd/system/docker-prune.service": "[Unit]\nRequires=docker.service\n"
        f"After=docker.service\n[Service]\nType=oneshot\nExecStart={PRUNE}\n",
    },
    "cron that prunes": {
        "etc/cron.d/prune": "SHELL=/bin/sh\n\n0 3 * * 0 root /usr/bin/docker image prune -af"
        " >/dev/null 2>&1\n",
        "etc/cron.daily/prune": f"#!/bin/sh\nset -e\n{PRUNE} > /dev/null\n",
    },
    "ssh's hardening": {
        "etc/ssh/sshd_config.d/h.conf": "PermitRootLogin no\nPasswordAuthentication no\n"
    },
    "rules of sudo for some": {
        "etc/sudoers.d/ops": "# ops\nDefaults env_reset\n%ops ALL=(ALL) NOPASSWD: ALL\n"
    },
    "variables of whoever logs in": {
        "etc/profile.d/docker.sh": "export DOCKER_HOST=tcp://127.0.0.1:2376 \n"
    },
    "containerd's proxy": {
        "etc/systemd/system/containerd.service.d/http-proxy.conf": "[Service]\n"
        'Environment="HTTP_PROXY=http://p:3128" "NO_PROXY=localhost,.lan"\nLimitNOFILE=1048576\n'
    },
    "containerd for Kubernetes": {
        "etc/containerd/config.toml": 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n'
        '  sandbox_image = "registry.lan/pause:3.9"\n'
    },
    "a registry's authority": {"etc/docker/certs.d/registry.lan:5000/ca.crt": "a CA\n"},
    "rules of audit": {"etc/audit/rules.d/docker.rules": "-w /usr/bin/dockerd -k docker\n"},
    "what a boot makes": {
        "etc/tmpfiles.d/x.conf": "d /run/x 0755 root root -\nd /var/lib/x\n",
        "etc/fstab": "UUID=0a34-4f / ext4 defaults 0 1\n/dev/sdb1 /data xfs noatime 0 2\n",
    },
    "a boot's script that does nothing": {"etc/rc.local": "#!/bin/sh -e\n#\nexit 0\n"},
    "whom libwrap denies": {"etc/hosts.deny": "dockerd: ALL\n"},
}
#: Files like those that may let somebody in, or keep dockerd from starting.
NOT_IDLE = {
    "a timer of a unit that is not here": {
        "etc/systemd/system/x.timer": "[Timer]\nOnCalendar=daily\n"
    },
    "what a target wants": {
        "etc/systemd/system/multi-user.target.d/x.conf": "[Unit]\nWants=x.service\n"
    },
    "a firewall that is not started": {
        "etc/systemd/system/nftables.service": "[Service]\nExecStart=/bin/true\n"
    },
    "a user of docker.sock": {
        "etc/systemd/system/caddy.service.d/x.conf": "[Service]\nGroup=docker\n"
    },
    "a command when logs are rotated": {
        "etc/logrotate.d/x": "/var/log/x {\nlastaction\nchmod 666 /run/docker.sock\nendscript\n}\n"
    },
    "logs elsewhere": {"etc/logrotate.d/x": "/var/log/../../etc/x {\ncreate 0666 root root\n}\n"},
    "cron's command": {"etc/cron.d/x": "* * * * * root docker run x\n"},
    "rules of sudo elsewhere": {"etc/sudoers.d/x": "#include /opt/sudoers\n"},
    "rules of sudo for an alias": {"etc/sudoers.d/x": "User_Alias A = ALL\nA ALL=(root) ALL\n"},
    "a program of sudo's for all": {"etc/sudoers.d/x": "ALL ALL=(root) /opt/x\n"},
    "two of them": {"etc/cron.d/x": f"* * * * * root {PRUNE}; chmod 666 /run/docker.sock\n"},
    "a command in a command": {"etc/cron.d/x": f"* * * * * root {PRUNE} $(/opt/x)\n"},
    "a script's output": {"etc/rc.local": "#!/bin/sh\necho ok > /etc/docker/daemon.json\n"},
    "a program for who logs in": {"etc/profile.d/x.sh": "socat TCP-L:1 UNIX:/run/docker.sock &\n"},
    "a library for everybody": {"etc/environment": "LD_PRELOAD=/tmp/x.so\n"},
    "a command of libwrap's": {"etc/hosts.allow": "ALL: ALL: spawn /opt/x\n"},
    "apt's command": {"etc/apt/apt.conf.d/x": 'DPkg::Post-Invoke { "chmod 666 /x"; };\n'},
    "a line's end that is none": {UNIT: "[Service]\nExecStart=/bin/true\u2028x\n"},
    "containerd's port": {"etc/containerd/config.toml": '[grpc]\ntcp_address = "0.0.0.0:1"\n'},
    "a directory for everybody": {"etc/tmpfiles.d/x.conf": "d /run/x 0777 root root\n"},
    "docker.sock for everybody": {"etc/tmpfiles.d/x.conf": "z /run/docker.sock 0666\n"},
    "a disk for Docker's files": {"etc/fstab": "/dev/sdb1 /etc ext4 defaults 0 2\n"},
    "a mount of users": {"etc/fstab": "/srv/a /mnt ext4 loop,user,suid 0 0\n"},
    "who has an authority's key": {
        "etc/ssh/sshd_config.d/x.conf": "TrustedUserCAKeys /etc/ssh/ca.pub\n"
    },
    "a module": {"etc/modules-load.d/x.conf": "evil\n"},
    "a loopback that others reach": {
        "etc/sysctl.d/x.conf": "net.ipv4.conf.all.route_localnet = 1\n"
    },
    "a dump's program": {"etc/sysctl.d/x.conf": "kernel.core_pattern = |/opt/x %p\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", IDLE)
def test_these_change_nothing(name):
    tcp = {"etc/default/docker": "DOCKER_OPTS='-H tcp://127.0.0.1:2375'\n"}
    for others, local_user in (({}, "refused"), (tcp, "full-control")):
        predicted = prediction({**others, **IDLE[name]})
        assert predicted.starts == "yes", predicted.unknown
        assert predicted.listeners_complete
        assert predicted.exposure["outsider"] == "refused"
        assert predicted.exposure["local-user"] == local_user


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/logrotate.d/x", "/var/log/x" * 60 + "!"),
        (UNIT, "[Service]\nExecStart=/usr/bin/docker run " + "a " * 60 + "!"),
        (UNIT, "[Service]\nExecStart=/usr/bin/tar -czf /root/x" + " a" * 60 + "!"),
        ("etc/systemd/system/containerd.service.d/x.conf", "[Service]\nEnvironment="
         + "HTTP_PROXY=" * 60 + '"!'),
        ("etc/containerd/config.toml", f"version = {'9' * 5000}"),
        ("etc/cron.d/x", "* " * 60 + "!"),
        ("etc/hosts", "1.1.1.1 " + "a " * 60 + "!"),
        ("etc/sysctl.d/x.conf", "net.ipv4.conf" + ".all" * 60 + "!"),
        ("etc/sudoers.d/x", "a " * 60 + "!"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_long_line_is_read_at_once(path, text):
    started = time.process_time()
    assert prediction({path: text}).exposure["outsider"] == "unknown"
    assert time.process_time() - started < 1


def test_without_ipv6_dockerd_listens_otherwise():
    off = {"etc/sysctl.d/x.conf": "vm.swappiness = 1\nnet.ipv6.conf.all.disable_ipv6 = 1\n"}
    tcp = {"etc/default/docker": "DOCKER_OPTS='-H tcp://0.0.0.0:2375'\n"}
    predicted = prediction({**off, **tcp})
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", "full-control")
    assert not predicted.listeners_complete
    rules = {"etc/iptables/rules.v4": "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"}
    assert prediction({**off, **tcp, **rules}).exposure["outsider"] == "unknown"
    more = {"etc/sysctl.d/x.conf": f"{off['etc/sysctl.d/x.conf']}kernel.core_pattern=|/x\n"}
    assert prediction({**more, **tcp}).starts == "unknown"


@pytest.mark.parametrize("name", NOT_IDLE)
def test_these_may_let_somebody_in(name):
    predicted = prediction(NOT_IDLE[name])
    assert {predicted.exposure[who] for who in STRANGERS} == {"unknown"}


CHMOD = "/bin/chmod 666 /run/docker.sock"
OPENED = {
    "a timer": {
        "etc/systemd/system/x.timer": "[Timer]\nOnCalendar=daily\n",
        UNIT: f"[Service]\nExecStart={CHMOD}\n",
    },
    "a boot": {
        UNIT: "[Unit]\nAfter=docker.service\n[Service]\nType=oneshot\n"
        f"ExecStart=/bin/sh -c '{CHMOD}; exit 0'\n[Install]\nWantedBy=multi-user.target\n"
    },
    "a target": {
        "etc/systemd/system/multi-user.target.d/x.conf": "[Unit]\nWants=x.service\n",
        UNIT: f"[Service]\nExecStart={CHMOD}\n",
    },
    "ssh's start": {
        "etc/systemd/system/ssh.service.d/x.conf": f"[Service]\nExecStartPost={CHMOD}\n"
    },
}
#: Units that may do that later, or on another machine.
OPENED_LATER = {
    "a condition": {"etc/systemd/system/x.service.d/c.conf": "[Unit]\nConditionHost=x\n"}
    | {
        UNIT: f"[Unit]\nConditionHost=x\nAfter=docker.service\n[Service]\nExecStart={CHMOD}\n"
        "[Install]\nWantedBy=multi-user.target\n"
    },
    "a sleep": {
        UNIT: "[Unit]\nAfter=docker.service\n[Service]\n"
        f"ExecStart=/bin/sh -c 'sleep 150; {CHMOD}'\n[Install]\nWantedBy=multi-user.target\n"
    },
    "before docker": {
        UNIT: f"[Service]\nExecStart={CHMOD}\n[Install]\nWantedBy=multi-user.target\n"
    },
    "a service of another host": {
        "etc/systemd/system/caddy.service.d/x.conf": f"[Service]\nExecStartPost={CHMOD}\n"
    },
    "another user": {
        UNIT: f"[Unit]\nAfter=docker.service\n[Service]\nUser=x\nExecStart={CHMOD}\n"
        "[Install]\nWantedBy=multi-user.target\n"
    },
}


@pytest.mark.parametrize("name", OPENED)
def test_a_unit_opens_the_socket_for_everybody(name):
    predicted = prediction(OPENED[name])
    assert rules_of(predicted) == {"socket-for-all-users"}
    assert predicted.exposure["local-user"] == "full-control"
    assert (predicted.exposure["outsider"], predicted.starts) == ("refused", "yes")
    assert predicted.listeners_complete


@pytest.mark.parametrize("name", OPENED_LATER)
def test_a_unit_may_open_the_socket(name):
    predicted = prediction(OPENED_LATER[name])
    assert (predicted.starts, predicted.exposure["local-user"]) == ("yes", "unknown")


@pytest.mark.parametrize("name", HARMLESS)
def test_they_may_take_a_port_of_dockerd(name):
    tcp = {"etc/default/docker": "DOCKER_OPTS='-H tcp://127.0.0.1:2375'\n"}
    assert prediction(tcp).starts == "yes"
    assert prediction({**tcp, **HARMLESS[name]}).starts == "unknown"
