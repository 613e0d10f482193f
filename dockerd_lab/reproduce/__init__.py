"""Brings a failure about on the machines, shows it, and mends it."""
