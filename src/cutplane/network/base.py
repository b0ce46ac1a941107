"""What every decoded network offers, and how its rows are checked and cut into chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse

from cutplane._types import Array, Rows
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.export import to_onnx, to_torch
from cutplane.network.pruning import Pruned

WHAT = "network"
#: Hidden values held at once while a network is evaluated.
_CHUNK_ENTRIES = 2**22


class Network(ABC):
    """A function of rows that can be stored as plain arrays.

    Attributes
    ----------
    kind : str
        Its name in a file.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def n_features(self) -> int:
        """Columns of a row, the constant not counted."""

    @abstractmethod
    def __call__(self, X: Rows) -> Array:
        """Scores of rows.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
            Without the constant.

        Returns
        -------
        ndarray of shape (n,)
        """

    @abstractmethod
    def to_arrays(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays and JSON metadata that rebuild the network."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Mapping[str, Any], metadata: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_arrays`."""

    @abstractmethod
    def prune(self, tol: float = 0.0, X: Rows | None = None) -> Pruned:
        """Fewer units within a bound; see :mod:`cutplane.network.pruning`."""

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
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(path, error, what=WHAT) from error

    def to_onnx(self, path: str | Path | None = None, **options: Any) -> Any:
        """ONNX graph, written to ``path`` if given; see :func:`cutplane.export.to_onnx`."""
        return to_onnx(self, path, **options)

    def to_torch(self, **options: Any) -> Any:
        """PyTorch module; see :func:`cutplane.export.to_torch`."""
        return to_torch(self, **options)


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
