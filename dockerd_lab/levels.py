"""Defines the levels of access to a daemon; the README explains them."""

from typing import Literal, get_args

#: The weakest level first.
Level = Literal[
    "filtered",
    "refused",
    "tls-required",
    "auth-required",
    "read-only",
    "writes",
    "full-control",
]
LEVELS: tuple[str, ...] = get_args(Level)
