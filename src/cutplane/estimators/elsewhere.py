"""Rows that are not in NumPy: where centers are computed, and predictions returned.

With scikit-learn's ``set_config(array_api_dispatch=True)`` that is where the rows are. Gates are
sampled, and labels kept, in NumPy; so are files.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np
from sklearn import get_config

from cutplane.arrays import HOST, Place, is_elsewhere, to_numpy
from cutplane.centers.registry import CENTERS

F = TypeVar("F", bound=Callable[..., Any])


def dispatched(X: object) -> Place:
    """Where rows are, as far as scikit-learn is told to follow them."""
    return Place.of(X) if _follows(X) else HOST


def at_home(x: Any) -> Any:
    """What arrived, in NumPy if it is an array that scikit-learn is told to follow."""
    return to_numpy(x) if _follows(x) else x


def place_of_center(X: object, center: str, final_solve: str | None) -> Place:
    """Where a center is computed: where rows are, or in NumPy.

    A warning says what is computed in NumPy although rows are elsewhere.
    """
    place = dispatched(X)
    moves = center not in CENTERS or CENTERS[center].moves
    stays = f"center={center!r}" * (not moves), f"final_solve={final_solve!r}" * bool(final_solve)
    if not place.is_host and any(stays):
        warnings.warn(
            f"computed in NumPy, whatever the array library of the rows: "
            f"{', '.join(filter(None, stays))}; center='gravity' and 'analytic' follow the rows",
            UserWarning,
            stacklevel=4,
        )
    return place if moves else HOST


def answered_there(method: F) -> F:
    """Have a method of rows return arrays of their library, on their device.

    Text stays in NumPy, as no other library has any.
    """

    @wraps(method)
    def of_rows(self: object, X: Any, *arguments: Any, **options: Any) -> Any:
        place = dispatched(X)
        found = method(self, at_home(X), *arguments, **options)
        if place.is_host:
            return found
        return (
            tuple(_at(place, own) for own in found)
            if isinstance(found, tuple)
            else _at(place, found)
        )

    return cast("F", of_rows)


def _follows(x: object) -> bool:
    return bool(get_config()["array_api_dispatch"]) and is_elsewhere(x)


def _at(place: Place, found: np.ndarray) -> Any:
    return place.array(found) if found.dtype.kind in "biuf" else found
