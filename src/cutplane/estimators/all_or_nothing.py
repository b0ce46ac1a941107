"""An object is changed as a whole, or left as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_or_nothing(changed: object) -> Iterator[None]:
    """Give an object its attributes back where the block fails, interruptions included.

    Attributes themselves must not change within the block: others may take their place.
    """
    before = dict(vars(changed))
    try:
        yield
    except BaseException:
        vars(changed).clear()
        vars(changed).update(before)
        raise
