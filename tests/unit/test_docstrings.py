"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import dockerd_lab


def test_examples():
    """What differs is printed; pytest shows it."""
    failed = {}
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    for module in pkgutil.walk_packages(dockerd_lab.__path__, "dockerd_lab."):
        if module.name.endswith("__main__"):
            continue
        # To run a docstring takes long, also one without any examples.
        found = finder.find(importlib.import_module(module.name))
        if count := sum(runner.run(each).failed for each in found if each.examples):
            failed[module.name] = count
    assert failed == {}
