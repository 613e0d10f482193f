"""Observes the machines after a configuration was applied; it does not judge."""
