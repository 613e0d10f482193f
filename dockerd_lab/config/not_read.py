"""Defines the error of a strict reader."""


class NotRead(ValueError):
    """Raised for a text that a reader does not know; the message says where, or what it is."""
