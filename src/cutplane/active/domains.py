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
from cutplane.active.stream import Stream
from cutplane.encoding import restored_pool
from cutplane.errors import InvalidInputError


def domain_of(
    X_pool: Rows | None,
    bounds: tuple[ArrayLike, ArrayLike] | None,
    names: Sequence[str] | None = None,
    *,
    is_stream: bool = False,
) -> Domain:
    """The pool or the stream, columns in the order of names, or the box between two corners."""
    if is_stream:
        if bounds is not None:
            raise InvalidInputError("give either stream=True or a domain (low, high), not both")
        return Stream(X_pool, names)
    if (X_pool is None) == (bounds is None):
        raise InvalidInputError("give either a pool X_pool or a domain (low, high), not both")
    return Pool(X_pool, names) if bounds is None else BoxDomain(Box(*bounds))


def in_columns_of(about: Metadata, domain: Domain, X_pool: Rows | None) -> Domain:
    """A domain whose pool has its columns in the order that a journal knows, by their names."""
    check_described(about)
    names = about["domain"].get("names")
    if names is None or X_pool is None or names == domain.names:
        return domain
    return Stream(X_pool, names) if domain.kind == "stream" else Pool(X_pool, names)


def restored_domain(
    arrays: Mapping[str, NDArray], described: Metadata, X_pool: Rows | None, seed: int
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
        raise InvalidInputError("the learner was saved without its pool; pass X_pool")
    rows = restored_pool(arrays) if X_pool is None else X_pool
    return Stream(rows, described["names"]) if is_stream else Pool(rows, described["names"])
