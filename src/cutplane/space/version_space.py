"""The version space: all leaf weights of an arrangement that agree with the labels.

Rows are scaled to unit length inside: a cut and its barrier's center do not depend on the
length of its row, and the solver is better conditioned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.utils.extmath import row_norms

from cutplane._types import Array, Arrays, Metadata, Pattern, Rows
from cutplane.encoding import plain, read
from cutplane.errors import InvalidInputError
from cutplane.space.arrangement import Arrangement
from cutplane.space.cuts import HalfspaceCuts, PredictionCuts, SlabCuts
from cutplane.space.gate_tree import GateTree
from cutplane.space.kernel import gate_kernel


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
    y : ndarray of shape (k,)
        Labels, -1 or +1 (regression: targets).
    depth : ndarray of shape (k,)
        Offsets of the cuts (classification); 0 is neutral.
    patterns : tuple of ndarray
        Entry l of shape (k, P_{l+1}).
    epsilon : float or None
        Half-width of the slabs; None for classification.
    cost : float
        Elastic price C, in units of a hard cut's multiplier (mathematics 4).
    radius : float
        Radius R of the ball.
    gated : bool
        Without sign rows (mathematics 5).
    """

    arrangement: Arrangement
    rows: Array
    y: Array
    depth: Array
    patterns: tuple[Pattern, ...] = field(repr=False)
    epsilon: float | None = None
    cost: float = np.inf
    radius: float = 1.0
    gated: bool = False
    _tree: GateTree | None = field(default=None, repr=False)

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
        space = cls._unlabelled(arrangement, None, cost, radius, gated)
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
        return cls._unlabelled(arrangement, epsilon, cost, radius, gated).with_labels(X, y)

    @classmethod
    def _unlabelled(
        cls,
        arrangement: Arrangement,
        epsilon: float | None,
        cost: float,
        radius: float,
        gated: bool,
    ) -> VersionSpace:
        rows = np.empty((0, arrangement.n_inputs))
        patterns = tuple(np.empty((0, p), dtype=np.uint8) for p in arrangement.n_patterns)
        none = np.empty(0)
        return cls(arrangement, rows, none, none, patterns, epsilon, cost, radius, gated)

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
        return replace(
            self,
            rows=np.vstack([self.rows, rows]),
            y=np.concatenate([self.y, y]),
            depth=np.concatenate([self.depth, depth]),
            patterns=patterns,
            _tree=None,
        )

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the version space."""
        arrays: Arrays = {"rows": self.rows, "y": self.y, "depth": self.depth}
        layers = zip(self.arrangement.gates, self.patterns, strict=True)
        for level, (gate, pattern) in enumerate(layers):
            arrays[f"gates_{level}"], arrays[f"patterns_{level}"] = gate, pattern
        names = ("epsilon", "cost", "radius", "gated")
        return arrays, {name: plain(name, getattr(self, name)) for name in names} | {
            "n_layers": len(self.patterns),
            "n_features": self.arrangement.n_features,
            "fit_intercept": self.arrangement.fit_intercept,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> VersionSpace:
        """Inverse of :meth:`to_arrays`; ValueError for arrays whose shapes do not fit."""
        levels = range(metadata["n_layers"])
        gates = tuple(arrays[f"gates_{level}"] for level in levels)
        patterns = tuple(arrays[f"patterns_{level}"] for level in levels)
        arrangement = Arrangement(gates, metadata["fit_intercept"], metadata["n_features"])
        rows, y, depth = (arrays[name] for name in ("rows", "y", "depth"))
        shapes = [a.shape for a in (rows, y, depth, *patterns)]
        k = rows.shape[0]
        expected = [(k, arrangement.n_inputs), (k,), (k,)]
        expected += [(k, n_patterns) for n_patterns in arrangement.n_patterns]
        if shapes != expected:
            raise ValueError(f"rows, labels and patterns of shapes {shapes}, expected {expected}")
        names = ("epsilon", "cost", "radius", "gated")
        own = {name: read(metadata[name]) for name in names}
        return cls(arrangement, rows, y, depth, patterns, **own)

    def cleared(self) -> VersionSpace:
        """The version space before any label."""
        return self._unlabelled(self.arrangement, self.epsilon, self.cost, self.radius, self.gated)

    def relabelled(self, y: ArrayLike, depth: ArrayLike = 0.0) -> VersionSpace:
        """The same rows with other labels (k,) and depths; tree and Gram matrix are shared."""
        y = np.asarray(y, dtype=float)
        depth = np.broadcast_to(np.asarray(depth, dtype=float), y.shape)
        return replace(self, y=y, depth=depth, _tree=self.tree)

    @cached_property
    def tree(self) -> GateTree:
        """Gate tree of the unit rows."""
        if self._tree is not None:
            return self._tree
        return GateTree.from_patterns(self.rows / self.lengths[:, None], self.patterns)

    @cached_property
    def cuts(self) -> PredictionCuts:
        """What the labels say about the prediction of the *unit* rows.

        Prices are in units of a typical hard multiplier (mathematics 4). On the ball alone f
        is a centred variable whose variance is the number of units that are on. A hard
        halfspace then has a multiplier of 1 / standard deviation. The force that moves f
        by one unit of the target is tau / variance, where the sign rows have pushed the
        weights against the ball until its curvature tau is about their number.
        """
        units = np.maximum(self.prior_variance(self.patterns, self.tree.rows), 1.0)
        if self.epsilon is None:
            return HalfspaceCuts(self.y, self.cost / np.sqrt(units), self.depth)
        tau = (self.n_sign_rows + 2) / self.radius**2
        price = self.cost * tau / (units * self.lengths)
        return SlabCuts(self.y / self.lengths, self.epsilon / self.lengths, price)

    @cached_property
    def lengths(self) -> Array:
        """Lengths of the labelled rows, constant included; (k,)."""
        return _lengths(self.rows)

    @property
    def n_rows(self) -> int:
        """Number k of cuts."""
        return self.rows.shape[0]

    @property
    def n_weights(self) -> int:
        """Number N of leaf weights."""
        return self.arrangement.n_leaves * self.rows.shape[1]

    @property
    def is_cone(self) -> bool:
        """Classification: the cuts do not fix the scale of the weights."""
        return self.epsilon is None

    @property
    def has_sign_rows(self) -> bool:
        """Neither linear nor gated."""
        return bool(self.arrangement.gates) and not self.gated

    @property
    def multiplicity(self) -> tuple[Array, ...]:
        """How many units each node with sign rows stands for, innermost first; () without any.

        A gated network's nodes are never written out: there can be more of them than memory.
        """
        return self.tree.multiplicity if self.has_sign_rows else ()

    @property
    def n_sign_rows(self) -> float:
        """Number of sign rows, those of every unit counted."""
        return self.n_rows * sum(float(count.sum()) for count in self.multiplicity)

    @cached_property
    def kernel(self) -> Array | None:
        """Covariance of the prediction without sign rows; None where there are some."""
        if self.has_sign_rows:
            return None
        return self.gate_kernel(self.patterns, self.tree.rows)

    def gate_kernel(self, patterns: Sequence[Pattern], rows: Rows) -> Array:
        """Covariance of f between rows and the labelled unit rows (mathematics 5).

        Parameters
        ----------
        patterns : sequence of ndarray
            Entry l of shape (n, P_{l+1}): patterns of the rows.
        rows : array or CSR matrix of shape (n, d)
            Rows with their constant.

        Returns
        -------
        ndarray of shape (n, k)
        """
        return gate_kernel(patterns, rows, self.patterns, self.tree.rows)

    def prior_variance(self, patterns: Sequence[Pattern], rows: Rows) -> Array:
        """Variance of f on rows before any cut, ``|x|^2`` times the units that are on; (n,)."""
        variance = row_norms(rows, squared=True)
        for pattern in patterns:
            variance = variance * 2 * pattern.sum(axis=1)
        return variance

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
