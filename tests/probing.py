"""Fixtures: provision/probe.py as a module, measuring targets in the tests' own process."""

import importlib

import pytest
from docker_api import TOKEN

from dockerd_lab.cases.credentials import certificates_of_strangers
from dockerd_lab.observe import exposure, probe_data
from dockerd_lab.observe.targets import Targets
from dockerd_lab.project import package_data

#: The requests that the probe tries on real machines.
ADDRESSES = {"client": "192.168.3.10", "address": "192.168.3.201"}
NO_FIELDS = {"headers": [], "cookies": [], "arguments": []}


@pytest.fixture
def probe(monkeypatch, tmp_path):
    """The probe and what it imports as modules, with a home that has no certificate."""
    monkeypatch.syspath_prepend(package_data() / "provision")
    monkeypatch.setattr(importlib.import_module("reach"), "DOCKER", str(tmp_path / "nothing"))
    return importlib.import_module("probe")


@pytest.fixture
def measured(probe, monkeypatch):
    """Measure targets, in this process; a `home` has a certificate, `silence` is in seconds.

    The ways around a proxy are tried if there are `fields`, the names that its configuration reads.
    `others` are what else the probe takes.
    """

    def measure(*targets, further=(), prefixes=(), home=None, silence=None, fields=None, **others):
        with monkeypatch.context() as patch:
            if home is not None:
                patch.setattr(importlib.import_module("reach"), "DOCKER", f"{home}/.docker")
            if silence is not None:
                patch.setattr(importlib.import_module("handshake"), "ANSWER_LIMIT", silence)
            tried = Targets(list(targets), list(further))
            request = exposure.probe_request(tried, prefixes, **requests(fields), **others)
            return exposure.parse_probe_answer("client", probe.measure_all(request), TOKEN)

    return measure


def requests(fields=None):
    """The requests of provision/probe, for a proxy that reads these headers and the like."""
    return {
        "bypasses": probe_data.bypasses(package_data(), ADDRESSES, fields) if fields else [],
        "changes": probe_data.changes(package_data()),
        "certificates": certificates_of_strangers(),
    }
