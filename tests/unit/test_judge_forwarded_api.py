"""Commands that hand Docker's API on to where the lab has no machine."""

import pytest
from observations import observation

UNIT = "etc/systemd/system/tunnel.service"


def handed_on(judged, line, file=UNIT):
    text = f"[Service]\nType=simple\nExecStart={line}\n"
    found = judged({file: text}, observation()).not_judged
    return [each for each in found if each.message.startswith("it hands Docker's API on")]


@pytest.mark.parametrize(
    ("line", "whom"),
    [
        ("/usr/bin/ssh -N -R 2375:/var/run/docker.sock ops@bastion", "another machine, by ssh"),
        ("autossh -M 0 -NR 0.0.0.0:9000:localhost:2375 ops@bastion", "another machine, by ssh"),
        ("/usr/local/bin/ngrok tcp 2375", "a tunnel"),
        (
            "docker run -p 2375:2375 \\\n  -v /var/run/docker.sock:/var/run/docker.sock p",
            "a container",
        ),
    ],
)
def test_where_it_goes(judged, line, whom):
    (found,) = handed_on(judged, line)
    assert found.message.startswith(f"it hands Docker's API on to {whom}: ")
    assert found.where.endswith(f"{UNIT}:3")


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/ssh -N -L 2375:/var/run/docker.sock ops@daemon",
        "/usr/bin/docker run -p 80:80 nginx",
        "/usr/bin/curl http://localhost:2375/_ping",
    ],
)
def test_what_stays_here(judged, line):
    assert handed_on(judged, line) == []
