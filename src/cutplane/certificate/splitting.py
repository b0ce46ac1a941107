"""Multilevel splitting: a rare set's probability as a product of likely ones (mathematics (7.6)).

Cuts are lowered until they cut nothing, then raised in levels, each of which keeps about a
quarter of the one before. Every level has fresh chains: those of the burn-in choose the
next level, the draws after it measure the share that is left there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats

from cutplane._types import Array, Index
from cutplane.samplers.chains import Paced, paced

#: Share of a level that the next one keeps.
_KEPT = 0.25
#: The last level is taken at once when it keeps this share.
_ENOUGH = 0.15


@dataclass(frozen=True)
class LogEstimate:
    """Logarithm of a measured volume, or of a ratio of volumes.

    Attributes
    ----------
    value : float
        Natural logarithm.
    variance : float
        Of ``value``, from the spread between independent chains.
    n_chains : int
    """

    value: float
    variance: float
    n_chains: int

    @property
    def ratio(self) -> float:
        """``exp(value)``."""
        return float(np.exp(self.value))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval of ``value``: Student's t over the chains."""
        half = stats.t.ppf((1 + level) / 2, self.n_chains - 1) * np.sqrt(self.variance)
        return float(self.value - half), float(self.value + half)

    def plus(self, other: LogEstimate, sign: float = 1.0) -> LogEstimate:
        """Sum with an independent estimate, or difference (``sign=-1``)."""
        return LogEstimate(
            self.value + sign * other.value, self.variance + other.variance, self.n_chains
        )


class LoweredChains(Paced, Protocol):
    """C chains of each of B problems, whose measured cuts are lowered.

    Attributes
    ----------
    slack : ndarray of shape (B, C)
        Least slack of the cuts that are measured.
    slope : ndarray of shape (B,)
        Most that the logarithm of the density falls per unit that the cuts are raised, of
        elastic cuts, which chains can violate at every level; 0 for hard ones.
    """

    @property
    def slack(self) -> Array: ...

    @property
    def slope(self) -> Array:
        """Most that the logarithm of the density falls; (B,)."""
        ...

    def sweep(self, rng: np.random.Generator, *, adapt: bool = False) -> None:
        """Move every chain once."""
        ...

    def gain(self, lowered: Array) -> Array:
        """Density with the cuts lowered by (B,) less, over the present one; (B, C)."""
        ...


#: Chains of some problems (indices) at some level (how far their cuts are lowered).
Start = Callable[[Index, Array], LoweredChains]


def split(
    start: Start,
    n_problems: int,
    rng: np.random.Generator,
    *,
    n_draws: int,
    burn_in: int,
) -> tuple[Array, Array]:
    """Log-probability that the measured cuts hold, for several problems side by side.

    Parameters
    ----------
    start : callable
        Gives chains at an interior point; a level of inf means cuts that cut nothing.
    n_problems : int
    rng : numpy.random.Generator
    n_draws : int
        Sweeps that measure, at every level.
    burn_in : int
        Sweeps before them.

    Returns
    -------
    value, variance : ndarray of shape (n_problems,)
        The variance is that of the chains' means, carried to the logarithm (delta method).
        It is never below that of one draw more or less.

    References
    ----------
    Kahn and Harris (1951); Diaconis and Holmes, "Three examples of Monte-Carlo Markov
    chains" (1995); Ross, Simulation (2012), 9.4.
    """
    value, variance = np.zeros(n_problems), np.zeros(n_problems)
    active, level = np.arange(n_problems), np.full(n_problems, np.inf)
    while active.size:
        chains = start(active, level)
        seen = []
        for done in paced(chains, burn_in):
            chains.sweep(rng, adapt=True)
            if 2 * (done + chains.pace) >= burn_in:
                seen.append(chains.slack)
        level = _next_level(np.stack(seen), chains.slope, level)
        share, draws = np.zeros_like(seen[0]), 0
        for _ in paced(chains, n_draws):
            chains.sweep(rng)
            share, draws = share + chains.gain(level), draws + 1
        mean, error = _mean_and_error(share / draws, draws)
        value[active] += np.log(mean)
        variance[active] += (error / mean) ** 2
        going = level > 0
        active, level = active[going], level[going]
    return value, variance


def _next_level(slack: Array, slope: Array, level: Array) -> Array:
    """How far each problem's cuts are lowered next, (B,), from slacks (n, B, C).

    The share of the draws inside decides, or the slope, whichever goes further: both keep
    enough, and the slope gets on where elastic cuts leave most draws outside.
    """
    enough, kept = np.quantile(slack, [1 - _ENOUGH, 1 - _KEPT], axis=(0, 2))
    by_share = np.where(enough >= 0, 0.0, np.maximum(-kept, 0.0))
    step = np.where(slope > 0, -np.log(_KEPT) / np.where(slope > 0, slope, 1.0), 0.0)
    return np.minimum(by_share, np.maximum(level - step, 0.0))


def _mean_and_error(share: Array, n_draws: int) -> tuple[Array, Array]:
    """Mean of the chains' shares (B, C) and its standard error, never quite 0; (B,) each."""
    n_chains = share.shape[1]
    resolution = 1 / (n_chains * n_draws)
    error = share.std(axis=1, ddof=1) / np.sqrt(n_chains)
    return np.maximum(share.mean(axis=1), resolution / 2), np.maximum(error, resolution)
