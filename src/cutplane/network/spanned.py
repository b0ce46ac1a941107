"""A ReLU network of many features and few labelled rows, evaluated through their products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cutplane._types import Array, Rows
from cutplane.network.base import checked_rows, row_chunks
from cutplane.network.relu import ReluNetwork
from cutplane.space.gate_tree import GateTree
from cutplane.space.inputs import Inputs


@dataclass(frozen=True)
class SpannedNetwork:
    """The decoded network of a center, with first-layer weights that are never written out.

    At a center they are combinations of the k labelled rows. Instead of n rows times d x m
    weights it computes the Gram matrix of the n and the k rows, from CSR rows a sparse
    product, and multiplies that by k x m forces.

    Attributes
    ----------
    rows : ndarray of shape (k, d)
        Labelled rows of unit length, as the first layer reads them.
    combined : ReluNetwork
        The network as a function of the products with these rows; no intercept.
    inputs : Inputs
        What the first layer reads of a row.
    """

    rows: Array
    combined: ReluNetwork
    inputs: Inputs

    @classmethod
    def from_tree(cls, tree: GateTree, forces: Array, inputs: Inputs) -> SpannedNetwork:
        """Network whose leaf classes weigh the tree's rows by ``forces`` (m_1, k)."""
        products = Inputs(tree.n_rows, fit_intercept=False)
        return cls(tree.rows, ReluNetwork.from_tree(tree, forces, products), inputs)

    @staticmethod
    def pays(tree: GateTree) -> bool:
        """Whether the products take less than half the time of the weights."""
        (k, d), m = tree.rows.shape, tree.n_nodes[0] if tree.layers else 1
        return 2 * k * (d + m) < d * m

    def __call__(self, X: Rows) -> Array:
        """Scores of rows (n, n_features), an array or a CSR matrix; (n,)."""
        X = checked_rows(X, self.inputs.n_features)
        slopes: Rows
        slopes, rest = np.split(self.rows.T, [self.inputs.n_features])
        if sparse.issparse(X):
            slopes = sparse.csr_array(slopes)
        out = np.empty(X.shape[0])
        for chunk in row_chunks(X.shape[0], max(self.combined.weights[0].shape)):
            products = X[chunk] @ slopes
            products = products.toarray() if sparse.issparse(products) else products
            out[chunk] = self.combined(products + self.inputs.appended(X[chunk]) @ rest)
        return out
