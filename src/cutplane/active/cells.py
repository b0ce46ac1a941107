"""An index of rows by cells: a row's nearest neighbours without a look at all the others."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Arrays, Index
from cutplane.errors import InvalidInputError
from cutplane.extras import require
from cutplane.scanning.source import Source

#: Rows for each cell that the centers are learnt from, and rounds of Lloyd's algorithm.
_PER_CELL, _N_ROUNDS = 64, 10
#: Cells that are searched for the neighbours of a row.
N_PROBED = 32
#: Rows whose codes are taken over at once.
_TOGETHER = 2**16

Codes = NDArray[np.uint8]


class Cells:
    """Rows in cells around sqrt(n) centers, a byte for each column.

    A search looks at the 32 cells whose centers are nearest to a row, about 32 sqrt(n) rows. What
    it finds depends on the rows and the seed, not on how many threads built or search it.

    Parameters
    ----------
    index : faiss.IndexIVFScalarQuantizer
        Trained and filled, row i under the number i.

    References
    ----------
    Sivic and Zisserman, "Video Google" (2003): inverted lists of cells. Douze et al., "The Faiss
    Library" (2024): the implementation.
    """

    def __init__(self, index: Any):
        self._index = index
        index.nprobe = N_PROBED

    @classmethod
    def of(cls, source: Source, rng: np.random.Generator) -> Self:
        """Of all rows, read block by block; beside the index no memory grows with them.

        Raises
        ------
        InvalidInputError
            A row holds what is no number in single precision, or faiss is not installed.
        """
        index = _empty(max(1, int(np.sqrt(source.n_rows))), source.n_features)
        size = min(source.n_rows, _PER_CELL * index.nlist)
        sample = np.sort(rng.choice(source.n_rows, size=size, replace=False))
        index.cp.seed, index.cp.niter = int(rng.integers(2**31)), _N_ROUNDS
        index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, _PER_CELL
        index.train(_single(source.take(sample)))
        for fragment in source.fragments():
            for block in fragment.blocks():
                index.add(_single(block.rows))
        return cls(index)

    @property
    def n_rows(self) -> int:
        """Rows that it knows."""
        return int(self._index.ntotal)

    @property
    def n_features(self) -> int:
        """Columns of a row."""
        return int(self._index.d)

    @property
    def n_bytes(self) -> int:
        """Memory of codes, numbers and centers."""
        index = self._index
        return int(index.ntotal * (index.code_size + 8) + 4 * index.nlist * index.d)

    def nearest(self, row: Array, n: int) -> Index:
        """The n rows nearest to one (d,), fewer where its cells hold fewer; themselves too."""
        _, found = self._index.search(_single(row[None]), n)
        return np.sort(found[found >= 0]).astype(np.intp)

    @property
    def learnt(self) -> Arrays:
        """Centers, and the range of every column within cells: what rows are read by."""
        centers = self._index.quantizer.reconstruct_n(0, self._index.nlist)
        return {"centers": centers, "ranges": faiss().vector_to_array(self._index.sq.trained)}

    def to_arrays(self) -> Arrays:
        """Arrays that rebuild it."""
        index, swig = self._index, faiss()
        cells = np.empty(self.n_rows, dtype=np.int32)
        codes = np.empty((self.n_rows, index.code_size), dtype=np.uint8)
        lists = index.invlists
        for cell in range(index.nlist):
            if size := lists.list_size(cell):
                at = swig.rev_swig_ptr(lists.get_ids(cell), size)
                own = swig.rev_swig_ptr(lists.get_codes(cell), size * index.code_size)
                cells[at], codes[at] = cell, own.reshape(size, -1)
        return self.learnt | {"cells": cells, "codes": codes}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Inverse of :meth:`to_arrays`.

        Raises
        ------
        KeyError, ValueError
            They are none of an index.
        """
        centers, ranges, cells, codes = (
            arrays[name] for name in ("centers", "ranges", "cells", "codes")
        )
        _check(centers, ranges, cells, codes)
        index = _empty(*centers.shape)
        index.quantizer.add(centers)
        faiss().copy_array_to_vector(ranges, index.sq.trained)
        index.is_trained = True
        width = index.coarse_code_size()
        for begin in range(0, cells.size, _TOGETHER):
            part = slice(begin, begin + _TOGETHER)
            numbers = cells[part].astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]
            index.add_sa_codes(np.hstack([numbers, codes[part]]), None)
        return cls(index)


def faiss() -> Any:
    """The package; InvalidInputError where it is not installed."""
    return require("faiss", "index", "an index of neighbours")


def _empty(n_cells: int, n_features: int) -> Any:
    package = faiss()
    centers = package.IndexFlatL2(n_features)
    kind = package.ScalarQuantizer.QT_8bit
    return package.IndexIVFScalarQuantizer(centers, n_features, n_cells, kind, package.METRIC_L2)


def _single(rows: NDArray) -> NDArray[np.float32]:
    """Rows in single precision, one after the other in memory."""
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(rows, dtype=np.float32)
    if not np.isfinite(single).all():
        raise InvalidInputError(
            "a row holds NaN, or a number beyond single precision, and has no neighbours; leave "
            "such rows out, or scale their columns"
        )
    return single


def _check(centers: NDArray, ranges: NDArray, cells: NDArray, codes: NDArray) -> None:
    """Raise ValueError where arrays are none of one index."""
    n_cells, n_features = centers.shape
    kinds = [array.dtype.name for array in (centers, ranges, cells, codes)]
    if kinds != ["float32", "float32", "int32", "uint8"] or not n_cells or not n_features:
        raise ValueError(f"arrays of types {', '.join(kinds)}")
    if ranges.shape != (2 * n_features,) or codes.shape != (cells.size, n_features):
        raise ValueError(f"codes of shape {codes.shape}, ranges of shape {ranges.shape}")
    if not (np.isfinite(centers).all() and np.isfinite(ranges).all()):
        raise ValueError("centers or ranges that are no numbers")
    if cells.ndim != 1 or not ((cells >= 0) & (cells < n_cells)).all():
        raise ValueError(f"rows in other cells than {n_cells}")
