"""The version space: all leaf weights of an arrangement that agree with the labels.

Rows are scaled to unit length inside: a cut and its barrier's center do not depend on the
length of its row, and the solver is better conditioned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cutplane.arrangement import Arrangement, Rows
from cutplane.cuts import HalfspaceCuts, PredictionCuts, SlabCuts
from cutplane.errors import InvalidInputError
from cutplane.gate_tree import GateTree

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VersionSpace:
    """Cuts of k labelled rows over the gate tree of an arrangement.

    Build it with :meth:`classification` or :meth:`regression`; it is immutable, and
    :meth:`with_labels` returns a new one.

    Attributes
    ----------
    arrangement : Arrangement
        The sampled gates.
    rows : ndarray of shape (k, d)
        Labelled rows with their constant. Rows of zeros are left out: every network
        predicts 0 there, so their label cannot cut.
    cuts : HalfspaceCuts or SlabCuts
        What the labels say about the prediction of the *unit* rows.
    radius : float
        Radius R of the ball.
    gated : bool
        Without sign rows (design 3.5).
    cost : float
        Elastic price C, in units of a hard cut's multiplier (design 3.4).
    epsilon : float or None
        Half-width of the slabs; None for classification.
    """

    arrangement: Arrangement
    rows: Array
    cuts: PredictionCuts
    radius: float = 1.0
    gated: bool = False
    cost: float = np.inf
    epsilon: float | None = None
    patterns: tuple[NDArray[np.uint8], ...] = field(default=(), repr=False)
    tree: GateTree = field(default=None, repr=False)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.tree is None or self.tree.n_rows != self.n_rows:
            unit = self.rows / _lengths(self.rows)[:, None]
            object.__setattr__(self, "tree", GateTree.from_patterns(unit, self.patterns))

    @classmethod
    def classification(
        cls,
        arrangement: Arrangement,
        X: Rows,
        y: ArrayLike,
        *,
        cost: float = np.inf,
        radius: float = 1.0,
        gated: bool = False,
        depth: ArrayLike = 0.0,
    ) -> VersionSpace:
        """Cuts ``y f(x) >= depth`` with the sign rows of x.

        Parameters
        ----------
        arrangement : Arrangement
        X : array-like of shape (k, n_features)
            Labelled rows, without the constant.
        y : array-like of shape (k,)
            Labels -1 or +1.
        cost : float, default=inf
            Elastic price; inf for the hard cuts of the paper.
        radius : float, default=1.0
        gated : bool, default=False
        depth : array-like, default=0.0
            Offset of each cut, in the solver's scale where a typical slack is 1:
            0 neutral, > 0 deep, < 0 shallow.
        """
        space = cls._unlabelled(
            arrangement, HalfspaceCuts(*np.empty((3, 0))), radius, gated, cost, None
        )
        return space.with_labels(X, y, depth=depth)

    @classmethod
    def regression(
        cls,
        arrangement: Arrangement,
        X: Rows,
        y: ArrayLike,
        *,
        epsilon: float,
        cost: float = np.inf,
        radius: float = 1.0,
        gated: bool = False,
    ) -> VersionSpace:
        """Slabs ``|f(x) - y| <= epsilon`` with the sign rows of x, inside the ball.

        Parameters are those of :meth:`classification`; ``y`` is real, and ``epsilon``
        and ``radius`` are in its units.
        """
        space = cls._unlabelled(
            arrangement, SlabCuts(*np.empty((3, 0))), radius, gated, cost, epsilon
        )
        return space.with_labels(X, y)

    @classmethod
    def _unlabelled(
        cls,
        arrangement: Arrangement,
        cuts: PredictionCuts,
        radius: float,
        gated: bool,
        cost: float,
        epsilon: float | None,
    ) -> VersionSpace:
        rows = np.empty((0, arrangement.n_inputs))
        patterns = tuple(np.empty((0, p), dtype=np.uint8) for p in arrangement.n_patterns)
        return cls(arrangement, rows, cuts, radius, gated, cost, epsilon, patterns)

    def with_labels(self, X: Rows, y: ArrayLike, *, depth: ArrayLike = 0.0) -> VersionSpace:
        """The version space after more labels; parameters as in :meth:`classification`."""
        X = X if sparse.issparse(X) else np.asarray(X, dtype=float)
        y = np.asarray(y, dtype=float)
        if X.ndim != 2 or X.shape[1] != self.arrangement.n_features or y.shape != (X.shape[0],):
            raise InvalidInputError(
                f"rows of shape {X.shape} and labels of shape {y.shape} arrived; expected "
                f"(k, {self.arrangement.n_features}) and (k,)"
            )
        rows = self.arrangement.with_constant(X)
        rows = rows.toarray() if sparse.issparse(rows) else rows
        kept = rows_that_cut(rows)
        new_patterns = [p[kept] for p in self.arrangement.patterns(X)]
        rows, y = rows[kept], y[kept]
        depth = np.broadcast_to(np.asarray(depth, dtype=float), kept.shape)[kept]
        patterns = tuple(
            np.vstack([old, new]) for old, new in zip(self.patterns, new_patterns, strict=True)
        )
        cuts = self.cuts.join(self._cuts_of(new_patterns, rows, y, depth))
        return replace(self, rows=np.vstack([self.rows, rows]), patterns=patterns, cuts=cuts)

    def relabelled(self, y: ArrayLike) -> VersionSpace:
        """The same rows with other labels (k,); the tree and its Gram matrix are shared."""
        y = np.asarray(y, dtype=float)
        return replace(self, cuts=self._cuts_of(self.patterns, self.rows, y, np.zeros(y.size)))

    def _cuts_of(
        self, patterns: Sequence[NDArray[np.uint8]], rows: Array, y: Array, depth: Array
    ) -> PredictionCuts:
        """Cuts with their prices in units of a typical hard multiplier (design 3.4).

        On the ball alone f is a centred variable whose variance is the number of units
        that are on. A hard halfspace then has a multiplier of 1 / standard deviation; the
        force that moves f by one unit of the target is 1 / variance.
        """
        units = np.ones(rows.shape[0])
        for pattern in patterns:
            units *= 2.0 * pattern.sum(axis=1)
        units = np.maximum(units, 1.0)
        if self.epsilon is None:
            return HalfspaceCuts(y, self.cost / np.sqrt(units), depth)
        length = _lengths(rows)
        price = self.cost * 2 / (self.radius**2 * units * length)
        return SlabCuts(y / length, self.epsilon / length, price)

    @cached_property
    def lengths(self) -> Array:
        """Lengths of the labelled rows, constant included; (k,)."""
        return _lengths(self.rows)

    @property
    def n_rows(self) -> int:
        """Number k of cuts."""
        return self.rows.shape[0]

    @property
    def is_cone(self) -> bool:
        """Classification: the cuts do not fix the scale of the weights."""
        return self.epsilon is None

    @property
    def has_sign_rows(self) -> bool:
        """Neither linear nor gated."""
        return bool(self.arrangement.gates) and not self.gated

    @cached_property
    def kernel(self) -> Array | None:
        """Covariance of the prediction without sign rows; None where there are some."""
        if self.has_sign_rows:
            return None
        kernel = self.tree.gram.copy()
        for layer in self.tree.layers:
            kernel *= (layer.mask.T * layer.count) @ layer.mask
        return kernel

    def slacks(self, weights: Array) -> tuple[Array, Array]:
        """Slacks of leaf weights (L, d), per unit row.

        Returns
        -------
        prediction : ndarray of shape (k,)
        sign : ndarray of shape (n_sign_rows,)
            All nodes of all layers, innermost layer first; empty without sign rows.
        """
        full = GateTree.without_classes(self.tree.rows, self.patterns)
        values, prediction = full.values(weights @ full.rows.T)
        signs = [
            layer.signed(value).ravel() for layer, value in zip(full.layers, values, strict=True)
        ]
        sign = np.concatenate(signs) if signs and self.has_sign_rows else np.empty(0)
        return self.cuts.slack(prediction), sign

    def contains(self, weights: Array, *, tol: float = 0.0) -> bool:
        """Whether leaf weights (L, d) satisfy every cut and lie in the ball."""
        prediction, sign = self.slacks(weights)
        inside = float(np.linalg.norm(weights)) <= self.radius * (1 + tol)
        worst = min(prediction.min(initial=np.inf), sign.min(initial=np.inf))
        return bool(inside and worst >= -tol)


def rows_that_cut(rows: Rows) -> NDArray[np.bool_]:
    """Rows (k, d), constant included, that are not all zero."""
    return (
        np.asarray(abs(rows).max(axis=1) > 0)
        if not sparse.issparse(rows)
        else (abs(rows).max(axis=1).toarray().ravel() > 0)
    )


def _lengths(rows: Array) -> Array:
    """Euclidean lengths that neither overflow nor underflow."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    safe = np.where(largest > 0, largest, 1.0)
    return largest * np.linalg.norm(rows / safe[:, None], axis=1)
