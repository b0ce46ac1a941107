"""What an estimator refuses before it starts: parameters, and rows, that make no sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from numbers import Integral, Real

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array, Metadata, Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.defaults import AUTO
from cutplane.estimators.leave_one_out import METRICS
from cutplane.space.arrangement import UNITS
from cutplane.space.gates import mean_and_deviation
from cutplane.space.rows import rows_that_cut
from cutplane.space.target import TRANSFORMS

ACTIVATIONS = ("relu", "gated_relu")
FINAL_SOLVES = ("sparse", "ridge")

#: Rows may lie this many times their spread from the origin, or spread this much less than 1.
MAX_RATIO = 1e3
#: Squares of larger numbers, or of the inverses of smaller ones, leave double precision.
MAX_NUMBER = 1e151


@contextmanager
def own_errors() -> Iterator[None]:
    """What scikit-learn refuses with a ValueError, refused with ours in the same words."""
    try:
        yield
    except InvalidInputError:
        raise
    except ValueError as error:
        raise InvalidInputError(str(error)) from error


def check_range(X: Rows) -> None:
    """Refuse numbers whose squares overflow, or vanish, in double precision."""
    largest = max(float(X.max()), -float(X.min()))
    if largest > MAX_NUMBER or 0 < largest < 1 / MAX_NUMBER:
        raise InvalidInputError(
            f"the largest number of the rows is {largest:.3g}, expected 1e-151 to 1e151; "
            "choose another unit, for example with sklearn.preprocessing.StandardScaler"
        )


def check_scale(X: Rows) -> None:
    """Refuse rows whose offset, unit or smallest column is out of proportion.

    Rows far from the origin, or from each other, are parallel to working precision once the
    constant 1 is appended, and no leaf can tell them apart; nor by a far smaller column.
    """
    mean, deviation = mean_and_deviation(X)
    offset, size = float(np.linalg.norm(mean)), float(np.linalg.norm(deviation))
    if size == 0 and offset < np.sqrt(MAX_NUMBER):
        return
    small = int(np.argmin(np.where(deviation > 0, deviation, np.inf)))
    if max(offset, 1.0) > MAX_RATIO * size or size > MAX_RATIO**2:
        worst = int(np.argmax(np.maximum(np.abs(mean), deviation)))
        problem = (
            f"the rows lie {offset:.3g} from the origin and spread by {size:.3g} (column {worst}: "
            f"mean {mean[worst]:.3g}, standard deviation {deviation[worst]:.3g}), which the "
            "intercept 1 cannot resolve"
        )
    elif size > MAX_RATIO**2 * deviation[small]:
        problem = (
            f"the rows spread by {size:.3g}, but column {small} by {deviation[small]:.3g} only, "
            "which no network of both can resolve"
        )
    else:
        return
    raise InvalidInputError(
        f"{problem}; standardise the columns, for example with sklearn.preprocessing.StandardScaler"
    )


def check_weights(weight: Array) -> None:
    """Refuse weights (n,) by which no label counts."""
    if not weight.any():
        raise InvalidInputError(
            f"each sample_weight of {weight.size} labels is zero, which leaves none of any class; "
            "give some of them a weight"
        )


def cutting_rows(X: Rows, *, fit_intercept: bool) -> NDArray[np.bool_]:
    """Whether the label of each row cuts; without an intercept rows of zeros cannot."""
    kept = np.ones(X.shape[0], dtype=bool) if fit_intercept else rows_that_cut(X)
    if not kept.any():
        raise InvalidInputError(
            "every row is zero and fit_intercept=False: every network predicts 0 there; "
            "use fit_intercept=True"
        )
    return kept


def check_factor(factor: Array) -> None:
    """Refuse weights of classes of 0 where they multiply a price, which must be positive."""
    if not factor.all():
        raise InvalidInputError(
            "class_weight holds 0, which no price can be multiplied by; leave out the rows of that "
            "class, or use center='gravity'"
        )


def check_classes(y: NDArray, held: NDArray) -> None:
    """Refuse one class alone."""
    classes = np.unique(np.concatenate([held, y]) if held.size else y)
    if classes.size < 2:
        raise InvalidInputError(
            f"y holds one class only ({classes.tolist()[0]!r}); at least two classes are "
            "needed to cut"
        )


def check_announced(y: NDArray, classes: NDArray) -> None:
    """Refuse labels that are not among the classes announced."""
    unknown = sorted(set(y.tolist()) - set(classes.tolist()))
    if unknown:
        raise InvalidInputError(f"y holds {unknown}, which classes={classes.tolist()} lacks")


def check_threshold(threshold: float | str, n_classes: int, *, has_law: bool) -> None:
    """Refuse a threshold between more than two classes, or one to be chosen without a law."""
    if n_classes > 2:
        raise InvalidInputError(
            f"threshold={threshold!r} decides between two classes, and {n_classes} arrived; use "
            "threshold=None, or class_weight"
        )
    if isinstance(threshold, str) and not has_law:
        raise InvalidInputError(
            f"threshold={threshold!r} is chosen by leave-one-out predictions of a law; use "
            "center='gravity' with final_solve=None, or give a number"
        )


def check_depth(depth: float) -> None:
    """Refuse a depth that puts a cut nowhere."""
    if not isinstance(depth, Real) or not 0 <= float(depth) < np.inf:
        raise InvalidInputError(
            f"depth={depth!r} arrived; give 0 for a deep cut, 1 for a neutral one, or a larger "
            "finite number for a shallow one"
        )


def check_parameters(parameters: Metadata, centers: Iterable[str]) -> None:
    """Raise InvalidInputError for parameters of an estimator that make no sense."""
    choices_of: dict[str, tuple[str | None, ...]] = {
        "activation": ACTIVATIONS,
        "units": (AUTO, *UNITS),
        "center": tuple(centers),
    }
    if "target_transform" in parameters:
        choices_of["target_transform"] = (AUTO, None, *TRANSFORMS)
    for name, choices in choices_of.items():
        value = parameters[name]
        if value not in choices:
            known = ", ".join(map(str, choices))
            raise InvalidInputError(f"{name}={value!r} arrived; choose one of {known}")
    for name in ("cost", "radius", "tol", "epsilon"):
        value = parameters.get(name, 1.0)
        if name == "cost" and (value is None or value == "auto" or value == np.inf):
            continue
        if not isinstance(value, Real) or not 0 < float(value) < np.inf:
            raise InvalidInputError(
                f"{name}={value!r} arrived; it must be a positive{' finite' * (name != 'cost')} "
                "number"
            )
    _check_likelihood(parameters)
    _check_threshold(parameters.get("threshold"))
    for name in ("fit_intercept", "verbose"):
        value = parameters[name]
        if not isinstance(value, bool | np.bool_ | Integral):
            raise InvalidInputError(f"{name}={value!r} arrived; it must be True or False")
    solve, max_iter = parameters["final_solve"], parameters["max_iter"]
    if solve is not None and solve not in FINAL_SOLVES:
        raise InvalidInputError(f"final_solve={solve!r} arrived; give None, 'sparse' or 'ridge'")
    if not isinstance(max_iter, Integral) or max_iter < 1:
        raise InvalidInputError(
            f"max_iter={max_iter!r} arrived; it must be a positive whole number"
        )
    _check_threads(parameters["n_jobs"])


def _check_threshold(threshold: object) -> None:
    """Refuse what decides between no two classes."""
    is_probability = isinstance(threshold, Real) and 0 < float(threshold) < 1
    if not (threshold is None or is_probability or threshold in METRICS):
        raise InvalidInputError(
            f"threshold={threshold!r} arrived; give a probability between 0 and 1, or one of "
            f"{', '.join(METRICS)}"
        )


def _check_threads(n_jobs: object) -> None:
    """Refuse what is no number of threads."""
    if n_jobs is not None and not (isinstance(n_jobs, Integral) and 0 < abs(int(n_jobs)) < 2**15):
        raise InvalidInputError(
            f"n_jobs={n_jobs!r} arrived; give a number of threads, -1 for all cores, or None for 1"
        )


def _check_likelihood(parameters: Metadata) -> None:
    """Refuse flips and noise that no label can have."""
    for name, below in (("flip", 0.5), ("noise", np.inf)):
        value = parameters.get(name, 0.0)
        if value != "auto" and not (isinstance(value, Real) and 0 <= float(value) < below):
            limit = "below 1/2" if name == "flip" else "finite"
            raise InvalidInputError(
                f"{name}={value!r} arrived; give 'auto', or a number of at least 0 and {limit}"
            )
