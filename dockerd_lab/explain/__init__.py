"""Finds known errors (a YAML file each under known_errors/) in logs and pasted texts."""
