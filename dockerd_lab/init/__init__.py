"""Proposes the files with which a repository becomes a project of dockerd-lab."""
