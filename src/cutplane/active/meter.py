"""How many rows of a stream may be bought, and which of those that pass are worth it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array

#: Rows that passed last, among which a row is ranked, and over which a budget left is spent.
WINDOW = 100
#: Share of the budget that is spent by chance.
CHANCE = 0.1

Bought = tuple[NDArray[np.bool_], "Meter"]


@dataclass(frozen=True)
class Meter:
    """What passed and what was bought; frozen, and of one size however many rows pass.

    Attributes
    ----------
    n_seen, n_bought : int
        Rows that passed, and those of them that were bought.
    recent : tuple of float
        Utilities of the last rows, up to 100; empty before there is a model.
    """

    n_seen: int = 0
    n_bought: int = 0
    recent: tuple[float, ...] = ()

    def after(self, utility: float | None, luck: float, budget: float) -> tuple[bool, Self]:
        """Whether one more row is bought, and the meter after it.

        It is bought where the budget allows, ``n_bought <= budget * n_seen + 1``, and its utility
        is among the best share of the last rows (mathematics (14.6)), or chance decides.

        Parameters
        ----------
        utility : float or None
            Larger is better; None before there is a model, when all that the budget allows is
            bought.
        luck : float
            Between 0 and 1, alike for all rows.
        budget : float
            Share of the rows that may be bought.
        """
        n_seen = self.n_seen + 1
        left = budget * n_seen - self.n_bought
        recent: tuple[float, ...] = ()
        is_wanted = utility is None or luck < CHANCE * budget
        if utility is not None:
            recent = (*self.recent[1 - WINDOW :], utility)
            is_wanted = is_wanted or utility >= _threshold(recent, left, budget)
        is_bought = left >= 0 and is_wanted
        return is_bought, type(self)(n_seen, self.n_bought + is_bought, recent)

    def over(self, utilities: Sequence[float | None], luck: Array, budget: float) -> Bought:
        """Which of several rows are bought, decided one after the other as :meth:`after` does."""
        meter, bought = self, np.zeros(len(luck), dtype=bool)
        for place, (utility, chance) in enumerate(zip(utilities, luck.tolist(), strict=True)):
            bought[place], meter = meter.after(utility, chance, budget)
        return bought, meter

    def extended(self, utilities: Sequence[float], n_bought: int) -> Self:
        """The meter after rows of these utilities passed, of which some were bought."""
        recent = (*self.recent, *utilities)[-WINDOW:]
        return type(self)(self.n_seen + len(utilities), self.n_bought + n_bought, recent)

    def with_more(self, passed: Any, n_bought: int) -> Self:
        """The meter after more rows passed, as an event says, of which some were bought.

        ValueError, TypeError or KeyError for what it cannot say.
        """
        n_passed, recent = passed["n_passed"], passed["recent"]
        if type(n_passed) is not int or n_passed < n_bought:
            raise ValueError(f"{n_bought} bought of {n_passed!r} rows that passed")
        if not isinstance(recent, list) or len(recent) > WINDOW:
            raise ValueError(f"utilities of other than up to {WINDOW} rows")
        if not all(type(one) is float and math.isfinite(one) for one in recent):
            raise TypeError("a utility is no finite number")
        return type(self)(self.n_seen + n_passed, self.n_bought + n_bought, tuple(recent))


def _threshold(recent: tuple[float, ...], left: float, budget: float) -> float:
    """Least utility among the share of rows that spends what is left over the next window.

    A reserve of two deviations of how many are bought in a window stays, so that good rows which
    come close together find a budget.
    """
    reserve = math.sqrt(2 * budget * (1 - budget) * WINDOW)
    share = min(max(budget + (left - reserve) / WINDOW, 0.0), 1.0)
    at = len(recent) - 1 - math.floor(share * (len(recent) - 1))
    return sorted(recent)[at]


def luck(seed: int, n_seen: int, n: int) -> Array:
    """Chance of the n rows that pass after so many others, whatever passes together; (n,)."""
    draws = np.random.Generator(np.random.Philox(key=seed, counter=n_seen)).random(4 * n)
    return draws[::4]  # a counter makes four numbers
