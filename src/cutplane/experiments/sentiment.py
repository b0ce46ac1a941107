"""Sentiment of film reviews: sentence embeddings, 1,000 of them in the pool (after Figure 4).

The paper embeds the reviews by Phi-2; here it is all-MiniLM-L6-v2, which comes in a package, or
whatever made the table that is given. Every method starts with the same ``BATCH`` random rows. Then
questions are asked one by one, but by networks trained by gradients, anew for every batch of
``BATCH``; the default is played both ways. What the paper's figure says is tested over the seeds.
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

from cutplane._types import Index, Metadata
from cutplane.active.learner import ActiveLearner
from cutplane.active.selection import select
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.experiments import learners
from cutplane.experiments.claims import Claim
from cutplane.experiments.experiment import Experiment, Method
from cutplane.experiments.referee import Predict, Problem, Referee
from cutplane.experiments.reviews import divide, read_vectors

if TYPE_CHECKING:
    from cutplane.experiments.deep_network import DeepClassifier

#: Hidden units of all networks.
WIDTH = 200
#: Rows that a network trained by gradients asks at once; models are scored as often.
BATCH = 10
BUDGET = 100
_NETWORKS = ("network-margin", "network-random")
#: The paper's, about the default: over its linear model and ours, and however a network asks.
CLAIMS = (
    Claim("non-linear over linear", "default", ("cpal-linear", "linear")),
    Claim("active over random", "default", ("default-random",)),
    Claim("cutting planes over the trained network", "default", _NETWORKS),
    Claim("the same, both in batches", "default-batch", _NETWORKS),
)


def sentiment(epochs: int = 2000, training: str = "adam") -> Experiment:
    """The sentiment experiment; :func:`with_embeddings` gives it its data.

    Parameters
    ----------
    epochs : int, default=2000
        Epochs of the network trained by gradients, at every batch.
    training : {"adam", "sgd"}, default="adam"
        How it is trained; see :mod:`cutplane.experiments.deep_network`.
    """
    return Experiment(
        name="sentiment",
        title="Sentiment of film reviews, sentence embeddings, 1,000 rows in the pool",
        problem=_no_problem,
        methods=(*_cutting_planes(), *_by_gradients(epochs, training)),
        settings={"epochs": epochs, "training": training, "width": WIDTH, "batch": BATCH},
        budget=BUDGET,
        summary_at=(20, 50, 100),
        claims=CLAIMS,
    )


def with_embeddings(experiment: Experiment, path: Path) -> Experiment:
    """The experiment on a table of embeddings; see :mod:`cutplane.experiments.reviews`."""
    settings = experiment.settings | {"embeddings": path.name}
    return replace(experiment, problem=partial(divide, *read_vectors(path)), settings=settings)


def _no_problem(seed: int) -> Problem:
    raise ValueError("the sentiment experiment has no data yet; call with_embeddings")


def _cutting_planes() -> tuple[Method, ...]:
    linear, cpal = {"hidden": ()}, learners.PAPER
    forms: tuple[tuple[str, str, str | None, Metadata], ...] = (
        ("default", "default", None, {}),
        ("default-random", "default, random", "random", {}),
        ("linear", "linear", None, linear),
        ("linear-random", "linear, random", "random", linear),
        ("cpal", "CPAL relu, margin", "margin", cpal),
        ("cpal-linear", "linear cutting plane, margin", "margin", cpal | linear),
    )
    return (
        *(
            Method(name, label, partial(play, query=query, options=options))
            for name, label, query, options in forms
        ),
        Method(
            "default-batch",
            f"default, batches of {BATCH}",
            partial(play, query=None, options={}, batch=BATCH),
        ),
        Method(
            "cpal-extremes",
            "CPAL relu, paper's query",
            partial(learners.play, query="extremes", cost=float("inf")),
        ),
    )


def _by_gradients(epochs: int, training: str) -> tuple[Method, ...]:
    network = partial(trained_network, epochs=epochs, training=training)
    return tuple(
        Method(
            f"{name}-{query}",
            f"{label}, {query}",
            partial(rival, fit=fit, query=query, batch=batch),
            "deep",
        )
        for name, label, fit, batch in (
            ("network", "two-layer network", network, BATCH),
            ("logistic", "logistic regression", logistic, 1),
        )
        for query in ("margin", "random")
    )


def play(
    referee: Referee,
    *,
    seed: int,
    budget: int,
    query: str | None,
    options: Metadata,
    batch: int = 1,
) -> None:
    """Ask by a cutting-plane learner; ``options`` are the estimator's, beside its defaults.

    Every label cuts, so ``budget`` counts labels. ``batch`` rows are asked at once. The question
    is the learner's own with ``query=None``.
    """
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=seed).set_params(**options),
        referee.X_pool,
        query=query,
        batch_size=batch,
        random_state=seed,
    )
    rows = _first_rows(referee, seed, budget)
    while len(rows):
        learner.tell(rows, referee.answer(rows))
        left = budget - referee.n_labels
        rows = learner.ask(min(batch, left)) if left > 0 else rows[:0]
        if _is_scored(referee, rows):
            referee.judge(_predictor(learner), learner.n_cuts_)


class Classifier(Protocol):
    """What a rival fits: scikit-learn's two ways to ask a classifier."""

    def predict(self, X: NDArray, /) -> NDArray:
        """Classes of rows; (n,)."""
        ...

    def predict_proba(self, X: NDArray, /) -> NDArray:
        """Probabilities of the classes; (n, n_classes)."""
        ...


def rival(
    referee: Referee,
    *,
    seed: int,
    budget: int,
    fit: Callable[..., Classifier],
    query: str,
    batch: int = BATCH,
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
    batch : int, default=BATCH
        Rows asked at once.
    """
    X, rng = referee.X_pool, np.random.default_rng([seed, 1])
    rows, asked, labels = _first_rows(referee, seed, budget), np.empty(0, dtype=int), np.empty(0)
    while len(rows):
        asked = np.concatenate([asked, rows])
        labels = np.concatenate([labels, referee.answer(rows)])
        is_known = len(np.unique(labels)) > 1
        fitted = fit(X[asked], labels, referee.classes, seed) if is_known else None
        open_rows = np.setdiff1d(np.arange(len(X)), asked)
        n = min(batch, budget - len(asked), len(open_rows))
        if n == 0 or query == "random" or fitted is None:
            rows = rng.choice(open_rows, n, replace=False)
        else:
            scores = -np.abs(fitted.predict_proba(X[open_rows])[:, 1] - 0.5)
            rows = open_rows[select(scores, X[open_rows].__getitem__, n, rng)]
        if _is_scored(referee, rows):
            referee.judge(_constant(labels[0]) if fitted is None else fitted.predict)


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


def _is_scored(referee: Referee, following: Index) -> bool:
    """Whether the model of now is: at every ``BATCH`` labels, and when no rows follow."""
    return referee.n_labels % BATCH == 0 or not len(following)


def _constant(label: float) -> Predict:
    return lambda X: np.full(len(X), label)


def _predictor(learner: ActiveLearner) -> Predict:
    """Classes of rows by the learner's model, or the one class known while it has none."""
    model = learner.estimator_
    if isinstance(model, CuttingPlaneClassifier) and learner.is_fitted:
        return model.predict
    return _constant(learner.labels_[0])
