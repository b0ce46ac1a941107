"""What the first layer reads of a row: its columns, perhaps its length, and the constant 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

from cutplane._types import Array, Floats, Metadata, Rows
from cutplane.fields import LEAST, flag, number, whole


@dataclass(frozen=True)
class Inputs:
    """The columns of a row x that the first layer reads (mathematics (13.1)).

    The features, with ``norms = (a, b)`` the *radial* column ``|x| - a`` and the *square*
    ``(|x|^2 - b) / (2 a)``, and the constant 1. A ball is a halfspace of these.

    Attributes
    ----------
    n_features : int
        Number of columns of the rows as they are given.
    fit_intercept : bool, default=True
        Whether the constant 1 is appended.
    norms : tuple of float, optional
        Mean of ``|x|`` and of ``|x|^2`` over the rows that the gates were sampled on; None
        where lengths are not read.
    """

    n_features: int
    fit_intercept: bool = True
    norms: tuple[float, float] | None = None

    @classmethod
    def with_norms(cls, X: Rows) -> Inputs:
        """Inputs that read lengths, centred on those of rows X (n, n_features)."""
        length = np.sqrt(row_norms(X, squared=True))
        mean = float(length.mean()) or 1.0  # rows of zeros have no length to measure in
        return cls(X.shape[1], norms=(mean, mean * float((length * (length / mean)).mean())))

    @property
    def width(self) -> int:
        """Columns that the first layer reads."""
        return self.n_features + 2 * (self.norms is not None) + self.fit_intercept

    @property
    def radial(self) -> int:
        """Position of the radial column; the square is next to it."""
        return self.n_features

    def of(self, X: Rows) -> Rows:
        """Rows (n, width), an array or a CSR matrix as X (n, n_features) is."""
        if self.width == self.n_features:
            return X
        return _beside(X, self.appended(X))

    def without_norms(self, X: Rows) -> Rows:
        """Rows (n, width) whose two columns of lengths are 0: what gated leaves read."""
        if self.norms is None:
            return self.of(X)
        columns = np.zeros((X.shape[0], self.width - self.n_features))
        columns[:, 2:] = 1.0
        return _beside(X, columns)

    def appended(self, X: Rows) -> Array:
        """The columns after the features; (n, width - n_features)."""
        squares = np.zeros(X.shape[0]) if self.norms is None else row_norms(X, squared=True)
        return self.appended_to(squares)

    def appended_to(self, squares: Floats) -> Array:
        """The same, of rows by the squares of their lengths, (n,)."""
        columns = np.ones((squares.size, self.width - self.n_features))
        if self.norms is not None:
            mean, mean_square = self.norms
            columns[:, 0] = np.sqrt(squares) - mean
            columns[:, 1] = (squares - mean_square) / (2 * mean)
        return columns

    def to_metadata(self) -> Metadata:
        """JSON metadata that rebuild the inputs."""
        norms = None if self.norms is None else list(self.norms)
        own = {"n_features": self.n_features, "fit_intercept": bool(self.fit_intercept)}
        return own | {"norms": norms}

    @classmethod
    def from_metadata(cls, metadata: Metadata) -> Inputs:
        """Inverse of :meth:`to_metadata`; ValueError for what no inputs have."""
        n_features = whole(metadata, "n_features", low=1)
        norms = None
        if metadata["norms"] is not None:
            mean, mean_square = metadata["norms"]
            own = {"mean": mean, "mean square": mean_square}
            norms = number(own, "mean", low=LEAST), number(own, "mean square", low=0, high=1e302)
        return cls(n_features, flag(metadata, "fit_intercept"), norms)


def _beside(X: Rows, columns: Array) -> Rows:
    """Rows (n, d) with more columns (n, m) after theirs."""
    both = [X, columns]
    return sparse.hstack(both, format="csr") if sparse.issparse(X) else np.hstack(both)
