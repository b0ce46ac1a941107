"""How many threads BLAS may use: one, where every product is small."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager:
    """Context in which BLAS uses one thread: a second one gains little and waits busily.

    The number is global to the process. Threads that enter the context side by side would
    restore each other's numbers, so enter it before they start.
    """
    return _controller().limit(limits=1, user_api="blas")


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
