"""Reads configuration files: turns texts by path into a DeclaredConfig, without any machine."""
