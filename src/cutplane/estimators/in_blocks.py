"""Predictions of rows that are not in memory, or would not fit in double precision."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from cutplane._types import Floats, Metadata, Rows
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.block import Block
from cutplane.scanning.over import over
from cutplane.scanning.source import Source
from cutplane.scanning.stored import StoredRows

if TYPE_CHECKING:
    from cutplane.estimators.fitted import FittedScores

#: Numbers in single precision of which no copy in double precision is made.
_LARGE = 2**23

F = TypeVar("F", bound=Callable[..., Any])


def in_blocks(method: F) -> F:
    """Let a method of rows take a source too, which it goes through block by block.

    So it does through large arrays in single precision, perhaps mapped from a file. Results come
    in the order of the rows, as if they had been an array in double precision.
    """

    @wraps(method)
    def of_rows(self: FittedScores, X: Rows | Source, *arguments: Any, **options: Any) -> Any:
        source = _source(self, X)
        if source is None:
            return method(self, X, *arguments, **options)
        found = over(source, _Prediction(_nameless(self), method.__name__, arguments, options))
        parts = np.moveaxis(found, 1, 0)
        return parts[0] if len(parts) == 1 else tuple(parts)

    return cast("F", of_rows)


@dataclass(frozen=True)
class _Prediction:
    """A call of an estimator's method, for any block; picklable."""

    estimator: FittedScores
    method: str
    arguments: tuple[Any, ...]
    options: Metadata

    def __call__(self, block: Block) -> Floats:
        """What the method gives for n rows, (n, 1, ...), or (n, m, ...) where it gives m arrays."""
        found = getattr(self.estimator, self.method)(block.double, *self.arguments, **self.options)
        return np.stack(found if isinstance(found, tuple) else (found,), axis=1)


def _source(estimator: FittedScores, X: Rows | Source) -> Source | None:
    """Rows as a source, where they are one or are to be one."""
    if isinstance(X, Source):
        return _in_order(estimator, X)
    if not (isinstance(X, np.ndarray) and X.dtype == np.float32 and X.ndim == 2):
        return None
    if X.size <= _LARGE:
        return None
    estimator._rows(X[:1])  # as many columns, with names where those of fit had them
    return ArraySource(X, memory=0)


def _in_order(estimator: FittedScores, source: Source) -> Source:
    """A source with the columns that the estimator was fitted on."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None and isinstance(source, StoredRows):
        source = source.in_order(names.tolist())
    known = getattr(estimator, "n_features_in_", source.n_features)
    if source.n_features != known:
        raise InvalidInputError(
            f"rows of {source.n_features} columns arrived, and the model was fitted on {known}; "
            "open the same columns: stored_rows(..., columns=[...])"
        )
    return source


def _nameless(estimator: FittedScores) -> FittedScores:
    """The same model for rows whose columns were looked at."""
    own = copy.copy(estimator)
    own.__dict__.pop("feature_names_in_", None)
    return own
