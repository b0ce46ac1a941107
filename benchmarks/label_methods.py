"""What `label_efficiency.py` compares: models that ask for labels, ours and the usual ones.

A method is a model and a query. Until two classes are known every method asks the same rows,
those of our `ActiveLearner`, so that curves differ by model and query alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.oracle import ColumnOracle
from label_data import Problem


@dataclass(frozen=True)
class Method:
    """A model and how it asks: "margin" or "random"."""

    model: Callable[[int], Any]
    query: str
    ours: bool = False


def methods(*, hidden: tuple[int, ...] = (200,), quick: bool = False) -> dict[str, Method]:
    """Every method by the name it has in the table."""

    def cutting(activation: str) -> Callable[[int], Any]:
        return lambda seed: CuttingPlaneClassifier(
            hidden=hidden, activation=activation, random_state=seed
        )

    def forest(seed: int) -> Any:
        return RandomForestClassifier(n_estimators=30 if quick else 100, random_state=seed)

    return {
        "ours relu": Method(cutting("relu"), "margin", ours=True),
        "ours gated": Method(cutting("gated_relu"), "margin", ours=True),
        "ours relu, random": Method(cutting("relu"), "random", ours=True),
        "ours gated, random": Method(cutting("gated_relu"), "random", ours=True),
        "logistic": Method(lambda seed: LogisticRegression(max_iter=1000), "margin"),
        "SVM": Method(lambda seed: SVC(C=10.0, gamma="scale"), "margin"),
        "forest": Method(forest, "margin"),
        "logistic, random": Method(lambda seed: LogisticRegression(max_iter=1000), "random"),
        "SVM, random": Method(lambda seed: SVC(C=10.0, gamma="scale"), "random"),
        "forest, random": Method(forest, "random"),
    }


def accuracy_curve(method: Method, problem: Problem, n_labels: int, seed: int) -> list[float]:
    """Test accuracy after 1, 2, ..., n_labels answers, all of them counted.

    While one class only is known, its share of the test rows.
    """
    oracle = ColumnOracle(problem.y_pool)
    learner = ActiveLearner(
        method.model(seed) if method.ours else CuttingPlaneClassifier(),
        problem.X_pool,
        query=method.query,
        random_state=seed,
    )
    play = _our_curve if method.ours else _rival_curve
    curve = play(method, learner, oracle, problem, n_labels, seed)
    if not oracle.n_asked == len(curve) == n_labels:
        raise RuntimeError(f"{oracle.n_asked} labels were read for {len(curve)} points of a curve")
    return curve


def _our_curve(method, learner, oracle, problem: Problem, n_labels: int, seed: int) -> list[float]:
    curve = []
    while len(curve) < n_labels:
        rows = learner.ask()
        learner.tell(rows, oracle(rows))
        if learner.is_fitted:
            curve.append(float(learner.estimator_.score(problem.X_test, problem.y_test)))
        else:
            curve.append(float(np.mean(problem.y_test == learner.labels_[0])))
    return curve


def _rival_curve(
    method, cold: ActiveLearner, oracle, problem: Problem, n_labels: int, seed: int
) -> list[float]:
    rng = np.random.default_rng(seed)
    model, curve = method.model(seed), []
    rows: list[int] = []
    labels: list[int] = []
    while len(curve) < n_labels:
        if len(set(labels)) < 2:
            asked = cold.ask()
            answer = oracle(asked)
            cold.tell(asked, answer)
        else:
            offered = np.setdiff1d(np.arange(len(problem.X_pool)), rows)
            asked = offered[[_choice(method, model, problem.X_pool[offered], rng)]]
            answer = oracle(asked)
        rows += asked.tolist()
        labels += answer.tolist()
        if len(set(labels)) < 2:
            curve.append(float(np.mean(problem.y_test == labels[0])))
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(problem.X_pool[rows], labels)
        curve.append(float(model.score(problem.X_test, problem.y_test)))
    return curve


def _choice(method: Method, model, offered: np.ndarray, rng: np.random.Generator) -> int:
    """Position of the row to ask; ties are broken at random (forests vote in steps)."""
    if method.query == "random":
        return int(rng.integers(len(offered)))
    if hasattr(model, "decision_function"):
        margin = np.abs(model.decision_function(offered))
    else:
        margin = np.abs(model.predict_proba(offered)[:, 1] - 0.5)
    return int(np.lexsort((rng.random(len(margin)), margin))[0])
