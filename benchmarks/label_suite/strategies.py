"""Questions of the rivals, by the strategies of scikit-activeml."""

from __future__ import annotations

from typing import Any

import numpy as np
from skactiveml.pool import (
    GreedySamplingTarget,
    GreedySamplingX,
    QueryByCommittee,
    RandomSampling,
    TypiClust,
    UncertaintySampling,
)

from label_suite.learners import Strategy


def uncertainty(kind: str, seed: int) -> Strategy:
    """`UncertaintySampling` by "margin_sampling", "entropy" or "least_confident"."""
    sampler = UncertaintySampling(method=kind, random_state=seed)
    return lambda X, y, model, n: sampler.query(X, y, model, fit_clf=False, batch_size=n)


def random(seed: int) -> Strategy:
    """Every row alike."""
    sampler = RandomSampling(random_state=seed)
    return lambda X, y, model, n: sampler.query(X, y, batch_size=n)


def typical_clusters(seed: int) -> Strategy:
    """`TypiClust`: the most typical row of the largest cluster without a label."""
    options = {"n_init": 1, "max_iter": 20}
    sampler = TypiClust(random_state=seed, cluster_algo_dict=options)
    return lambda X, y, model, n: sampler.query(X, y, batch_size=n)


def committee(seed: int) -> Strategy:
    """`QueryByCommittee` over the members of a :class:`label_suite.models.Committee`.

    Their divergence for classes, the variance of their predictions for values.
    """
    sampler = QueryByCommittee(random_state=seed)

    def query(X: np.ndarray, y: np.ndarray, model: Any, n: int) -> np.ndarray:
        members = model.members()
        return sampler.query(X, y, members, fit_ensemble=False, batch_size=n)

    return query


def greedy_inputs(seed: int) -> Strategy:
    """`GreedySamplingX`: the row farthest from those labelled."""
    sampler = GreedySamplingX(random_state=seed)
    return lambda X, y, model, n: sampler.query(X, y, batch_size=n)


def greedy_targets(seed: int) -> Strategy:
    """`GreedySamplingTarget`, improved greedy sampling: far in inputs times far in outputs."""
    sampler = GreedySamplingTarget(method="GSi", random_state=seed)
    return lambda X, y, model, n: sampler.query(X, y, model, fit_reg=False, batch_size=n)


def deviation(seed: int) -> Strategy:
    """Largest predictive standard deviation of a Gaussian process."""
    rng = np.random.default_rng(seed)

    def query(X: np.ndarray, y: np.ndarray, model: Any, n: int) -> np.ndarray:
        offered = np.flatnonzero(np.isnan(y))
        spread = model.predict(X[offered], return_std=True)[1]
        return offered[np.lexsort((rng.random(offered.size), -spread))[:n]]

    return query
