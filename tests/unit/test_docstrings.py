"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import dockerd_lab

MODULES = [m.name for m in pkgutil.walk_packages(dockerd_lab.__path__, "dockerd_lab.")]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples(name):
    seen = doctest.testmod(importlib.import_module(name))
    assert seen.failed == 0
