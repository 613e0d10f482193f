"""Validates a user's configuration: prepares it, tries it on the machines, and judges it."""
