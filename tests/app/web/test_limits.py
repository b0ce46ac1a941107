"""Buckets let so many requests through, and say when to come again."""

import pytest

from cutplane.app.web.limits import Buckets, Rate
from cutplane.app.web.refusals import Refusal


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def let_through(buckets, key, n):
    """How many of n requests pass."""
    passed = 0
    for _ in range(n):
        try:
            buckets.take(key)
        except Refusal:
            continue
        passed += 1
    return passed


def test_a_burst_and_then_the_rate():
    clock = Clock()
    buckets = Buckets(Rate(2.0, 5.0), clock)
    assert let_through(buckets, "a", 100) == 5
    clock.now += 1.0
    assert let_through(buckets, "a", 100) == 2
    clock.now += 1000.0
    assert let_through(buckets, "a", 100) == 5


def test_one_does_not_use_up_what_another_has():
    buckets = Buckets(Rate(1.0, 3.0), Clock())
    assert let_through(buckets, "a", 10) == 3
    assert let_through(buckets, "b", 10) == 3


def test_the_refusal_says_when_to_come_again():
    clock = Clock()
    buckets = Buckets(Rate(0.1, 1.0), clock)
    buckets.take("a")
    with pytest.raises(Refusal) as caught:
        buckets.take("a")
    assert caught.value.status == 429
    assert caught.value.headers == {"Retry-After": "10"}
    clock.now += 10.0
    buckets.take("a")


def test_looking_counts_nothing():
    buckets = Buckets(Rate(0.1, 1.0), Clock())
    for _ in range(10):
        buckets.check("a")
    buckets.take("a")
    with pytest.raises(Refusal):
        buckets.check("a")


def test_visitors_without_number_fill_no_memory(monkeypatch):
    monkeypatch.setattr("cutplane.app.web.limits._MOST_KEYS", 10)
    buckets = Buckets(Rate(1.0, 1.0), Clock())
    for key in range(100):
        buckets.take(str(key))
    assert len(buckets._levels) == 10
    assert let_through(buckets, "99", 1) == 0
