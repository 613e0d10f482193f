"""netstat's output as it is read; the texts are what a debian-12 machine printed."""

import pytest

from dockerd_lab.observe import listeners

TCP = """\
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      238/sshd: /usr/sbin 
tcp        0      0 127.0.0.1:2375          0.0.0.0:*               LISTEN      807/dockerd         
tcp        0      0 127.0.0.1:43469         0.0.0.0:*               LISTEN      236/containerd      
tcp6       0      0 :::22                   :::*                    LISTEN      238/sshd: /usr/sbin 
tcp6       0      0 :::2376                 :::*                    LISTEN      1/init              
"""  # noqa: W291
UNIX = """\
Active UNIX domain sockets (only servers)
Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path
unix  2      [ ACC ]     STREAM     LISTENING     857      236/containerd       /run/containerd/containerd.sock
unix  2      [ ACC ]     STREAM     LISTENING     961      260/dockerd          /var/run/docker/metrics.sock
unix  2      [ ACC ]     STREAM     LISTENING     11927    1/init               /run/docker.sock
unix  2      [ ACC ]     STREAM     LISTENING     11583    1/init               /run/systemd/private
unix  2      [ ACC ]     SEQPACKET  LISTENING     11607    1/init               /run/udev/control
"""  # noqa: E501


def test_listeners_without_the_named_exceptions():
    observed = listeners.reachable(listeners.parse(TCP) + listeners.parse(UNIX))
    assert [str(listener) for listener in observed] == [
        "tcp 127.0.0.1:2375 dockerd",
        "tcp6 :::2376 init",
        "unix /run/docker.sock init",
    ]


@pytest.mark.parametrize(
    "suspicious",
    [
        listeners.Listener("tcp", "0.0.0.0:2222", "sshd: /usr/sbin"),
        listeners.Listener("tcp", "0.0.0.0:43469", "containerd"),
        listeners.Listener("tcp", "127.0.0.1:43469", "dockerd"),
        listeners.Listener("tcp", "0.0.0.0:22", "dockerd"),
        listeners.Listener("unix", "/run/docker.sock", "dockerd"),
        listeners.Listener("unix", "/run/docker/api.sock", "dockerd"),
        listeners.Listener("unix", "/run/containerd/containerd.sock", "nginx"),
    ],
    ids=str,
)
def test_what_is_no_exception(suspicious):
    assert listeners.reachable([suspicious]) == [suspicious]


def test_dockerd_s_own_sockets_are_below_its_exec_root():
    paths = ("/x/libnetwork/0a1b2c.sock", "/x/metrics.sock", "/x/docker.sock", "/srv/metrics.sock")
    observed = [listeners.Listener("unix", path, "dockerd") for path in paths]
    assert [each.address for each in listeners.reachable(observed)] == [
        "/srv/metrics.sock",
        "/x/docker.sock",
    ]
