"""Whether columns are of like size; a sentence where they are not (decision 0045)."""

from __future__ import annotations

import warnings

import numpy as np
from scipy import sparse

from cutplane._types import Array, Rows
from cutplane.errors import ScaleWarning

#: Rows from which a range says something.
_LEAST_ROWS = 10
#: Ranges may differ by this factor, and deviations be this large: standardised columns never are.
_RATIO, _LARGE = 30.0, 3.0
#: The mean row may be this many times as long as that of the ranges.
_FAR = 2.0


def warn_of_scale(X: Rows) -> None:
    """Say with the remedy where columns differ in unit, or lie far from 0.

    The largest range is compared with that of a tenth of the columns, rare words and levels among
    them, and the mean row's length with that of the ranges.
    """
    if X.shape[0] < _LEAST_ROWS or not X.shape[1]:
        return
    low, high, mean, deviation = _measures(X)
    span = high - low
    moving = np.flatnonzero(deviation > 0)
    if moving.size == 0:
        return
    largest = int(np.argmax(span))
    small = float(np.quantile(span[moving], 0.1, method="lower"))
    offset = float(np.linalg.norm(mean[moving]))
    if span[largest] > _RATIO * small and deviation.max() > _LARGE:
        problem = f"column {largest} ranges over {span[largest]:.3g} and others over {small:.3g}"
    elif offset > _FAR * float(np.linalg.norm(span)):
        far = int(moving[np.argmax(np.abs(mean[moving]))])
        problem = f"the rows lie far from 0 (column {far}: from {low[far]:.3g} to {high[far]:.3g})"
    else:
        return
    warnings.warn(
        f"{problem}; networks learn the large ones first, so standardise the columns, for example "
        "with sklearn.preprocessing.StandardScaler in a pipeline",
        ScaleWarning,
        stacklevel=4,
    )


def _measures(X: Rows) -> tuple[Array, Array, Array, Array]:
    """Least and largest value, mean and standard deviation of every column."""
    if not sparse.issparse(X):
        return X.min(axis=0), X.max(axis=0), X.mean(axis=0), X.std(axis=0)
    low, high = (np.asarray(own(axis=0).toarray()).ravel() for own in (X.min, X.max))
    mean = np.asarray(X.mean(axis=0)).ravel()
    square = np.asarray(X.multiply(X).mean(axis=0)).ravel()
    return low, high, mean, np.sqrt(np.maximum(square - mean**2, 0.0))
