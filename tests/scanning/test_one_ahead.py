"""Items are read one ahead, and no thread is left behind."""

import threading
import time

import pytest

from cutplane.scanning.ahead import one_ahead


def test_order_is_kept_and_the_next_item_is_made_meanwhile():
    made = []

    def items():
        for i in range(5):
            made.append(i)
            yield i

    seen = []
    for item in one_ahead(items()):
        seen.append(item)
        until = time.monotonic() + 5
        while len(made) < min(item + 2, 5) and time.monotonic() < until:
            time.sleep(0.001)
        assert len(made) == min(item + 2, 5)
    assert seen == list(range(5))


def test_errors_come_in_their_place():
    def items():
        yield 1
        raise OSError("the disk")

    found = one_ahead(items())
    assert next(found) == 1
    with pytest.raises(OSError, match="the disk"):
        next(found)


def test_stopping_early_waits_for_the_thread():
    before = threading.active_count()
    found = one_ahead(iter(range(1, 9)))
    assert next(found) == 1
    found.close()
    assert threading.active_count() == before
