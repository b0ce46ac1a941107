"""What comes with labels beside the labels: how often each counts, and who gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.class_weight import compute_class_weight

from cutplane._types import Array, Index, Metadata
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError

ClassWeight = Mapping[object, float] | str | None


@dataclass(frozen=True)
class Told:
    """Of n new labels.

    Attributes
    ----------
    weight : ndarray of shape (n,)
        How often each counts.
    annotator : ndarray of int of shape (n,)
        Who gave it, as a place in the estimator's ``annotators_``.
    """

    weight: Array
    annotator: Index

    def of_rows(self, rows: NDArray) -> Told:
        """Some of the labels."""
        return Told(self.weight[rows], self.annotator[rows])

    def after(self, before: Told) -> Told:
        """These labels behind others."""
        weight = np.concatenate([before.weight, self.weight])
        return Told(weight, np.concatenate([before.annotator, self.annotator]))

    def as_options(self) -> Metadata:
        """Keyword arguments of a version space's ``with_labels``."""
        return {"weight": self.weight, "annotator": self.annotator}


def checked_weight(sample_weight: ArrayLike | None, n: int) -> Array:
    """Weights (n,), 1 by default."""
    if sample_weight is None:
        return np.ones(n)
    weight = np.asarray(sample_weight, dtype=float)
    weight = np.full(n, float(weight)) if weight.ndim == 0 else weight
    if weight.shape != (n,) or not np.all((weight >= 0) & np.isfinite(weight)):
        raise InvalidInputError(
            f"sample_weight of shape {weight.shape} with values from {weight.min(initial=0):g} to "
            f"{weight.max(initial=0):g} arrived; expected {n} finite numbers of at least 0, one "
            "for each row"
        )
    return weight


def mean_and_spread(values: Array, weight: Array) -> tuple[float, float]:
    """Mean and standard deviation of values (k,), each counted by its weight; not all are 0."""
    values, weight = values[weight > 0], weight[weight > 0]
    mean = float(np.average(values, weights=weight))
    mean = min(max(mean, float(values.min())), float(values.max()))  # equal values are their mean
    apart = values - mean
    # Squares of small differences vanish; a power of 2 rounds nothing.
    unit = float(np.ldexp(1.0, np.frexp(np.abs(apart).max())[1]))
    return mean, unit * float(np.sqrt(np.average((apart / unit) ** 2, weights=weight)))


def check_annotator(annotator: ArrayLike | None, center: str) -> None:
    """Refuse names for a center that gives nobody flips of their own."""
    if annotator is not None and center in CENTERS and not CENTERS[center].weighs_evidence:
        raise InvalidInputError(
            f"annotator arrived, for whom center={center!r} has no flips; use center='gravity'"
        )


def named(annotator: ArrayLike | None, n: int) -> NDArray | None:
    """The name that came with each of n labels, (n,), or None where nobody is named.

    InvalidInputError where there are not as many names as labels.
    """
    if annotator is None:
        return None
    given = np.asarray(annotator, dtype=object)
    if given.shape not in ((), (n,)):
        raise InvalidInputError(
            f"annotator of shape {given.shape} arrived; give one name, or {n}, one for each label"
        )
    return np.broadcast_to(given, n)


def checked_annotators(
    annotator: ArrayLike | None, known: NDArray | None, n: int
) -> tuple[NDArray, Index]:
    """All names of annotators in the order they came, and the place (n,) of each label's.

    Labels without a name are the first one's, who is called "" where there is none yet.
    """
    names, given = np.array([""], dtype=object) if known is None else known, named(annotator, n)
    if given is None:
        return names, np.zeros(n, dtype=np.intp)
    if known is None:
        names = names[:0]
    new = [name for name in dict.fromkeys(given.tolist()) if name not in set(names.tolist())]
    names = np.concatenate([names, np.array(new, dtype=object)])
    places = {name: place for place, name in enumerate(names.tolist())}
    return names, np.array([places[name] for name in given.tolist()], dtype=np.intp)


def class_weights(class_weight: ClassWeight, y: NDArray, classes: NDArray) -> Array | None:
    """Factor (k,) of each label by its class; None where all count alike.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        "balanced" is inverse to the classes' frequencies; a class that a dict lacks counts 1.
    y : ndarray of shape (k,)
    classes : ndarray of shape (n_classes,)
        Sorted.
    """
    if class_weight is None:
        return None
    if isinstance(class_weight, Mapping):
        unknown = [
            w for w in class_weight.values() if not isinstance(w, Real) or not 0 <= w < np.inf
        ]
        if unknown:
            raise InvalidInputError(
                f"class_weight holds {unknown[0]!r}; give finite numbers of at least 0, or "
                "'balanced'"
            )
        each = np.array([float(class_weight.get(name, 1.0)) for name in classes.tolist()])
        if not each.any():
            raise InvalidInputError(
                f"class_weight is zero for every class of {classes.tolist()}; give some of them a "
                "weight"
            )
    elif class_weight == "balanced":
        each = compute_class_weight("balanced", classes=classes, y=y)
    else:
        raise InvalidInputError(
            f"class_weight={class_weight!r} arrived; give 'balanced', a dict of weights by class, "
            "or None"
        )
    return np.asarray(each[np.searchsorted(classes, y)], dtype=float)
