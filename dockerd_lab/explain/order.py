"""Sorts known errors by importance: a cause before its consequences, whatever the log's order."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from dockerd_lab.explain.model import KnownError

Item = TypeVar("Item")

_KINDS = {"start": 0, "reach": 1, "consequence": 2, "warning": 3}


def by_importance(
    items: Iterable[Item], error_of: Callable[[Item], tuple[str, KnownError]]
) -> list[Item]:
    """Return the items, causes first; `error_of` returns an item's id and known error.

    An item comes after those that mask it. Otherwise what stops the daemon comes before what stops
    a client, warnings come last, and equals keep their order.

    >>> from dockerd_lab.explain.model import known_errors
    >>> found = ["start-limit-hit", "hosts-flag-file-conflict"]
    >>> by_importance(found, lambda name: (name, known_errors()[name]))
    ['hosts-flag-file-conflict', 'start-limit-hit']
    """
    remaining = list(items)
    ordered = []
    while remaining:
        masked = {name for item in remaining for name in error_of(item)[1].masks}
        # Should two mask each other, the known errors are wrong, but nothing is lost.
        free = [item for item in remaining if error_of(item)[0] not in masked] or remaining
        first = min(free, key=lambda item: _KINDS[error_of(item)[1].kind])
        ordered.append(first)
        remaining.remove(first)
    return ordered
