"""What follows from an observation."""

import dataclasses

from dockerd_lab.observe.observation import Outcome


def test_what_follows_from_an_observation(full_observation):
    assert full_observation.exposure["client"].level == "full-control"
    assert full_observation.daemon.daemon_start_seconds == 8.0
    assert full_observation.daemon.exit_status == "1", "the first exit tells"
    assert full_observation.daemon.unit_result == "exit-code"
    assert full_observation.daemon.log == ["first", "exited", "exited again", "failed", "by hand"]
    by_hand = dataclasses.replace(full_observation.daemon, outcome=Outcome("failed", 1.5, None, 1))
    assert (by_hand.exit_status, by_hand.daemon_start_seconds) == ("1", 1.5)
