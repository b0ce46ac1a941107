"""Sentiment of film reviews: sentence embeddings, 1,000 of them in the pool (after Figure 4).

The paper embeds the reviews by Phi-2; here it is all-MiniLM-L6-v2, which comes in a package, or
whatever made the table that is given. Every method asks ``BATCH`` rows at once and starts with the
same random ones; only the paper's query asks one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from cutplane._types import Index
from cutplane.active.learner import ActiveLearner
from cutplane.active.selection import select
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.experiments import learners
from cutplane.experiments.experiment import TRAININGS, Experiment, Method
from cutplane.experiments.referee import Predict, Problem, Referee
from cutplane.experiments.reviews import divide

if TYPE_CHECKING:
    from cutplane.experiments.deep_network import DeepClassifier

#: Hidden units of all networks.
WIDTH = 200
#: Rows asked at once: a network trained by gradients is trained anew for every batch.
BATCH = 10
BUDGET = 200


def sentiment(epochs: int = 2000) -> Experiment:
    """The sentiment experiment; :func:`with_embeddings` gives it its data.

    Parameters
    ----------
    epochs : int, default=2000
        Epochs of the two networks trained by gradients, at every batch.
    """
    return Experiment(
        name="sentiment",
        title="Sentiment of film reviews, sentence embeddings, 1,000 rows in the pool",
        problem=_no_problem,
        methods=(*_cutting_planes(), *_by_gradients(epochs)),
        settings={"epochs": epochs, "width": WIDTH, "batch": BATCH},
        budget=BUDGET,
        summary_at=(20, 50, 100, 200),
    )


def with_embeddings(experiment: Experiment, path: Path) -> Experiment:
    """The experiment on a table of embeddings; see :func:`cutplane.experiments.reviews.divide`."""
    settings = experiment.settings | {"embeddings": path.name}
    return replace(experiment, problem=partial(divide, path), settings=settings)


def _no_problem(seed: int) -> Problem:
    raise ValueError("the sentiment experiment has no data yet; call with_embeddings")


def _cutting_planes() -> tuple[Method, ...]:
    forms = (
        ("relu", "CPAL relu", partial(play, hidden=(WIDTH,))),
        ("gated", "CPAL gated", partial(play, hidden=(WIDTH,), activation="gated_relu")),
        ("linear", "linear cutting plane", partial(play, hidden=())),
    )
    batches = tuple(
        Method(f"{name}-{query}", f"{label}, {query}", partial(form, query=query))
        for name, label, form in forms
        for query in ("margin", "random")
    )
    extremes = partial(learners.play, query="extremes", hidden=(WIDTH,), cost=float("inf"))
    return (*batches, Method("relu-extremes", "CPAL relu, paper's query", extremes))


def _by_gradients(epochs: int) -> tuple[Method, ...]:
    adam, sgd = (partial(trained_network, epochs=epochs, training=name) for name in TRAININGS)
    return tuple(
        Method(f"{name}-{query}", f"{label}, {query}", partial(rival, fit=fit, query=query), "deep")
        for name, label, fit in (
            ("network", "two-layer network, Adam", adam),
            ("network-sgd", "two-layer network, SGD", sgd),
            ("logistic", "logistic regression", logistic),
        )
        for query in ("margin", "random")
    )


def play(referee: Referee, *, seed: int, budget: int, query: str, **options: object) -> None:
    """Ask batches by a cutting-plane learner; ``options`` are the estimator's, over the paper's.

    Every label cuts, so ``budget`` counts labels.
    """
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=seed).set_params(**learners.PAPER | options),
        referee.X_pool,
        query=query,
        batch_size=BATCH,
        random_state=seed,
    )
    rows = _first_rows(referee, seed, budget)
    while len(rows):
        learner.tell(rows, referee.answer(rows))
        referee.judge(_predictor(learner), learner.n_cuts_)
        left = budget - referee.n_labels
        rows = learner.ask(min(BATCH, left)) if left > 0 else rows[:0]


class Classifier(Protocol):
    """What a rival fits: scikit-learn's two ways to ask a classifier."""

    def predict(self, X: NDArray, /) -> NDArray:
        """Classes of rows; (n,)."""
        ...

    def predict_proba(self, X: NDArray, /) -> NDArray:
        """Probabilities of the classes; (n, n_classes)."""
        ...


def rival(
    referee: Referee, *, seed: int, budget: int, fit: Callable[..., Classifier], query: str
) -> None:
    """Ask batches by a model that is trained anew for each.

    Parameters
    ----------
    referee : Referee
    seed : int
        Of the first rows, the random ones, and the model.
    budget : int
        Labels.
    fit : callable
        ``fit(X, y, classes, seed)`` gives a model with ``predict`` and ``predict_proba``.
    query : {"margin", "random"}
    """
    X, rng = referee.X_pool, np.random.default_rng([seed, 1])
    rows, labels = _first_rows(referee, seed, budget), np.empty(0)
    asked = rows[:0]
    while True:
        asked = np.concatenate([asked, rows])
        labels = np.concatenate([labels, referee.answer(rows)])
        fitted = None
        if len(np.unique(labels)) > 1:
            fitted = fit(X[asked], labels, referee.classes, seed)
        referee.judge(_constant(labels[0]) if fitted is None else fitted.predict)
        open_rows = np.setdiff1d(np.arange(len(X)), asked)
        n = min(BATCH, budget - len(asked), len(open_rows))
        if n == 0:
            return
        if query == "random" or fitted is None:
            rows = rng.choice(open_rows, n, replace=False)
        else:
            scores = -np.abs(fitted.predict_proba(X[open_rows])[:, 1] - 0.5)
            rows = open_rows[select(scores, X[open_rows].__getitem__, n, rng)]


def trained_network(
    X: NDArray, y: NDArray, classes: NDArray, seed: int, *, epochs: int, training: str
) -> DeepClassifier:
    """Two-layer network trained by gradients; needs the extra ``bench``."""
    from cutplane.experiments.deep_network import DeepClassifier

    network = DeepClassifier(
        classes=classes, width=WIDTH, epochs=epochs, training=training, seed=seed
    )
    return network.fit(X, y)


def logistic(X: NDArray, y: NDArray, classes: NDArray, seed: int) -> LogisticRegression:
    """Logistic regression with the penalty that suits rows of squared length d.

    With standardised columns C = 1/d is what the default C = 1 is for rows of length 1. So strong a
    penalty leaves the decision to the intercept when the labels are few and their classes not
    balanced, hence the weights.
    """
    model = LogisticRegression(C=1 / X.shape[1], class_weight="balanced", max_iter=1000)
    return model.fit(X, y)


def _first_rows(referee: Referee, seed: int, budget: int) -> Index:
    """The same random rows for every method of a seed."""
    n_pool = len(referee.X_pool)
    return np.random.default_rng(seed).permutation(n_pool)[: min(BATCH, budget)]


def _constant(label: float) -> Predict:
    return lambda X: np.full(len(X), label)


def _predictor(learner: ActiveLearner) -> Predict:
    """Classes of rows by the learner's model, or the one class known while it has none."""
    model = learner.estimator_
    if isinstance(model, CuttingPlaneClassifier) and learner.is_fitted:
        return model.predict
    return _constant(learner.labels_[0])
