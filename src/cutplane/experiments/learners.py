"""The methods of this package as contestants: CPAL as the paper has it, and our own forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Metadata
from cutplane.active.learner import ActiveLearner
from cutplane.active.run import run
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.experiments.referee import Referee

#: The estimator of the paper's experiments, with the default price of the analytic center.
PAPER: Metadata = {"activation": "relu", "units": "halfspaces", "center": "analytic"}


def play(
    referee: Referee,
    *,
    seed: int,
    budget: int,
    query: str,
    model: str = "center",
    query_model: str = "center",
    **options: object,
) -> None:
    """Ask by a cutting-plane learner until ``budget`` labels have led to a cut.

    Parameters
    ----------
    referee : Referee
    seed : int
        Of gates and ties.
    budget : int
        Counted queries; labels that lead to no cut are paid for and not counted, as in the
        paper.
    query : str
        Query strategy; "extremes" is Algorithm 4 of CPAL, and 6 for regression.
    model : {"center", "final"}
        Which network predicts: the center, or the final solve on the labels that cut.
    query_model : {"center", "final"}
        Which network chooses the questions.
    **options
        Parameters of the estimator, in place of or beside those of :data:`PAPER`.

    Notes
    -----
    With ``cost=inf`` a contradiction empties the version space; the run ends there, and
    its curve stops.
    """
    kind = CuttingPlaneRegressor if referee.problem.is_regression else CuttingPlaneClassifier
    learner = ActiveLearner(
        kind(random_state=seed).set_params(**PAPER | options),
        referee.X_pool,
        query=query,
        query_model=query_model,
        random_state=seed,
    )

    def judge(learner: ActiveLearner) -> None:
        referee.judge(_predictor(learner, model), learner.n_cuts_)

    try:
        run(
            learner,
            referee.answer,
            len(referee.X_pool),
            on_answer=judge,
            stop=lambda learner: learner.n_cuts_ >= budget,
        )
    except EmptyVersionSpaceError:
        return


def _predictor(learner: ActiveLearner, model: str) -> Callable[[NDArray], NDArray]:
    """Classes or values of rows by the center or the final solve of a learner."""
    estimator = learner.estimator_
    if not learner.is_fitted:  # one class is known
        return lambda X: np.full(len(X), learner.labels_[0])
    if isinstance(estimator, CuttingPlaneRegressor):
        return lambda X: estimator.values(estimator.scores(X, model))
    return lambda X: estimator.classes_[(estimator.scores(X, model) > 0).astype(int)]
