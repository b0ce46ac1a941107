"""Labels of one class: they wait for a second one, without which nothing can be cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cutplane._types import Rows
from cutplane.estimators.told import Told


@dataclass(frozen=True)
class Waiting:
    """Labelled rows before there is a version space.

    Attributes
    ----------
    X : array or CSR matrix of shape (k, n_features)
    y : ndarray of shape (k,)
    told : Told
        What came with each label.
    X_pool : array-like or CSR matrix, optional
        Rows to sample the gates on, if they were given.
    """

    X: Rows
    y: NDArray
    told: Told
    X_pool: Rows | None = None

    @property
    def is_over(self) -> bool:
        """Whether there are two classes."""
        return np.unique(self.y).size > 1

    def after(self, before: Waiting | None) -> Waiting:
        """These labels behind those that waited before, whose pool stays."""
        if before is None:
            return self
        both = before.X, self.X
        dense = not any(sparse.issparse(X) for X in both)
        return Waiting(
            np.vstack(both) if dense else sparse.vstack(both, format="csr"),
            np.concatenate([before.y, self.y]),
            self.told.after(before.told),
            self.X_pool if before.X_pool is None else before.X_pool,
        )
