"""How often a visitor may ask, and how much: leaky buckets, and the sizes of what is read."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from cutplane.app.web.refusals import Refusal

#: Visitors remembered; of more, the one that was quiet longest is forgotten.
_MOST_KEYS = 10_000


@dataclass(frozen=True)
class Rate:
    """Requests on average, and at once.

    Attributes
    ----------
    per_second : float
    burst : float
    """

    per_second: float
    burst: float


@dataclass(frozen=True)
class Limits:
    """What the server takes from one visitor.

    Attributes
    ----------
    person : Rate
        Requests of one person. The quickest people answer three questions a second.
    address : Rate
        Requests of one address, which a team may share.
    guesses : Rate
        Tokens and invitations of one address that were none.
    head_bytes, form_bytes, grid_bytes, image_bytes : int
        Of the address and all headers together, of a form, of the form that answers many rows, and
        of a picture.
    body_seconds : float
        Until a form has come.
    """

    person: Rate = Rate(20.0, 100.0)
    address: Rate = Rate(100.0, 500.0)
    guesses: Rate = Rate(0.1, 10.0)
    head_bytes: int = 16 * 1024
    form_bytes: int = 64 * 1024
    grid_bytes: int = 1024 * 1024
    image_bytes: int = 20 * 1024 * 1024
    body_seconds: float = 10.0


class Buckets:
    """One bucket for each visitor; each request is a drop, and what is full refuses.

    Parameters
    ----------
    rate : Rate
    clock : callable, default=time.monotonic
        Seconds.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic):
        self._rate, self._clock, self._lock = rate, clock, Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count a request; Refusal with 429 and ``Retry-After`` where there were too many."""
        self.check(key, more=1.0)

    def check(self, key: str, *, more: float = 0.0) -> None:
        """Refuse as :meth:`take` does, counting ``more`` requests where there is room for them."""
        with self._lock:
            now = self._clock()
            level, before = self._levels.get(key, (0.0, now))
            level = max(0.0, level - (now - before) * self._rate.per_second)
            over = level + 1.0 - self._rate.burst
            if over <= 0.0 and more:
                self._levels[key] = (level + more, now)
                self._levels.move_to_end(key)
                if len(self._levels) > _MOST_KEYS:
                    self._levels.popitem(last=False)
        if over > 0.0:
            seconds = max(1, math.ceil(over / self._rate.per_second))
            raise Refusal(
                429,
                f"too many requests at once; wait {seconds} s, then go on",
                {"Retry-After": str(seconds)},
            )
