"""With which settings dockerd starts, and of which that is not known."""

import json

import pytest
from linting import prediction

from dockerd_lab.lint.facts import engines

DROP_IN = "etc/systemd/system/docker.service.d/x.conf"
RUNTIME = {"path": "/usr/bin/nvidia-container-runtime", "runtimeArgs": []}
STARTS = {
    "an init in containers": {"init": True},
    "SELinux": {"selinux-enabled": True},
    "a cgroup driver": {"exec-opts": ["native.cgroupdriver=cgroupfs"]},
    "a profile": {"seccomp-profile": "/etc/docker/seccomp.json"},
    "a runtime": {"default-runtime": "nvidia", "runtimes": {"nvidia": RUNTIME}},
    "a runtime by its name": {"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}},
    "resources of a swarm": {"node-generic-resources": ["NVIDIA-GPU=GPU-45cbf7b3"]},
    "IPv6": {"ipv6": True, "fixed-cidr-v6": "fd00:d0c::/64"},
    "syslog": {"log-driver": "syslog", "log-opts": {"syslog-address": "udp://10.0.0.1:514"}},
    "GELF": {
        "log-driver": "gelf",
        "log-opts": {"gelf-address": "udp://logs.lan:12201", "tag": "{{.Name}}"},
    },
    "fluentd": {"log-driver": "fluentd", "log-opts": {"fluentd-address": "localhost:24224"}},
}
UNKNOWN = {
    "a cgroup driver of its own": {"exec-opts": ["native.cgroupdriver=x"]},
    "a profile by a relative path": {"seccomp-profile": "seccomp.json"},
    "a default runtime that is none": {"default-runtime": "x", "runtimes": {"nvidia": RUNTIME}},
    "a runtime elsewhere": {"runtimes": {"x": {"path": "/opt/x/runc"}}},
    "a runtime of containerd's": {"runtimes": {"x": {"runtimeType": "io.containerd.x.v1"}}},
    "IPv6 without a network": {"ipv6": True},
    "IPv6 with a small network": {"ipv6": True, "fixed-cidr-v6": "fd00::/120"},
    "syslog's socket": {"log-driver": "syslog", "log-opts": {"syslog-address": "unix:///x"}},
    "an option that is not known": {"log-driver": "gelf", "log-opts": {"gelf-x": "1"}},
    "another log driver": {"log-driver": "splunk"},
}


def starts(content):
    texts = {"etc/docker/daemon.json": json.dumps(content)}
    return {prediction(texts, engine).starts for engine in engines()}


@pytest.mark.parametrize("name", STARTS)
def test_dockerd_starts_with_it(name):
    assert starts(STARTS[name]) == {"yes"}


@pytest.mark.parametrize("name", UNKNOWN)
def test_whether_dockerd_starts_with_it_is_not_known(name):
    assert starts(UNKNOWN[name]) == {"unknown"}


@pytest.mark.parametrize(
    "line",
    [
        "ExecStartPre=/bin/sleep 5",
        "ExecStartPre=-/usr/local/bin/wait-for-network",
        "ExecStartPost=/sbin/iptables -P FORWARD ACCEPT",
        "ExecStartPost=/usr/sbin/iptables -I FORWARD -s 0.0.0.0/0 -j ACCEPT",
        "ExecStartPost=-/usr/bin/docker system prune -f",
        "ExecStopPost=/opt/x",
        "MountFlags=slave",
        "EnvironmentFile=-/run/flannel/docker",
    ],
)
def test_lines_of_the_unit_that_change_nothing(line):
    predicted = prediction({DROP_IN: f"[Service]\n{line}\n"})
    assert (predicted.starts, predicted.exposure["outsider"]) == ("yes", "refused")
    assert predicted.listeners_complete


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("ExecStartPre=/bin/sh /srv/x", {}),
        ("ExecStartPre=/opt/x", {"opt/x": "#!/bin/sh\n"}),
        ("ExecStartPost=/sbin/iptables -F INPUT", {}),
        ("ExecStartPost=/sbin/iptables -I INPUT -j ACCEPT", {}),
        ("ExecStartPost=/usr/bin/docker run x", {}),
    ],
)
def test_other_commands_of_the_unit_may_change_anything(line, files):
    predicted = prediction({DROP_IN: f"[Service]\n{line}\n", **files})
    assert (predicted.starts, predicted.exposure["outsider"]) == ("unknown", "unknown")
