"""What lint says of docker.sock after a command that docker.service runs once it has started."""

import pytest
from linting import prediction, rules_of

DROP_IN = "etc/systemd/system/docker.service.d/override.conf"
STARTS = "ExecStart=\nExecStart=/usr/sbin/dockerd "


def after(command, start=""):
    return prediction({DROP_IN: f"[Service]\n{start}ExecStartPost={command}\n"})


@pytest.mark.parametrize("path", ["/run/docker.sock", "/var/run/docker.sock"])
def test_a_socket_that_is_opened_for_everybody(path):
    predicted = after(f"/bin/chmod 666 {path}")
    assert (predicted.starts, predicted.exposure["local-user"]) == ("yes", "full-control")
    assert predicted.exposure["outsider"] == "refused"
    assert rules_of(predicted) == {"socket-for-all-users"}
    assert after(f"/bin/chmod 660 {path}").exposure["local-user"] == "refused"


@pytest.mark.parametrize(
    "command",
    [
        "/bin/chmod u+s /usr/bin/docker",
        "/bin/chmod a+rw /run/docker.sock",
        "/bin/chmod 666 /run/containerd/containerd.sock",
    ],
)
def test_other_modes_leave_only_the_start_known(command):
    predicted = after(command)
    assert (predicted.starts, predicted.exposure["local-user"]) == ("yes", "unknown")


@pytest.mark.parametrize(
    "command",
    ["/bin/chmod 666 /srv/x", "/bin/sh -c x", "/bin/chmod 666 /run/docker.sock /x", "chmod 666 x"],
)
def test_any_other_command_may_change_anything(command):
    assert after(command).starts == "unknown"


def test_another_socket_than_systemd_s_is_not_said_to_be_closed():
    own = after("/bin/chmod 666 /var/run/docker.sock", f"{STARTS}-H unix://\n")
    assert own.exposure["local-user"] == "unknown"
    socket = {"etc/systemd/system/docker.socket.d/x.conf": "[Socket]\nListenStream=/run/x.sock\n"}
    command = "[Service]\nExecStartPost=/bin/chmod 666 /run/docker.sock\n"
    assert prediction({**socket, DROP_IN: command}).exposure["local-user"] == "unknown"
