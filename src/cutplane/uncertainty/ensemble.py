"""What the networks of a version space say of a row: shares of votes and deviations.

The networks are samples of the version space, or, where sampling would take long, a normal
law around the center. Either way the scores of a row are a mixture of normal laws
(:class:`ScoreLaw`), from which probabilities and deviations follow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.special import ndtr

from cutplane._types import Array, Rows
from cutplane.errors import InvalidInputError
from cutplane.newton.center import Center
from cutplane.newton.whitening import Whitening
from cutplane.samplers import Samples, sample
from cutplane.space.version_space import VersionSpace

#: Networks drawn by default, burn-in of cones with and without sign rows and of slabs, chains.
N_SAMPLES = 256
_BURN_IN = {"sign rows": 8, "halfspaces": 10, "slabs": 50}
_CHAINS = 32
#: Sizes of classifications up to which they are drawn within about a second (decision 0068):
#: scores times leaves times the square of ten more than the labels, scores times labels squared.
MAX_WITH_SIGN_ROWS = 50_000
MAX_WITHOUT_SIGN_ROWS = 150_000
#: Draws that stand for a normal law where only counting votes will do.
_NORMAL_DRAWS = 256
#: Scores held at once.
_CHUNK_ENTRIES = 2**22
#: Variances below this share of the prior's are rounding errors.
_ROUNDING = 1e-10


@dataclass(frozen=True)
class ScoreLaw:
    """Scores of n rows under a mixture of S normal laws with equal weights.

    Attributes
    ----------
    mean : ndarray of shape (S, n, q)
        q scores of each row: one, or one for each class.
    deviation : ndarray of shape (S, n, q), or one that broadcasts to it
        0 where the network of a component is known on the row.
    noise : ndarray of shape (D, q)
        Standard normal numbers behind :meth:`draws`, the same for every row; D is a
        multiple of S, or S = 1.
    """

    mean: Array
    deviation: Array
    noise: Array = field(repr=False)

    @property
    def std(self) -> Array:
        """Standard deviation of each score; (n, q)."""
        inside = np.broadcast_to(self.deviation**2, self.mean.shape).mean(axis=0)
        return np.sqrt(inside + self.mean.var(axis=0))

    @property
    def positive(self) -> Array:
        """Probability that each score is positive, a zero counting half; (n, q)."""
        away = np.where(self.mean == 0, 0.0, np.copysign(np.inf, self.mean))
        deviation = np.broadcast_to(self.deviation, self.mean.shape)
        ratio = np.divide(self.mean, deviation, out=away, where=deviation > 0)
        return np.asarray(ndtr(ratio).mean(axis=0))

    @property
    def draws(self) -> Array:
        """Scores of D networks; (D, n, q)."""
        return np.asarray(self.mean + self.deviation * self.noise[:, None, :])

    @property
    def shares(self) -> Array:
        """Share of the networks that predict each class; (n, 2), or (n, q) for q > 1."""
        if self.mean.shape[2] == 1:
            positive = self.positive[:, 0]
            return np.column_stack([1 - positive, positive])
        votes = self.draws.argmax(axis=2)
        return np.stack([(votes == c).mean(axis=0) for c in range(self.mean.shape[2])], axis=1)


class Model(Protocol):
    """What the normal law needs of an estimator."""

    def scores(self, X: Rows, model: str | None = None) -> Array:
        """Scores of rows; (n,) or (n, n_scores)."""
        ...

    def spread(self, X: Rows) -> Array:
        """Standard deviation of the scores over the version space; same shape."""
        ...


class Ensemble(ABC):
    """Networks of the version spaces of one estimator.

    Attributes
    ----------
    n_samples : int
        Networks sampled; 0 for the normal law.
    """

    def __init__(self, spaces: list[VersionSpace], n_samples: int, noise: Array):
        self.spaces, self.n_samples, self.noise = spaces, n_samples, noise

    @abstractmethod
    def law(self, X: Rows) -> ScoreLaw:
        """Scores of rows (n, n_features)."""

    def over(self, X: Rows, function: Callable[[ScoreLaw], Array]) -> Array:
        """A function of the scores' law, (n, ...), some rows at a time."""
        size = max(1, _CHUNK_ENTRIES // self.noise.size)
        starts = range(0, X.shape[0], size)
        return np.concatenate([function(self.law(X[begin : begin + size])) for begin in starts])

    def std(self, X: Rows) -> Array:
        """Standard deviation of the scores; (n, q)."""
        return self.over(X, lambda law: law.std)

    def shares(self, X: Rows) -> Array:
        """Share of the networks that predict each class; (n, n_classes)."""
        return self.over(X, lambda law: law.shares)

    @cached_property
    def labelled(self) -> Array:
        """The labelled rows; (k, n_features)."""
        return self.spaces[0].rows[:, : self.spaces[0].arrangement.n_features]

    @cached_property
    def unit(self) -> Array:
        """Mean absolute score of each network on the labelled rows; (D,)."""
        size = np.abs(self.law(self.labelled).draws).mean(axis=(1, 2))
        return np.where(size > 0, size, 1.0)


class NormalEnsemble(Ensemble):
    """The Laplace approximation in closed form: center's scores, spread of the gate kernel.

    See :func:`cutplane.uncertainty.spread.prediction_spread`.
    """

    def __init__(self, spaces: list[VersionSpace], model: Model, rng: np.random.Generator):
        half = rng.standard_normal((_NORMAL_DRAWS // 2, len(spaces)))
        super().__init__(spaces, 0, np.concatenate([half, -half]))
        self._model = model

    def law(self, X: Rows) -> ScoreLaw:
        shape = (1, X.shape[0], len(self.spaces))
        scores, spread = self._model.scores(X, "center"), self._model.spread(X)
        return ScoreLaw(scores.reshape(shape), spread.reshape(shape), self.noise)


class SampledEnsemble(Ensemble):
    """Networks drawn from each version space.

    With sign rows a network's decoded ReLU form is evaluated. Without them its gated form
    is, and what no label restricts is integrated out: given its values on the labelled
    rows, the score of another row is normal, by the gate kernel of mathematics 5.
    """

    def __init__(
        self,
        spaces: list[VersionSpace],
        centers: list[Center],
        n_samples: int,
        rng: np.random.Generator,
    ):
        super().__init__(spaces, n_samples, rng.standard_normal((n_samples, len(spaces))))
        first = spaces[0]
        kind = "halfspaces" if first.cuts.is_cone else "slabs"
        kind = "sign rows" if first.operator.layers else kind
        options: dict[str, int] = {"burn_in": _BURN_IN[kind], "n_chains": _CHAINS}
        self._samples = [
            sample(space, n_samples, rng, start=center, **options)
            for space, center in zip(spaces, centers, strict=True)
        ]

    def law(self, X: Rows) -> ScoreLaw:
        if self.spaces[0].operator.layers:
            mean = np.stack([samples.scores(X) for samples in self._samples], axis=2)
            return ScoreLaw(mean, np.zeros((1, 1, 1)), self.noise)
        own = [_kriging(samples, X, self._precision) for samples in self._samples]
        mean, deviation = (np.stack(parts, axis=2) for parts in zip(*own, strict=True))
        return ScoreLaw(mean, deviation, self.noise)

    @cached_property
    def _precision(self) -> Whitening:
        space = self.spaces[0]
        return Whitening.of(space.gate_kernel(space.patterns, space.tree.rows))


def _kriging(samples: Samples, X: Rows, white: Whitening) -> tuple[Array, Array]:
    """Mean (S, n) and deviation (S or 1, n) of gated networks given their labelled values."""
    space = samples.space
    patterns, rows = space.arrangement.patterns(X), space.arrangement.with_constant(X)
    cross = space.gate_kernel(patterns, rows) @ white.inverse.T
    prior = space.prior_variance(patterns, rows)
    variance = prior - np.einsum("nr,nr->n", cross, cross)
    variance[variance < _ROUNDING * prior] = 0.0
    state = samples.values @ white.inverse.T
    return state @ cross.T, np.sqrt(variance * _free_variance(samples, state)[:, None])


def _free_variance(samples: Samples, state: Array) -> Array:
    """Variance of a weight that no label restricts; (1,), between slabs (S,).

    On a cone weights are standard normal. Between slabs they are uniform in what the
    ball leaves: a coordinate of the n-ball of radius r has variance ``r^2 / (n + 2)``.
    """
    space = samples.space
    if space.cuts.is_cone:
        return np.ones(1)
    room = np.maximum(space.radius**2 - (state**2).sum(axis=1), 0.0)
    return room / (samples.n_weights - state.shape[1] + 2)


def draw_ensemble(
    spaces: list[VersionSpace],
    centers: list[Center],
    model: Model,
    n_samples: int | None,
    rng: np.random.Generator,
) -> Ensemble:
    """Networks of version spaces on the same rows, one space for each score.

    Parameters
    ----------
    spaces, centers : lists
    model : Model
        The estimator, for the normal law.
    n_samples : int, optional
        Networks to draw; 0 for the normal law. By default 256, or the normal law where
        they would take more than about a second, with q scores, L leaves and k labels:
        ``q L (k + 10)^2 > 50_000`` with sign rows and ``q k^2 > 150_000`` without. Regression
        is sampled without sign rows only; with them, its chains mix too slowly.
    rng : numpy.random.Generator

    Raises
    ------
    InvalidInputError
        ``n_samples`` is not a whole number, or negative.
    """
    if n_samples is None:
        n_samples = N_SAMPLES if _is_sampled(spaces) else 0
    if isinstance(n_samples, bool) or not isinstance(n_samples, (int, np.integer)) or n_samples < 0:
        raise InvalidInputError(
            f"n_samples={n_samples!r} arrived; give the number of networks to draw from the "
            "version space, 0 for the closed form, or None to let the size decide"
        )
    if n_samples == 0:
        return NormalEnsemble(spaces, model, rng)
    return SampledEnsemble(spaces, centers, int(n_samples), rng)


def _is_sampled(spaces: list[VersionSpace]) -> bool:
    """Whether networks are drawn when nobody says how many."""
    space, q = spaces[0], len(spaces)
    if not space.cuts.is_cone:
        return not space.operator.layers
    if space.operator.layers:
        return q * space.arrangement.n_leaves * (space.n_rows + 10) ** 2 <= MAX_WITH_SIGN_ROWS
    return q * space.n_rows**2 <= MAX_WITHOUT_SIGN_ROWS
