"""A ReLU network of many features and few labelled rows, evaluated through their products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cutplane._types import Array, Rows
from cutplane.network.base import checked_rows, row_chunks
from cutplane.network.relu import ReluNetwork
from cutplane.space.gate_tree import GateTree


@dataclass(frozen=True)
class SpannedNetwork:
    """The decoded network of a center, with first-layer weights that are never written out.

    At a center they are combinations of the k labelled rows. Instead of n rows times d x m
    weights it computes the Gram matrix of the n and the k rows, from CSR rows a sparse
    product, and multiplies that by k x m forces.

    Attributes
    ----------
    rows : ndarray of shape (k, d)
        Labelled rows of unit length, with their constant.
    combined : ReluNetwork
        The network as a function of the products with these rows; no intercept.
    fit_intercept : bool
        Whether a constant 1 is appended to the rows.
    """

    rows: Array
    combined: ReluNetwork
    fit_intercept: bool

    @classmethod
    def from_tree(cls, tree: GateTree, forces: Array, *, fit_intercept: bool) -> SpannedNetwork:
        """Network whose leaf classes weigh the tree's rows by ``forces`` (m_1, k)."""
        combined = ReluNetwork.from_tree(tree, forces, fit_intercept=False)
        return cls(tree.rows, combined, fit_intercept)

    @staticmethod
    def pays(tree: GateTree) -> bool:
        """Whether the products take less than half the time of the weights."""
        (k, d), m = tree.rows.shape, tree.n_nodes[0] if tree.layers else 1
        return 2 * k * (d + m) < d * m

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features), an array or a CSR matrix; (n,)."""
        n_features = self.rows.shape[1] - self.fit_intercept
        X = checked_rows(X, n_features)
        slopes: Rows = self.rows[:, :n_features].T
        if sparse.issparse(X):
            slopes = sparse.csr_array(slopes)
        out = np.empty(X.shape[0])
        for chunk in row_chunks(X.shape[0], max(self.combined.weights[0].shape)):
            products = X[chunk] @ slopes
            products = products.toarray() if sparse.issparse(products) else products
            if self.fit_intercept:
                products += self.rows[:, -1]
            out[chunk] = self.combined(products)
        return out
