"""What makes every local user root, besides Docker's API itself."""

import pytest
from observations import SOCKET, observation

from dockerd_lab.errors import HarnessError
from dockerd_lab.observe import local_doors
from dockerd_lab.observe.exposure import Attempt

ANY = {"etc/docker/daemon.json": {}}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/run/containerd/containerd.sock", "every local user may use {}, which is root"),
        ("/run/docker.sock", "every local user may use {}, which is root"),
        ("/etc/docker/daemon.json", "every local user may write {}, which"),
        ("/usr/bin/docker", "every local user is root with {}: it is setuid or setgid"),
    ],
)
def test_what_was_observed(judged, path, sentence):
    seen = observation(listeners=[SOCKET], local_doors=[path])
    result = judged(ANY, seen)
    assert result.verdict == "failed"
    (reason,) = result.reasons
    assert reason.startswith(sentence.format(path))
    assert judged(ANY, seen, allow_insecure=True).reasons == []


def test_a_socket_at_which_the_probe_was_root_is_told_once(judged):
    socket = "/run/docker.sock"
    seen = observation(listeners=[SOCKET], local_doors=[socket], local_user="full-control")
    attempt = Attempt(f"unix://{socket}", "full-control", "a container read")
    seen.exposure["local-user"].attempts[:] = [attempt]
    (reason,) = judged(ANY, seen).reasons
    assert reason.startswith("a local user outside group docker gets root")


def test_a_socket_at_which_nothing_listens(judged):
    assert judged(ANY, observation(local_doors=["/tmp/docker.sock"])).reasons == []


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("etc/security/group.conf", "# x\n*;*;*;Al0000-2400;audio,docker\n", "pam_group lets"),
        ("etc/security/group.conf", "\n# *;*;*;Al0000-2400;docker\n", None),
        ("etc/security/group.conf", "\n*;*;alice;Al0000-2400;docker\n", None),
    ],
)
def test_rules_of_the_input(judged, file, text, found):
    reasons = judged({file: text}, observation()).reasons
    assert len(reasons) == (found is not None)
    for reason in reasons:
        assert reason.startswith(f"{found} every local user control the daemon")
        assert reason.endswith(f"{file}:2)")


def test_what_the_machine_printed():
    assert local_doors.parse("/tmp\n/run/docker.sock\n") == ["/run/docker.sock"]
    with pytest.raises(HarnessError):
        local_doors.parse("")
