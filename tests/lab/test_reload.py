"""What does SIGHUP, `systemctl reload docker`, apply of a changed daemon.json?"""

import json

import pytest

pytestmark = pytest.mark.lab_cases(name=["methods/sighup-reload"])
# A boot is a start, and reads all of the file.
NOT_STARTED_AGAIN = pytest.mark.lab_cases(rebooted=False)


def test_debug_and_labels_are_applied(daemon, observation):
    info = json.loads(daemon.check_output("docker info --format '{{json .}}'"))
    assert info["Labels"] == ["lab.configuration=after"]
    assert info["Debug"] is True


@NOT_STARTED_AGAIN
def test_hosts_are_not(observation):
    assert "tcp://0.0.0.0:2375" in observation.daemon.hosts, "daemon.json has it"
    listening = [x for x in observation.daemon.listeners if x.protocol.startswith("tcp")]
    assert listening == [], "and still nothing listens"


@NOT_STARTED_AGAIN
def test_the_process_stays(daemon, observation):
    before = daemon.check_output("cat /var/lib/dockerd-lab/pid-before")
    assert int(before) == observation.daemon.service.main_pid > 0
