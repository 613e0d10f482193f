"""Reads configuration files: text by path in, a DeclaredConfig out. No machine, no harness."""
