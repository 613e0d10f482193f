"""A user's configuration made ready, and this repository's cases: what unit tests share."""

import functools

from dockerd_lab.cases.discover import find_cases
from dockerd_lab.project import find_project
from dockerd_lab.settings import load_settings
from dockerd_lab.standins.prepared import Prepared, prepare_case

SETTINGS = load_settings(find_project())
CASES = find_cases(find_project())
BY_NAME = {case.name: case for case in CASES}
UNIT_D = "etc/systemd/system/docker.service.d"
HOSTS = {"debug": False, "hosts": ["tcp://0.0.0.0:2375"]}
DROP_IN = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375\n"
TLS = {
    "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"],
    "tlsverify": True,
    "tlscacert": "/etc/docker/ca.pem",
    "tlscert": "/etc/docker/cert.pem",
    "tlskey": "/etc/docker/key.pem",
}


@functools.cache
def files_of(name: str) -> Prepared:
    """A case's files as the judge reads them: the same for every variant."""
    return prepare_case(BY_NAME[name], SETTINGS)


def script(made, name="provision.sh"):
    file = made.inputs.directory / name
    return file.read_text() if file.exists() else ""
