"""The domain that a caller describes, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike, NDArray

from cutplane._types import Metadata, Rows
from cutplane.active.box import Box
from cutplane.active.box_domain import BoxDomain
from cutplane.active.domain import Domain
from cutplane.active.identity import check_described
from cutplane.active.pool import Pool
from cutplane.active.stored_domain import StoredDomain
from cutplane.encoding import restored_pool
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.source import Source
from cutplane.scanning.stored import StoredRows


def domain_of(
    X_pool: Rows | Source | None, domain: tuple[ArrayLike, ArrayLike] | Source | None
) -> Domain:
    """The rows of a pool, in memory or not, or the box between two corners."""
    if (X_pool is None) == (domain is None):
        raise InvalidInputError(
            "give either a pool X_pool or a domain, (low, high) or stored_rows(...), not both"
        )
    if domain is None or isinstance(domain, Source):
        return _of_rows(X_pool if domain is None else domain)
    return BoxDomain(Box(*domain))


def _of_rows(rows: Rows | Source, names: Sequence[str] | None = None) -> Domain:
    """Rows with their columns in the order of names, or as they come."""
    if isinstance(rows, StoredRows):
        return StoredDomain(rows if names is None else rows.in_order(names))
    if isinstance(rows, ArraySource):
        return Pool(rows.rows, names, rows.engine)
    return Pool(rows, names)


def in_columns_of(about: Metadata, domain: Domain, X_pool: Rows | Source | None) -> Domain:
    """A domain whose pool has its columns in the order that a journal knows, by their names."""
    check_described(about)
    names = about["domain"].get("names")
    if names is None or names == domain.names or domain.kind != "pool":
        return domain
    return _of_rows(domain.source if X_pool is None else X_pool, names)


def restored_domain(
    arrays: Mapping[str, NDArray], described: Metadata, X_pool: Rows | Source | None, seed: int
) -> Domain:
    """What :meth:`Domain.to_arrays` and ``described`` say; a pool may come from the caller.

    Raises
    ------
    InvalidInputError
        ``X_pool`` is needed and missing.
    """
    if described["kind"] == "box":
        return BoxDomain(Box(described["low"], described["high"]), seed)
    if X_pool is None and "pool_shape" not in arrays:
        where = f", which was {described['where']!r}" if "where" in described else ""
        raise InvalidInputError(
            f"the learner was saved without its pool{where}; pass X_pool, an array or "
            "stored_rows(...)"
        )
    return _of_rows(restored_pool(arrays) if X_pool is None else X_pool, described["names"])
