"""Reproduces a known failure on the machines, and fixes it."""
