"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import dockerd_lab


def test_examples():
    """What differs is printed; pytest shows it."""
    failed = {}
    for module in pkgutil.walk_packages(dockerd_lab.__path__, "dockerd_lab."):
        if module.name.endswith("__main__"):
            continue
        if count := doctest.testmod(importlib.import_module(module.name)).failed:
            failed[module.name] = count
    assert failed == {}
