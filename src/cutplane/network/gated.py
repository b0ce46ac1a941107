"""Gated networks: masks come from the sampled gates (mathematics 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Index, Metadata, Pattern, Rows
from cutplane.export.source import Part
from cutplane.fields import binary, floats, wholes
from cutplane.network.base import Network, checked_rows, row_chunks
from cutplane.network.plain import SHARPNESS, plain_of_kernel, plain_of_leaves
from cutplane.network.pruning import Pruned, Scope, affordable
from cutplane.network.relu import ReluNetwork
from cutplane.space.arrangement import Arrangement
from cutplane.space.inputs import Inputs


@dataclass(frozen=True)
class GatedNetwork(Network):
    """A gated network in its kernel form (mathematics (5.3)).

    ``f(x) = sum_i w_i (x . x_i) prod_l 2 <D_l(x), D_l(x_i)>`` over the labelled rows x_i,
    which equals the sum over all of its leaves at a cost that does not grow with them.

    Attributes
    ----------
    arrangement : Arrangement
        The gates.
    rows : ndarray of shape (k, d)
        Labelled rows, unit length, as the first layer reads them.
    coefficients : ndarray of shape (k,) or (k, n_scores)
        The multipliers w; one column for each score when several share the kernel.
    patterns : tuple of ndarray
        ``patterns[l]`` of shape (k, P_{l+1}).
    """

    kind: ClassVar[str] = "gated_relu"

    arrangement: Arrangement
    rows: Array
    coefficients: Array
    patterns: tuple[Pattern, ...]

    @property
    def inputs(self) -> Inputs:  # type: ignore[override]
        """What the first layer reads of a row."""
        return self.arrangement.inputs

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features); (n,) or (n, n_scores)."""
        X = checked_rows(X, self.n_features)
        own = [p.astype(np.float32) for p in self.patterns]
        out = np.empty((X.shape[0], *self.coefficients.shape[1:]))
        width = max([self.rows.shape[0], *self.arrangement.n_patterns])
        for chunk in row_chunks(X.shape[0], width):
            kernel = np.asarray(self.arrangement.inputs.of(X[chunk]) @ self.rows.T)
            new_patterns = self.arrangement.patterns(X[chunk])
            for new, mine in zip(new_patterns, own, strict=True):
                kernel *= 2 * (new.astype(np.float32) @ mine.T)
            out[chunk] = kernel @ self.coefficients
        return out

    def plain(self, X: Rows, *, sharpness: float = SHARPNESS) -> ReluNetwork:
        """A plain ReLU network that agrees with this one on the rows X (mathematics (13.3)).

        Every gated unit becomes the difference of two ReLUs. On other rows the two networks
        can differ, in a narrow strip along every gate, and by at most the sum of the absolute
        values of those gated units whose strips hold the row.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
            The labelled rows, or more. A gate that passes too near by one moves off it.
        sharpness : float, default=1024
            How many times narrower than a gate's values are wide its strip is, at least; as
            many times a unit's precision is lost (float32 keeps three or four digits of the
            score). 0 takes the least that the rows ask for.

        Returns
        -------
        ReluNetwork

        Raises
        ------
        InvalidInputError
            It would be too large, or a row lies on a gate that cannot move.
        """
        X = checked_rows(X, self.n_features)
        own = self.rows, self.coefficients, self.patterns
        return plain_of_kernel(self.arrangement, *own, X, sharpness)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays: Arrays = {"rows": self.rows, "coefficients": self.coefficients}
        for i, (gate, pattern) in enumerate(
            zip(self.arrangement.gates, self.patterns, strict=True)
        ):
            arrays[f"gates_{i}"], arrays[f"patterns_{i}"] = gate, pattern
        return arrays, {
            "kind": self.kind,
            "n_layers": len(self.patterns),
            **self.inputs.to_metadata(),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> GatedNetwork:
        """Inverse of :meth:`to_arrays`."""
        arrangement = Arrangement.from_arrays(arrays, metadata)
        rows = floats(arrays, "rows", (None, arrangement.n_inputs))
        k = rows.shape[0]
        coefficients = floats(arrays, "coefficients", (k,))
        widths = enumerate(arrangement.n_patterns)
        patterns = tuple(binary(arrays, f"patterns_{i}", (k, width)) for i, width in widths)
        return cls(arrangement, rows, coefficients, patterns)

    def _pruned(self, tol: float, scope: Scope) -> Pruned[GatedNetwork]:
        if scope.sample is None:
            reach = scope.linear(self.rows.T)
            for pattern in self.patterns:
                reach = reach * 2 * pattern.sum(axis=1)
        else:
            each = replace(self, coefficients=np.eye(self.rows.shape[0]))
            reach = np.abs(each(scope.sample[:, : self.n_features])).max(axis=0)
        stay, bound = affordable(np.abs(self.coefficients) * reach, tol)
        left = replace(
            self,
            rows=self.rows[stay],
            coefficients=self.coefficients[stay],
            patterns=tuple(pattern[stay] for pattern in self.patterns),
        )
        return Pruned(left, int(stay.sum()), int((~stay).sum()), bound)


@dataclass(frozen=True)
class GatedLeafNetwork(Network):
    """A gated network by its leaf weights, as the final solve gives it.

    ``f(x) = sum over leaf classes of sign * (on-gates of the class, layer by layer) * x . u``.

    Attributes
    ----------
    arrangement : Arrangement
        The gates.
    members : tuple of ndarray
        ``members[l]`` of shape (P_{l+1},): pattern class of each gate.
    leaf_weights : ndarray of shape (m_1, d)
        Weights of one leaf of each class, in the order of the gate tree.
    """

    kind: ClassVar[str] = "gated_leaves"

    arrangement: Arrangement
    members: tuple[Index, ...]
    leaf_weights: Array

    @property
    def inputs(self) -> Inputs:  # type: ignore[override]
        """What the first layer reads of a row."""
        return self.arrangement.inputs

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features); (n,)."""
        X = checked_rows(X, self.n_features)
        out = np.empty(X.shape[0])
        for chunk in row_chunks(X.shape[0], self.leaf_weights.shape[0]):
            rows = X[chunk]
            value = np.asarray(self.arrangement.inputs.of(rows) @ self.leaf_weights.T)
            patterns = self.arrangement.patterns(rows)
            for pattern, member in zip(patterns, self.members, strict=True):
                one_hot = np.eye(member.max() + 1)[member]
                signed = np.kron(pattern @ one_hot, np.array([1.0, -1.0]))
                grouped = value.reshape(value.shape[0], -1, signed.shape[1])
                value = np.einsum("npa,na->np", grouped, signed)
            out[chunk] = value[:, 0]
        return out

    def plain(self, X: Rows, *, sharpness: float = SHARPNESS) -> ReluNetwork:
        """A plain ReLU network that agrees on the rows X; see :meth:`GatedNetwork.plain`."""
        X = checked_rows(X, self.n_features)
        joined = Part.of(self).joined_leaves()
        return plain_of_leaves(self.arrangement, self.members, joined, X, sharpness)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays: Arrays = {"leaf_weights": self.leaf_weights}
        for i, (gate, member) in enumerate(zip(self.arrangement.gates, self.members, strict=True)):
            arrays[f"gates_{i}"], arrays[f"members_{i}"] = gate, member
        return arrays, {
            "kind": self.kind,
            "n_layers": len(self.members),
            **self.inputs.to_metadata(),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> GatedLeafNetwork:
        """Inverse of :meth:`to_arrays`."""
        arrangement = Arrangement.from_arrays(arrays, metadata)
        members = tuple(
            wholes(arrays, f"members_{i}", (width,), below=width)
            for i, width in enumerate(arrangement.n_patterns)
        )
        n_leaves = math.prod(2 * (int(member.max()) + 1) for member in members)
        leaf_weights = floats(arrays, "leaf_weights", (n_leaves, arrangement.n_inputs))
        return cls(arrangement, members, leaf_weights)

    def _pruned(self, tol: float, scope: Scope) -> Pruned[GatedLeafNetwork]:
        if not self.members:
            return Pruned(self, 0, 0, 0.0)
        sizes = [np.bincount(member) for member in self.members]
        cost = scope.linear(self.leaf_weights.T)
        for size in sizes[:-1]:  # innermost first: sum what lies below every node of the next layer
            cost = (cost.reshape(-1, 2 * size.size) * np.repeat(size, 2)).sum(axis=1)
        cost = cost * np.repeat(sizes[-1], 2)
        stay, bound = affordable(cost.reshape(-1, 2).sum(axis=1), tol)
        left = self._with_outer_classes(stay)
        n_left = left.members[-1].size
        return Pruned(left, n_left, self.members[-1].size - n_left, bound)

    def _with_outer_classes(self, stay: NDArray[np.bool_]) -> GatedLeafNetwork:
        """The network of some pattern classes of the outermost layer, with their leaves."""
        *inner, member = self.members
        *gates, gate = self.arrangement.gates
        kept = stay[member]
        blocks = self.leaf_weights.reshape(stay.size, -1, self.leaf_weights.shape[1])
        return replace(
            self,
            arrangement=replace(self.arrangement, gates=(*gates, gate[:, kept])),
            members=(*inner, (np.cumsum(stay) - 1)[member[kept]]),
            leaf_weights=blocks[stay].reshape(-1, blocks.shape[2]),
        )
