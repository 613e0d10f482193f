"""Rules of sudo for every local user."""

import pytest
from observations import observation

FILE = "etc/sudoers.d/docker"


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ("ALL ALL=(root) NOPASSWD: /usr/bin/docker", "failed"),
        ("ALL ALL=(ci) NOPASSWD: /usr/bin/docker-compose up", "failed"),
        ("%users ALL=(ALL:ALL) ALL", "failed"),
        ("ALL ALL=(:docker) NOPASSWD: /usr/bin/env", "failed"),
        ("ALL ALL=NOPASSWD:SETENV: /usr/bin/id, \\\n  /usr/bin/vim /etc/motd", "failed"),
        ("ALL ALL=(root) NOPASSWD: /usr/bin/id, (ci) /usr/bin/id, (#0) /bin/sh", "failed"),
        ("ALL ALL=(root) NOPASSWD: /opt/ci/deploy", "incomplete"),
        ("ALL ALL=(root) NOPASSWD: CONTAINERS", "incomplete"),
        ("ALL ALL=(www-data) NOPASSWD: /bin/sh", "incomplete"),
        ('ALL ALL=(:docker) NOPASSWD: /usr/bin/id ""', "passed"),
        ("ALL ALL=(root) NOPASSWD: /usr/bin/uptime, /bin/true", "passed"),
        ("%sudo ALL=(ALL:ALL) ALL", "passed"),
        ("# ALL ALL=(root) NOPASSWD: /usr/bin/docker", "passed"),
    ],
)
def test_what_it_lets_everybody_run(judged, rule, verdict):
    result = judged({FILE: f"# x\n{rule}\n"}, observation())
    assert result.verdict == verdict
    for told in (*result.reasons, *(each.message for each in result.not_judged)):
        assert told.startswith("sudo lets every local user")
    places = [each.where for each in result.not_judged]
    if verdict == "failed":
        (reason,) = result.reasons
        places.append(reason.removesuffix(")"))
    assert all(place.endswith(f"{FILE}:2") for place in places)


def test_a_file_that_sudo_does_not_read(judged):
    rule = "ALL ALL=(root) NOPASSWD: /usr/bin/docker\n"
    assert judged({f"{FILE}.bak": rule}, observation()).verdict == "passed"
