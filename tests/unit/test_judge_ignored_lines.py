"""Lines of units that systemd says it ignores."""

import pytest
from observations import observation
from prepared import UNIT_D


@pytest.mark.parametrize(
    "why",
    [
        "Unknown key name '--dns' in section 'Service', ignoring.",
        "Unknown key '--dns' in section [Service], ignoring.",
    ],
)
def test_what_systemd_ignores_has_no_effect(judged, why):
    text = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n  --dns=8.8.8.8\n"
    log = (f"/etc/systemd/system/docker.service.d/x.conf:4: {why}", "/lib/x.service:4: ignoring")
    (setting,) = judged(
        {f"{UNIT_D}/x.conf": text}, observation(log=log, command="/usr/bin/dockerd -H fd://")
    ).no_effect
    assert setting.setting == "--dns"
    assert setting.where.endswith("x.conf:4")
    assert why in setting.message


def test_a_listener_that_systemd_ignores_is_told_once(judged):
    """debian-14's systemd says so for docker.socket itself, and debian-12's does not."""
    url = "tcp://127.0.0.1:2375"
    text = f"[Socket]\nListenStream={url}\n"
    file = "/etc/systemd/system/docker.socket.d/tcp.conf"
    line = f"{file}:2: Failed to parse address value in '{url}', ignoring: Invalid argument"
    (setting,) = judged({file[1:]: text}, observation(socket_log=[line])).no_effect
    assert (setting.setting, setting.where[-10:]) == (url, "tcp.conf:2")
