"""The system that a log shows."""

import pytest

from dockerd_lab.explain.systems import systems_in

WINDOWS = {"daemon": "windows", "client": "windows"}


@pytest.mark.parametrize(
    ("text", "systems"),
    [
        ("open //./pipe/docker_engine: denied", WINDOWS),
        ("npipe:////./pipe/docker_engine", WINDOWS),
        (r"edit C:\ProgramData\docker\config\daemon.json", WINDOWS),
        ("PS> Start-Service docker", WINDOWS),
        ("dial tcp: connectex: refused", {"client": "windows"}),
        ("/Users/me/.colima/docker.sock", {"daemon": "macos", "client": "macos"}),
        ("open /Users/me/app/ca.pem: no such file", {"client": "macos"}),
        ("/c/Users/me/app", {}),
        ("rc-service docker start", {"daemon": "openrc"}),
        (" * ERROR: docker failed to start", {"daemon": "openrc"}),
        ("System.IO.Pipes.NamedPipeClientStream.Connect", WINDOWS),
        ("no '/var/run/docker.sock' or '//./pipe/docker_engine'", {}),
        ("Only 'tcp://', 'unix://' or 'npipe://' supported", {}),
        ("dockerd: failed to start", {}),
    ],
)
def test_what_a_log_shows(text, systems):
    assert systems_in(text) == systems
