"""What every decoded network offers, and how its rows are checked and cut into chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from cutplane._types import Array, Arrays, Metadata, Rows
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.export import to_onnx, to_torch
from cutplane.network.pruning import Pruned, Scope
from cutplane.space.inputs import Inputs

if TYPE_CHECKING:
    import onnx
    import torch

WHAT = "network"
#: Hidden values held at once while a network is evaluated.
_CHUNK_ENTRIES = 2**22


class Network(ABC):
    """A function of rows that can be stored as plain arrays.

    Attributes
    ----------
    kind : str
        Its name in a file.
    inputs : Inputs
        What the first layer reads of a row.
    """

    kind: ClassVar[str]
    inputs: Inputs

    @property
    def n_features(self) -> int:
        """Columns of a row."""
        return self.inputs.n_features

    @abstractmethod
    def __call__(self, X: Rows) -> Array:
        """Scores of rows.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
            Rows as they are given.

        Returns
        -------
        ndarray of shape (n,)
        """

    @abstractmethod
    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the network."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Self:
        """Inverse of :meth:`to_arrays`."""

    def prune(self, tol: float = 0.0, X: Rows | None = None) -> Pruned[Self]:
        """Fewer units, and a bound on what that changes (mathematics 10).

        A ReLU network merges units of one direction and loses those that matter least, a
        gated network loses labelled rows, and one by leaves gates of its outermost layer.

        Parameters
        ----------
        tol : float, default=0.0
            Change of the score that is allowed; 0 merges and removes what changes nothing.
        X : array-like of shape (n, n_features), optional
            Rows on which the change is bounded. By default every row, in proportion to its
            length with the constant, and with what else the first layer reads: the score of a
            network without hidden biases scales with it.

        Returns
        -------
        Pruned
            What is left, and the bound that holds for it.

        Raises
        ------
        InvalidInputError
            ``tol`` is negative, or the rows are of another width.
        """
        if not tol >= 0:
            raise InvalidInputError(f"tol={tol!r} arrived; it must be a number of at least 0")
        scope = Scope.of(X, self.inputs)
        return self._pruned(tol, scope)

    @abstractmethod
    def _pruned(self, tol: float, scope: Scope) -> Pruned[Self]:
        """What :meth:`prune` leaves; the parameters have been checked."""

    def save(self, path: str | Path) -> None:
        """Write an .npz file of the arrays with JSON metadata (no pickle)."""
        write_archive(path, *self.to_arrays(), what=WHAT)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a network that :meth:`save` wrote.

        Raises
        ------
        InvalidInputError
            There is no such file.
        ModelFileError
            The file is damaged, holds something else, or comes from a newer version.
        """
        arrays, metadata = read_archive(path, what=WHAT)
        if (kind := metadata.get("kind")) != cls.kind:
            raise ModelFileError(f"{path} holds a network of kind {kind}, expected {cls.kind}")
        try:
            return cls.from_arrays(arrays, metadata)
        except DAMAGE as error:
            raise damaged(path, error, what=WHAT) from error

    def to_onnx(
        self,
        path: str | Path | None = None,
        *,
        scaler: BaseEstimator | None = None,
        classes: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
    ) -> onnx.ModelProto:
        """ONNX graph, written to ``path`` if given; see :func:`cutplane.export.to_onnx`."""
        return to_onnx(self, path, scaler=scaler, classes=classes, dtype=dtype)

    def to_torch(
        self, *, scaler: BaseEstimator | None = None, dtype: DTypeLike = "float32"
    ) -> torch.nn.Module:
        """PyTorch module; see :func:`cutplane.export.to_torch`."""
        return to_torch(self, scaler=scaler, dtype=dtype)


def checked_rows(X: Rows, n_features: int) -> Rows:
    """Rows as a CSR matrix or an array of floats with the right number of columns."""
    X = X.tocsr() if sparse.issparse(X) else np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != n_features:
        raise InvalidInputError(
            f"rows of shape {X.shape} arrived; the network expects (n, {n_features})"
        )
    return X


def row_chunks(n_rows: int, width: int) -> Iterator[slice]:
    """Slices of rows whose hidden values fit the chunk size."""
    size = max(1, _CHUNK_ENTRIES // max(1, width))
    return (slice(start, start + size) for start in range(0, n_rows, size))
