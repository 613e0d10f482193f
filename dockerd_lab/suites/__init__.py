"""Implements the pytest plugin: options, selection of cases, fixtures, the end of a run."""
