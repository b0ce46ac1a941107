"""Deep active learning: scikit-activeml's strategies on a network trained by gradients.

Needs the extra ``bench``. The protocol is the paper's: a two-layer ReLU network of the same
width, retrained from scratch after every label, 2,000 epochs of Adam with learning rate 0.001.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from skactiveml.base import SingleAnnotatorPoolQueryStrategy
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import (
    GreedyBALD,
    GreedySamplingTarget,
    GreedySamplingX,
    QueryByCommittee,
    RandomSampling,
    TypiClust,
    UncertaintySampling,
)
from skactiveml.regressor import SklearnRegressor
from skactiveml.utils import MISSING_LABEL, call_func

from cutplane._types import Array, Index
from cutplane.errors import CutplaneError
from cutplane.experiments.deep_network import DeepClassifier, DeepRegressor
from cutplane.experiments.referee import Referee

#: Networks of a committee, as in the paper's code.
N_MEMBERS = 4

#: Networks drawn by dropout for BALD, and the share of units they drop.
N_DROPOUT_SAMPLES = 10
DROPOUT = 0.5

#: Apart enough that the seeds of committee members never meet those of other runs.
_MEMBER_STRIDE = 10_000


class _Training(TypedDict):
    """What a deep baseline's network is trained with, but for its seed."""

    width: int
    epochs: int
    learning_rate: float
    training: str
    dropout: float | None


def _bald(random_state: int) -> GreedyBALD:
    return GreedyBALD(
        sample_predictions_method_name="sample_proba",
        sample_predictions_dict={"n_samples": N_DROPOUT_SAMPLES},
        random_state=random_state,
    )


def _dropout_variance(random_state: int) -> QueryByCommittee:
    """For regression: the committee is drawn by dropout, its disagreement is the variance."""
    return QueryByCommittee(
        sample_predictions_method_name="sample_y",
        sample_predictions_dict={"n_samples": N_DROPOUT_SAMPLES},
        random_state=random_state,
    )


def _uncertainty(method: str) -> Callable[[int], UncertaintySampling]:
    return lambda random_state: UncertaintySampling(method=method, random_state=random_state)


STRATEGIES: dict[str, Callable[[int], SingleAnnotatorPoolQueryStrategy]] = {
    "random": lambda seed: RandomSampling(random_state=seed),
    "entropy": _uncertainty("entropy"),
    "least-confident": _uncertainty("least_confident"),
    "margin": _uncertainty("margin_sampling"),
    "typiclust": lambda seed: TypiClust(random_state=seed),
    "bald": _bald,
    "dropout-variance": _dropout_variance,
    "committee": lambda seed: QueryByCommittee(random_state=seed),
    "greedy-x": lambda seed: GreedySamplingX(random_state=seed),
    "greedy-target": lambda seed: GreedySamplingTarget(random_state=seed),
}
_BY_DROPOUT = ("bald", "dropout-variance")


def play(
    referee: Referee,
    *,
    seed: int,
    budget: int,
    strategy: str,
    width: int,
    epochs: int = 2000,
    learning_rate: float = 1e-3,
    training: str = "adam",
) -> None:
    """Buy labels one at a time; retrain and let the referee judge after each.

    Parameters
    ----------
    referee : Referee
        Its labels are numbers.
    seed : int
        Of weights, dropout, ties and the first question, which is a random row.
    budget : int
        Labels; each is counted.
    strategy : str
        One of ``STRATEGIES``.
    width : int
        Hidden units.
    epochs : int, default=2000
    learning_rate : float, default=0.001
    training : {"adam", "sgd"}, default="adam"
        "sgd" is with momentum, weight decay, dropout and batches of 16, as in the authors' code.

    Notes
    -----
    A committee has ``N_MEMBERS`` networks, of which the first predicts, so that every method
    predicts by one network.
    """
    X = referee.X_pool
    known = np.full(len(X), MISSING_LABEL)
    asker = STRATEGIES[strategy](seed)
    options: _Training = {
        "width": width,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "training": training,
        "dropout": DROPOUT if strategy in _BY_DROPOUT else None,
    }
    n_members = N_MEMBERS if strategy == "committee" else 1
    members: list[SklearnClassifier | SklearnRegressor] = []
    while referee.n_labels < min(budget, len(X)):
        rows = _next_rows(asker, X, known, members) if members else _first_row(len(X), seed)
        known[rows] = referee.answer(rows)
        members = [
            _trained(referee, X, known, seed + _MEMBER_STRIDE * i, options)
            for i in range(n_members)
        ]
        referee.judge(members[0].predict)


def _first_row(n_pool: int, seed: int) -> Index:
    return np.random.default_rng(seed).integers(n_pool, size=1)


def _next_rows(
    asker: SingleAnnotatorPoolQueryStrategy,
    X: Array,
    known: NDArray,
    members: list[SklearnClassifier | SklearnRegressor],
) -> Index:
    """Ask a strategy; it gets the fitted networks in whichever role it knows."""
    return call_func(
        asker.query,
        X=X,
        y=known,
        clf=members[0],
        reg=members[0],
        ensemble=members if len(members) > 1 else members[0],
        fit_clf=False,
        fit_reg=False,
        fit_ensemble=False,
    )


def _trained(
    referee: Referee, X: NDArray, known: NDArray, seed: int, options: _Training
) -> SklearnClassifier | SklearnRegressor:
    """Network trained from scratch on the labels known, in scikit-activeml's wrapper."""
    if referee.classes is None:
        model = SklearnRegressor(DeepRegressor(seed=seed, **options))
    else:
        network = DeepClassifier(classes=referee.classes, seed=seed, **options)
        model = SklearnClassifier(network, classes=referee.classes)
    model.fit(X, known)
    if not model.is_fitted_:  # the wrapper only warns, and then guesses
        raise CutplaneError("the network of a deep baseline could not be trained; see the warning")
    return model
