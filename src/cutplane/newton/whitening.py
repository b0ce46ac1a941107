"""The values that weights of the standard normal law take on rows, as white coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cutplane._types import Array

#: Eigenvalues below this share of the largest are rounding errors (rows that depend).
_RANK = 1e-13


@dataclass(frozen=True)
class Whitening:
    """``values = a R^T`` with ``R R^T`` the Gram matrix (k, k) and a white, (r,).

    Attributes
    ----------
    root : ndarray of shape (k, r)
        R, whose columns are orthogonal; r is the rank.
    inverse : ndarray of shape (r, k)
        Pseudo-inverse of R.
    """

    root: Array = field(repr=False)
    inverse: Array = field(repr=False)

    @classmethod
    def of(cls, gram: Array) -> Whitening:
        """Factor a positive semi-definite matrix."""
        value, vector = np.linalg.eigh(gram)
        kept = value > _RANK * value.max(initial=0.0)
        scale = np.sqrt(value[kept])
        return cls(vector[:, kept] * scale, vector[:, kept].T / scale[:, None])

    @property
    def rank(self) -> int:
        """Number r of white coordinates."""
        return self.root.shape[1]

    @property
    def precision(self) -> Array:
        """Pseudo-inverse of the Gram matrix; (k, k)."""
        return np.asarray(self.inverse.T @ self.inverse, dtype=np.float64)
