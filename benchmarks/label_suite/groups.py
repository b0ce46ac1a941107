"""Methods compared in groups of their own: centers, questions, prices of a cut, wrong labels.

The first method of a group is the one that the others are compared with, seed by seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.query import STRATEGIES, Question
from label_suite import strategies
from label_suite.learners import Learner
from label_suite.methods import SIMPLER, Method, methods_of, ours, rival
from label_suite.models import LinkedSVC, gaussian_process, validated_svm

#: The analytic center of either kind of network.
GATED = {"activation": "gated_relu", "center": "analytic", "units": "halfspaces"}
RELU = {"activation": "relu", "center": "analytic", "units": "halfspaces"}
CENTERS = ("analytic", "gravity", "chebyshev")


def worst_answer(question: Question) -> np.ndarray:
    """Several classes: logarithm of the share that the least informative answer removes.

    An answer cuts the version spaces of all classes, which are kept apart. The largest share
    of networks is left by the class whose odds are highest.
    """
    positive = question.model.ensemble().over(question.X, lambda law: law.positive)
    positive = np.clip(positive, 1e-3, 1 - 1e-3)
    odds = np.log(positive) - np.log1p(-positive)
    return -np.log1p(-positive).sum(axis=1) - odds.max(axis=1)


def centers(task: str, centers: tuple[str, ...], **options) -> dict[str, Method]:
    """Every center with the same gates and the simple question."""
    query, kind = SIMPLER[_family(task)], _kind(task)
    return {name: ours(query, **options | {"center": name})(kind) for name in centers}


def queries(task: str, **options) -> dict[str, Method]:
    """Every question with the same model; the simple one first."""
    if task == "regression":
        names = ("spread", "variance_reduction", "volume_split", "coverage", "extremes", "random")
    else:
        names = ("margin", "variance_reduction", "volume_split", "disagreement", "random")
    methods = {name: ours(name, **options)(_kind(task)) for name in names}
    if task == "multiclass":
        methods["worst answer"] = _worst_answer(**options)
    return methods


def prices(task: str) -> dict[str, Method]:
    """What violating a cut costs, beside a support vector machine that chooses by validation."""
    if task == "regression":
        hard = float("inf")
        return {
            "default price": _values(),
            "hard": _values(cost=hard),
            "hard, 400 gates": _values(cost=hard, hidden=(400,)),
            "price 1000": _values(cost=1000.0),
            "hard, spread": _values("spread", cost=hard),
            "extremes": _values("extremes"),
            "coverage": _values("coverage"),
            "random": _values("random"),
        }
    return {
        "SVM, cross-validated": _taught(lambda X, seed: validated_svm()),
        "relu, auto": ours("margin", cost="auto", **RELU)(CuttingPlaneClassifier),
        "gated, auto": ours("margin", cost="auto", **GATED)(CuttingPlaneClassifier),
        "gated, price 1e4": ours("margin", cost=1e4, **GATED)(CuttingPlaneClassifier),
    }


def noise(task: str) -> dict[str, Method]:
    """Ours against rivals on labels some of which are wrong; numbers cannot be flipped."""
    if task == "regression":
        return {}
    return {
        "ours": ours()(CuttingPlaneClassifier),
        "ours, gated analytic": ours(**GATED)(CuttingPlaneClassifier),
        "SVM, cross-validated": _taught(lambda X, seed: validated_svm()),
        "SVM, C = 1": _taught(lambda X, seed: LinkedSVC(C=1.0)),
        "Gaussian process": _taught(lambda X, seed: gaussian_process(X.shape[1], seed)),
    }


#: From the kind of task to the methods, by the name of the group. The ellipsoid of the largest
#: volume can be computed for at most 30 weights, so "centers-small" is for two features.
GROUPS: dict[str, Callable[[str], dict[str, Method]]] = {
    "rivals": methods_of,
    "centers-gated": lambda task: centers(task, CENTERS, hidden=(100,), **GATED),
    "centers-small": lambda task: centers(
        task, (*CENTERS, "max_volume_ellipsoid"), hidden=(2,), **GATED
    ),
    "centers-relu": lambda task: centers(task, CENTERS, hidden=(20,), **RELU),
    "queries-gated": lambda task: queries(task, hidden=(200,), **GATED),
    "queries-relu": lambda task: queries(task, hidden=(5,), **RELU),
    "prices": prices,
    "noise": noise,
}


def _worst_answer(**options) -> Method:
    """Asks by :func:`worst_answer`, which the library does not have."""

    def build(X_pool: np.ndarray, seed: int) -> Learner:
        STRATEGIES["worst answer"] = worst_answer  # here: this may be another process
        return ours("worst answer", **options)(CuttingPlaneClassifier)(X_pool, seed)

    return build


def _values(query: str | None = None, **options) -> Method:
    """A ReLU regressor with 100 gates unless told otherwise."""
    return ours(query, **RELU | {"hidden": (100,)} | options)(CuttingPlaneRegressor)


def _taught(model: Callable[[np.ndarray, int], Any]) -> Method:
    """A model of scikit-learn that asks at random."""
    return rival(model, strategies.random)


def _family(task: str) -> str:
    return "regression" if task == "regression" else "classification"


def _kind(task: str) -> type:
    return CuttingPlaneRegressor if task == "regression" else CuttingPlaneClassifier
