"""The decoded network of a center: an ordinary ReLU network (Theorem 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Array, Arrays, Metadata, Rows
from cutplane.fields import floats, whole
from cutplane.network.base import Network, checked_rows, row_chunks
from cutplane.network.pruning import Pruned, Scope, fewer_units
from cutplane.space.gate_tree import GateTree
from cutplane.space.inputs import Inputs


@dataclass(frozen=True)
class ReluNetwork(Network):
    """A fully connected ReLU network without hidden biases.

    Attributes
    ----------
    weights : tuple of ndarray
        Layer matrices W_1 (d, m_1), ..., W_{n+1} (m_n, 1), where d is the width of the inputs.
        One matrix (d, 1) alone is a linear model.
    inputs : Inputs
        What the first layer reads of a row.
    """

    kind: ClassVar[str] = "relu"

    weights: tuple[Array, ...]
    inputs: Inputs

    @property
    def n_units(self) -> int:
        """Hidden units of all layers."""
        return sum(w.shape[1] for w in self.weights[:-1])

    def __call__(self, X: Rows) -> Array:
        """Scores of rows.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n,)
        """
        X = checked_rows(X, self.n_features)
        first = self.weights[0]
        slopes, rest = np.split(first, [self.n_features])
        if sparse.issparse(X):  # SciPy would copy a transposed matrix for every chunk
            slopes = np.ascontiguousarray(slopes)
        out = np.empty(X.shape[0])
        for chunk in row_chunks(X.shape[0], first.shape[1]):
            hidden = X[chunk] @ slopes + self.inputs.appended(X[chunk]) @ rest
            for layer in self.weights[1:]:
                hidden = np.maximum(hidden, 0) @ layer
            out[chunk] = hidden[:, 0]
        return out

    @classmethod
    def from_tree(cls, tree: GateTree, leaf_weights: Array, inputs: Inputs) -> ReluNetwork:
        """Decode leaf weights (m_1, d), multiplicities as weights (mathematics (10.1))."""
        weights: list[Array] = [leaf_weights.T]
        for level, layer in enumerate(tree.layers):
            parents = tree.n_nodes[level] // layer.width
            signed = (layer.sign * layer.count)[:, None]
            weights.append(np.asarray(np.kron(np.eye(parents), signed), dtype=np.float64))
        return cls(tuple(weights), inputs)

    def minus(self, other: ReluNetwork) -> ReluNetwork:
        """Network whose score is this one's minus the other's, of the same depth."""
        first, *rest = zip(self.weights, other.weights, strict=True)
        if not rest:
            return ReluNetwork((first[0] - first[1],), self.inputs)
        inner = [scipy.linalg.block_diag(a, b) for a, b in rest[:-1]]
        last = np.vstack([rest[-1][0], -rest[-1][1]])
        return ReluNetwork((np.hstack(first), *inner, last), self.inputs)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the network."""
        arrays: Arrays = {f"weights_{i}": w for i, w in enumerate(self.weights)}
        own = {"kind": self.kind, "n_layers": len(self.weights)}
        return arrays, own | self.inputs.to_metadata()

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> ReluNetwork:
        """Inverse of :meth:`to_arrays`."""
        inputs, weights = Inputs.from_metadata(metadata), list[Array]()
        n_layers, width = whole(metadata, "n_layers", low=1, high=len(arrays)), inputs.width
        for i in range(n_layers):
            n_units = 1 if i == n_layers - 1 else None
            weights.append(floats(arrays, f"weights_{i}", (width, n_units)))
            width = weights[-1].shape[1]
        return cls(tuple(weights), inputs)

    def _pruned(self, tol: float, scope: Scope) -> Pruned[ReluNetwork]:
        weights, bound = fewer_units(self.weights, tol, scope)
        left = replace(self, weights=weights)
        return Pruned(left, left.n_units, self.n_units - left.n_units, bound)
