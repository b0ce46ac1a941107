"""How many threads BLAS may use: one, where every product is small."""

from __future__ import annotations

import functools
import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from threadpoolctl import LibController


def one_thread() -> AbstractContextManager[None]:
    """Context in which BLAS uses one thread: a second one gains little and waits busily.

    The number is global to the process. Any number of threads may be inside, and again inside
    themselves: the last one that leaves restores what the first one found.
    """
    return _LIMIT


class _OneThread(AbstractContextManager[None]):
    """The limit that all share who are inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._found: list[int] = []
        self._own = _Depth()

    def __enter__(self) -> None:
        self._own.depth += 1
        if self._own.depth > 1:
            return
        with self._lock:
            if self._n_inside == 0:
                self._found = [library.num_threads for library in _libraries()]
            self._n_inside += 1
            for library in _libraries():
                _set(library, 1)

    def __exit__(self, *_: object) -> None:
        self._own.depth -= 1
        if self._own.depth > 0:
            return
        with self._lock:
            self._n_inside -= 1
            for library, number in zip(_libraries(), self._found, strict=True):
                if self._n_inside == 0 or library.info().get("threading_layer") == "openmp":
                    _set(library, number)  # with OpenMP every thread has a number of its own


class _Depth(threading.local):
    """How often the thread that looks has entered."""

    depth = 0


_LIMIT = _OneThread()


def _set(library: LibController, number: int) -> None:
    # Since 3.8 threadpoolctl ignores all threads but the one that set a limit first, and so
    # would the last one that leaves be; who is inside is counted here.
    release = getattr(library, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)
    library.set_num_threads(number)
    if release is not None:
        release(force=True)


@functools.cache
def _libraries() -> list[LibController]:
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)
