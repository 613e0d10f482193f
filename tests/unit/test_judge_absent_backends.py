"""A proxy that strangers reach, and behind which nothing answers on the lab's machine."""

from dataclasses import replace

import pytest
from observations import observation

from dockerd_lab.observe.exposure import Attempt, Exposure

SITE = "etc/nginx/conf.d/site.conf"
FILES = {SITE: "server {\n  listen 80;\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\n"}
BAD_GATEWAY = "GET /containers/json: HTTP 502: what stands behind it does not answer"


def reached(*attempts):
    """Return an observation in which an outsider has tried these."""
    seen = observation()
    outsider = Exposure("outsider", [Attempt(*each) for each in attempts])
    return replace(seen, exposure={**seen.exposure, "outsider": outsider})


def test_it_is_neither_a_pass_nor_a_failure(judged):
    seen = reached(
        ("tcp://192.168.3.201:80", "unclear", BAD_GATEWAY),
        ("tcp://[fd00::201]:80", "unclear", BAD_GATEWAY),
        ("tcp://192.168.3.201:80 as app.example.org", "unclear", BAD_GATEWAY),
    )
    result = judged(FILES, seen)
    (entry,) = result.not_judged
    assert (result.verdict, result.reasons, entry.name) == ("incomplete", [], "port 80")
    assert entry.where.endswith(f"{SITE}:2")
    assert result.exposure.outsider == "unclear"


@pytest.mark.parametrize(
    ("level", "evidence"),
    [("full-control", "a container read the token"), ("unclear", "GET /containers/json: HTTP 418")],
)
def test_it_hides_nothing_else(judged, level, evidence):
    seen = reached(
        ("tcp://192.168.3.201:80", "unclear", BAD_GATEWAY),
        ("tcp://192.168.3.201:2375", level, evidence),
    )
    result = judged(FILES, seen)
    assert result.verdict == "failed"
    assert "tcp://192.168.3.201:2375" in result.reasons[0]
