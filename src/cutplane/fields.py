"""Parts of a stored state, each taken out with the type, shape and range that it has to have.

A digest says that a file is as it was written, not who wrote it: what does not fit is refused when
it is read, and not met as a crash or as a number that is none in the middle of a prediction. Every
function raises a ValueError (or a KeyError) that names the part.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Index, Pattern
from cutplane.encoding import read

#: Squares of larger numbers leave double precision.
LARGEST = 1e151
#: Of numbers that are positive: the inverse of one that is larger.
LEAST = 1 / LARGEST

Shape = tuple[int | None, ...]


def floats(
    arrays: Mapping[str, NDArray],
    name: str,
    shape: Shape,
    *,
    low: float = -LARGEST,
    high: float = LARGEST,
) -> Array:
    """Finite numbers in double precision between two bounds; None is any length."""
    array = _of_shape(arrays, name, shape)
    if array.dtype != np.float64:
        raise ValueError(f"{name} of type {array.dtype}, expected float64")
    return _between(array, name, low, high)


def weights(arrays: Mapping[str, NDArray], name: str, shape: Shape) -> Array:
    """How often labels count: 0, or a number whose inverse is one; not 0 for all."""
    weight = floats(arrays, name, shape, low=0)
    if weight.size and (not weight.any() or weight[weight > 0].min() < LEAST):
        raise ValueError(f"{name} counts labels {weight.min()} to {weight.max()} times")
    return weight


def wholes(arrays: Mapping[str, NDArray], name: str, shape: Shape, *, below: float) -> Index:
    """Whole numbers from 0 to below a bound."""
    array = _of_shape(arrays, name, shape)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} of type {array.dtype}, expected whole numbers")
    return _between(array, name, 0, below - 1).astype(np.intp, copy=False)


def binary(arrays: Mapping[str, NDArray], name: str, shape: Shape) -> Pattern:
    """Numbers 0 and 1."""
    array = _of_shape(arrays, name, shape)
    if array.dtype != np.uint8:
        raise ValueError(f"{name} of type {array.dtype}, expected uint8")
    return _between(array, name, 0, 1)


def number(
    own: Mapping[str, object], name: str, *, low: float = -LARGEST, high: float = LARGEST
) -> float:
    """A number from ``low`` to ``high``."""
    value = read(own[name])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {value!r:.99}, expected a number")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value!r:.99}, expected {low:g} to {high:g}")
    return float(value)


def whole(own: Mapping[str, object], name: str, *, low: int = 0, high: int = 2**31 - 1) -> int:
    """A whole number from ``low`` to ``high``."""
    value = own[name]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is {value!r:.99}, expected a whole number {low} to {high}")
    return value


def flag(own: Mapping[str, object], name: str) -> bool:
    """True or False."""
    value = own[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r:.99}, expected true or false")
    return value


def mapping(own: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Parts of a part, by their names."""
    value = own[name]
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {value!r:.99}, expected fields")
    return value


def _of_shape(arrays: Mapping[str, NDArray], name: str, shape: Shape) -> NDArray:
    array = arrays[name]
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, length) for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} of shape {array.shape}, expected {shape}")
    return array


def _between(array: NDArray, name: str, low: float, high: float) -> NDArray:
    if array.size and not (low <= array.min() and array.max() <= high):  # NaN is not, either
        raise ValueError(
            f"{name} holds values from {array.min()} to {array.max()}, expected {low:g} to {high:g}"
        )
    return array
