"""Fixtures: provision/probe.py as a module, measuring targets in the tests' own process."""

import importlib

import pytest
from docker_api import TOKEN

from dockerd_lab.observe import exposure
from dockerd_lab.project import package_data

#: The probe's names for what a line on its standard input holds.
NAMES = ("TARGETS", "FURTHER", "TOKEN_FILE", "PREFIXES", "PRETENDED_ADDRESSES")


@pytest.fixture
def probe(monkeypatch, tmp_path):
    """The probe and what it imports as modules, with a home that has no certificate."""
    monkeypatch.syspath_prepend(package_data() / "provision")
    monkeypatch.setattr(importlib.import_module("reach"), "DOCKER", str(tmp_path / "nothing"))
    return importlib.import_module("probe")


@pytest.fixture
def measured(probe, monkeypatch):
    """Measure targets, in this process; a `home` has a certificate, `silence` is in seconds."""

    def measure(*targets, further=(), prefixes=(), pretended=(), home=None, silence=None):
        with monkeypatch.context() as patch:
            if home is not None:
                patch.setattr(importlib.import_module("reach"), "DOCKER", f"{home}/.docker")
            if silence is not None:
                patch.setattr(importlib.import_module("handshake"), "ANSWER_LIMIT", silence)
            request = exposure.probe_request(targets, further, prefixes, pretended)
            for name, value in zip(NAMES, request, strict=True):
                patch.setattr(probe, name, value, raising=False)
            results = probe.measure_all(probe.TARGETS, probe.FURTHER)
            return exposure.parse_probe_answer("client", results, TOKEN)

    return measure
