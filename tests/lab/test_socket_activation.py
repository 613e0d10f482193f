"""systemd listens, and the first request starts the daemon."""

import pytest

pytestmark = pytest.mark.lab_cases(name=["methods/socket-activation"])


def test_the_first_request_starts_the_daemon(daemon, client, observation):
    daemon.check_output("systemctl stop docker.service 2>/dev/null")
    assert not daemon.service("docker").is_running
    assert "1/init" in daemon.check_output("netstat -lntp | grep ':2375 '")
    assert client.check_output("curl -sS --max-time 50 http://192.168.3.201:2375/_ping") == "OK"
    assert daemon.service("docker").is_running
