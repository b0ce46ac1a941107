"""Rows worth scoring where there are too many: neighbours of labelled rows, and random ones."""

from __future__ import annotations

from math import ceil
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import sparse

from cutplane._types import Index, Metadata, Rows
from cutplane.active.cells import Cells, faiss
from cutplane.active.columns import read_rows
from cutplane.active.row_hashes import Hashes, row_hashes
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError
from cutplane.npz import digest
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.source import Source

if TYPE_CHECKING:
    from cutplane.active.domain import Domain

#: Rows whose fingerprints tell the rows of an index from others.
_N_COMPARED = 1024
_WHAT = "index of neighbours"


class Neighbours:
    """What is on offer of very many rows: neighbours of labelled ones, and a random share.

    A question scores these only. Nearness is Euclidean, which between rows of length one is that
    of their angle. An index (:class:`cutplane.active.cells.Cells`) finds most of the true
    neighbours. Rows that are added to the pool later it does not know; all of them are on offer.

    Parameters
    ----------
    rows : array-like of shape (n, n_features), or Source
        Read once, block by block, into an index of n_features + 8 bytes a row.
    n_neighbours : int, default=10
        Of each labelled row.
    random_share : float, default=0.005
        Rows that are drawn for every question, as a share of the pool; one that is drawn twice
        counts once.
    random_state : int, default=0
        Decides the cells of the index.

    Attributes
    ----------
    n_rows, n_bytes : int
        Rows of the index, and its memory.

    Raises
    ------
    InvalidInputError
        Rows are sparse, or none; a parameter makes no sense; faiss is not installed.

    References
    ----------
    Coleman et al., "Similarity Search for Efficient Active Learning and Search of Rare Concepts"
    (AAAI 2022).
    """

    def __init__(
        self,
        rows: Rows | Source,
        *,
        n_neighbours: int = 10,
        random_share: float = 0.005,
        random_state: int = 0,
    ):
        parameters = _checked(n_neighbours, random_share)
        source = _source(rows)
        cells = Cells.of(source, np.random.default_rng(random_state))
        self._begin(cells, row_hashes(source.take(_compared(source.n_rows))), parameters)

    def _begin(self, cells: Cells, hashes: Hashes, parameters: Metadata) -> None:
        self._cells, self._hashes, self._parameters = cells, hashes, parameters
        self._known: dict[bytes, Index] = {}

    @property
    def n_rows(self) -> int:
        """Rows of the index."""
        return self._cells.n_rows

    @property
    def n_bytes(self) -> int:
        """Memory of the index."""
        return self._cells.n_bytes

    def offered(self, labelled: Rows, n_pool: int, rng: np.random.Generator) -> Index:
        """Rows on offer, labelled ones among them.

        Parameters
        ----------
        labelled : ndarray of shape (k, n_features)
            Rows with a label, in double precision; the neighbours of each are searched once.
        n_pool : int
            Rows of the pool today, the first of which are those of the index.
        rng : numpy.random.Generator
            Draws the random share.

        Returns
        -------
        ndarray of int of shape (m,)
            Numbers of rows, in order.
        """
        near = [self._near(row) for row in labelled]
        others = rng.integers(n_pool, size=ceil(self._parameters["random_share"] * n_pool))
        return np.unique(np.concatenate([*near, others, np.arange(self.n_rows, n_pool)]))

    def _near(self, row: Rows) -> Index:
        """Neighbours of a labelled row, kept; the row itself is often one more.

        Each is searched alone: of many together the sums would be rounded in another way, and a
        run that is opened again might find others.
        """
        key = row.tobytes()
        if key not in self._known:
            self._known[key] = self._cells.nearest(row, self._parameters["n_neighbours"] + 1)
        return self._known[key]

    def check_same(self, domain: Domain) -> None:
        """Refuse a domain whose first rows are not those of the index.

        Fingerprints of 1,024 rows, evenly spread, are compared.

        Raises
        ------
        InvalidInputError
            It has points, fewer rows, other columns, or other values in them.
        """
        if domain.kind == "box":
            raise InvalidInputError(
                "candidates arrived with a domain (low, high), whose points have no neighbours; "
                "leave candidates out, or give a pool"
            )
        self._check_size(domain.n_rows)
        self._check_rows(domain.columns(_compared(self.n_rows)))

    def _check_size(self, n_rows: int) -> None:
        if n_rows < self.n_rows:
            raise InvalidInputError(
                f"an index of {self.n_rows} rows arrived, and a pool of {n_rows}; make an index of "
                "the rows of the pool"
            )

    def _check_rows(self, rows: Rows) -> None:
        """Refuse other rows than those that are compared."""
        if rows.shape[1] != self._cells.n_features:
            raise InvalidInputError(
                f"an index of {self._cells.n_features} columns arrived, and a pool of "
                f"{rows.shape[1]}; make an index of the rows of the pool"
            )
        other = np.flatnonzero(row_hashes(rows) != self._hashes)
        if other.size:
            raise InvalidInputError(
                f"the index is of other rows than the pool: of {self._hashes.size} compared, "
                f"{other.size} differ (the first is row {_compared(self.n_rows)[other[0]]}); pass "
                "the same rows in the same order, or make an index of the rows of the pool"
            )

    def described(self) -> Metadata:
        """What tells it from others, in types that JSON knows."""
        learnt = digest(self._cells.learnt | {"hashes": self._hashes})
        return self._parameters | {"n_rows": self.n_rows, "index": learnt.tobytes().hex()}

    def save(self, path: str | Path) -> None:
        """Write the index and the parameters, without the rows; the file is replaced at once.

        Raises
        ------
        InvalidInputError
            Nothing can be written there.
        """
        arrays = self._cells.to_arrays() | {"hashes": self._hashes}
        write_archive(path, arrays, self._parameters, what=_WHAT)

    @classmethod
    def load(cls, path: str | Path, rows: Rows | Source) -> Self:
        """Read an index that :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
        rows : array-like of shape (n, n_features), or Source
            The rows that it was made of, or these and others after them; compared as in
            :meth:`check_same`.

        Raises
        ------
        InvalidInputError
            There is no such file, the rows are others, or faiss is not installed.
        ModelFileError
            The file is damaged, holds something else, or comes from a newer version.
        """
        faiss()
        arrays, metadata = read_archive(path, what=_WHAT)
        neighbours = cls.__new__(cls)
        try:
            cells, hashes = Cells.from_arrays(arrays), arrays["hashes"]
            if hashes.shape != _compared(cells.n_rows).shape or hashes.dtype != np.uint64:
                raise ValueError(f"fingerprints of shape {hashes.shape}")
            parameters = _checked(metadata["n_neighbours"], metadata["random_share"])
        except DAMAGE as error:
            raise damaged(path, error, what=_WHAT) from error
        neighbours._begin(cells, hashes, parameters)
        source = _source(rows)
        neighbours._check_size(source.n_rows)
        neighbours._check_rows(source.take(_compared(cells.n_rows)))
        return neighbours


def _checked(n_neighbours: int, random_share: float) -> Metadata:
    """Parameters that make sense."""
    if not isinstance(n_neighbours, Integral) or n_neighbours < 1:
        raise InvalidInputError(
            f"n_neighbours={n_neighbours!r} arrived; give a whole number of at least 1"
        )
    if not isinstance(random_share, Real) or not 0 <= random_share <= 1:
        raise InvalidInputError(
            f"random_share={random_share!r} arrived; give a share of the pool, from 0 to 1"
        )
    return {"n_neighbours": int(n_neighbours), "random_share": float(random_share)}


def _compared(n_rows: int) -> Index:
    """Rows that are compared: up to 1,024, evenly spread, the last one among them."""
    return np.unique(np.linspace(0, n_rows - 1, _N_COMPARED).astype(np.intp))


def _source(rows: Rows | Source) -> Source:
    """Dense rows, wherever they are."""
    source = rows if isinstance(rows, Source) else ArraySource(read_rows(rows)[0])
    if sparse.issparse(source.take(np.arange(1))):
        raise InvalidInputError(
            "sparse rows arrived, and an index of neighbours holds every column of a row; make "
            "fewer dense columns of them, by TruncatedSVD of scikit-learn for example"
        )
    return source
