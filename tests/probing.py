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
#: How long the probe waits here, in seconds: for what stands behind a proxy, and between requests.
WAITS = {
    "backend.BACKEND_LIMIT": 0.1,
    "backend.PAUSE": 0.02,
    "limiter.PAUSES": (0.02, 0.03, 0.05),
    "limiter.MAX_PAUSES": 0.5,
}
#: The probe does not wait for a limit of requests.
NO_PATIENCE = {"limiter.MAX_KNOWN_PAUSES": 0, "limiter.MAX_PATIENT_PAUSES": 0}


def silence(seconds):
    """How long a target may say nothing, for `waits`."""
    return {"handshake.ANSWER_LIMIT": seconds}


def patience(seconds):
    """How long the probe waits for what stands behind a proxy, for `waits`."""
    return {"backend.BACKEND_LIMIT": seconds}


@pytest.fixture
def probe(monkeypatch, tmp_path):
    """The probe and what it imports as modules, with a home that has no certificate."""
    monkeypatch.syspath_prepend(package_data() / "provision")
    monkeypatch.setattr(importlib.import_module("reach"), "DOCKER", str(tmp_path / "nothing"))
    return importlib.import_module("probe")


@pytest.fixture
def measured(probe, monkeypatch):
    """Measure targets, in this process; a `home` has a certificate.

    The ways around a proxy are tried if there are `fields`, the names that its configuration reads.
    `waits` are limits in seconds that differ from `WAITS`; `others` are what else the probe takes.
    """

    def measure(*targets, further=(), prefixes=(), home=None, waits=None, fields=None, **others):
        with monkeypatch.context() as patch:
            if home is not None:
                patch.setattr(importlib.import_module("reach"), "DOCKER", f"{home}/.docker")
            for name, seconds in (WAITS | (waits or {})).items():
                module, _, constant = name.partition(".")
                patch.setattr(importlib.import_module(module), constant, seconds)
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
