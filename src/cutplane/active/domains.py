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
from cutplane.active.stream import Stream
from cutplane.encoding import restored_pool
from cutplane.errors import InvalidInputError
from cutplane.estimators.elsewhere import at_home, dispatched
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.device import DeviceEngine
from cutplane.scanning.engine import Engine, serial
from cutplane.scanning.source import Source
from cutplane.scanning.stored import StoredRows


def domain_of(
    X_pool: Rows | Source | None,
    domain: tuple[ArrayLike, ArrayLike] | Source | None,
    *,
    is_stream: bool = False,
) -> Domain:
    """The rows of a pool, in memory or not, the box between two corners, or a stream."""
    if is_stream:
        if domain is not None or isinstance(X_pool, Source):
            raise InvalidInputError(
                "a domain, or rows that are stored, arrived with stream=True; give first rows of "
                "the stream as an array X_pool, or none"
            )
        return Stream(X_pool)
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
    place = dispatched(rows)
    engine: Engine = serial if place.is_host else DeviceEngine(place)
    return Pool(at_home(rows), names, engine)


def in_columns_of(about: Metadata, domain: Domain, X_pool: Rows | Source | None) -> Domain:
    """A domain whose pool has its columns in the order that a journal knows, by their names."""
    check_described(about)
    names = about["domain"].get("names")
    if names is None or names == domain.names or domain.kind == "box":
        return domain
    if domain.kind == "stream":
        return Stream(X_pool, names)
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
    is_stream = described["kind"] == "stream"
    if is_stream and described["n_rows"] == 0:
        return Stream(X_pool)
    if X_pool is None and "pool_shape" not in arrays:
        where = f", which was {described['where']!r}" if "where" in described else ""
        raise InvalidInputError(
            f"the learner was saved without its pool{where}; pass X_pool, an array or "
            "stored_rows(...)"
        )
    rows = restored_pool(arrays) if X_pool is None else X_pool
    return Stream(rows, described["names"]) if is_stream else _of_rows(rows, described["names"])
