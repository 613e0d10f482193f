"""Provides the `dockerd-lab` command: a module per group of commands."""
