"""Results that are computed when they are first asked for: once, whatever the threads."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TypeVar, cast

T = TypeVar("T")


class Kept:
    """Results by name; a thread that asks for one waits for another that computes it.

    A computation that fails is not kept: the next that asks tries again. Copies and pickles
    take along what is there.
    """

    def __init__(self) -> None:
        self._lock = RLock()  # one result may need another
        self._results: dict[str, object] = {}

    def get(self, name: str, compute: Callable[[], T]) -> T:
        """The result of that name, by ``compute()`` where there is none yet."""
        with self._lock:
            if name not in self._results:
                self._results[name] = compute()
            return cast(T, self._results[name])

    def __getstate__(self) -> dict[str, object]:
        with self._lock:  # which itself cannot be copied
            return dict(self._results)

    def __setstate__(self, results: dict[str, object]) -> None:
        self._lock, self._results = RLock(), results
