"""Effective sample size and split R-hat of several chains."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array


@dataclass(frozen=True)
class Diagnostics:
    """How well the chains mixed, over scalar functions of the state.

    Attributes
    ----------
    ess : ndarray of shape (q,)
        Effective sample size of the mean of each function, all chains together.
    r_hat : ndarray of shape (q,)
        Split R-hat of each function; near 1 when the chains agree.
    acceptance : float
        Share of proposals taken.
    n_sweeps : int
        Sweeps over the whole state, per chain, burn-in included.
    """

    ess: Array = field(repr=False)
    r_hat: Array = field(repr=False)
    acceptance: float
    n_sweeps: int

    @property
    def min_ess(self) -> float:
        """Smallest effective sample size."""
        return float(self.ess.min(initial=np.inf))

    @property
    def max_r_hat(self) -> float:
        """Largest split R-hat."""
        return float(self.r_hat.max(initial=1.0))

    @classmethod
    def of(cls, traces: Array, acceptance: float, n_sweeps: int) -> Diagnostics:
        """Diagnose traces of shape (n_chains, n_draws, q)."""
        return cls(effective_sample_size(traces), split_r_hat(traces), acceptance, n_sweeps)


def split_r_hat(traces: Array) -> Array:
    """Potential scale reduction of chains cut in halves.

    Parameters
    ----------
    traces : ndarray of shape (n_chains, n_draws, q)

    Returns
    -------
    ndarray of shape (q,)
        NaN with fewer than four draws, infinite when the chains stand still apart.

    References
    ----------
    Gelman et al., Bayesian Data Analysis (2013), 11.4.
    """
    half = traces.shape[1] // 2
    if half < 2:
        return np.full(traces.shape[2], np.nan)
    halves = np.concatenate([traces[:, :half], traces[:, -half:]])
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    still = within <= 0
    ratio = (half - 1) / half + between / np.where(still, 1.0, within)
    frozen = np.where(between > 0, np.inf, 1.0)
    return np.sqrt(np.where(still, frozen, ratio))


def effective_sample_size(traces: Array) -> Array:
    """Effective sample size by Geyer's initial monotone sequence over all chains.

    Parameters
    ----------
    traces : ndarray of shape (n_chains, n_draws, q)

    Returns
    -------
    ndarray of shape (q,)
        At most ``n log10(n)``, n the number of draws (antithetic chains).

    References
    ----------
    Vehtari et al., "Rank-normalization, folding, and localization: an improved R-hat",
    Bayesian Analysis 16 (2021), section 3.2.
    """
    chains, draws, q = traces.shape
    total = chains * draws
    if draws < 4:
        return np.full(q, float(total))
    covariance = _autocovariance(traces).mean(axis=0)
    within = covariance[0] * draws / (draws - 1)
    between = traces.mean(axis=1).var(axis=0, ddof=1) if chains > 1 else 0.0
    variance = within * (draws - 1) / draws + between
    still = variance <= 0
    correlation = 1 - (within - covariance * draws / (draws - 1)) / np.where(still, 1, variance)
    correlation[0] = 1.0
    pairs = correlation[: draws // 2 * 2].reshape(-1, 2, q).sum(axis=1)
    pairs = np.where(np.cumprod(pairs > 0, axis=0), pairs, 0.0)
    pairs = np.minimum.accumulate(pairs, axis=0)
    time = np.maximum(2 * pairs.sum(axis=0) - 1, 1 / np.log10(max(total, 10)))
    return np.where(still, float(total), total / time)


def _autocovariance(traces: Array) -> Array:
    """Biased autocovariance of every chain by FFT; (n_chains, n_draws, q)."""
    draws = traces.shape[1]
    centred = traces - traces.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * draws, axis=1)
    return np.fft.irfft(np.abs(spectrum) ** 2, n=2 * draws, axis=1)[:, :draws] / draws
