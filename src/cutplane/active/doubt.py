"""What the label of a row that passes is worth, from the row and the model alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cutplane._types import Array, Rows
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.uncertainty.link import gap

Model = CuttingPlaneClassifier | CuttingPlaneRegressor


def margin(model: Model, X: Rows) -> Array:
    """How near the probabilities of the two best classes are, 1 where they are alike; (n,).

    With the center of gravity they are those of the version spaces of all hypotheses, so that a
    row far from all labels is in doubt as one near the boundary is.
    """
    if not isinstance(model, CuttingPlaneClassifier):
        raise TypeError("values have no classes")
    return 1 - gap(model.predict_proba(X))


def spread(model: Model, X: Rows) -> Array:
    """Deviation of the scores over the version space (several classes: the sum); (n,)."""
    return np.asarray(model.spread(X).reshape(X.shape[0], -1).sum(axis=1))


def random(model: Model, X: Rows) -> Array:
    """All alike, so that the budget is spent on the next row that it allows; (n,)."""
    return np.zeros(X.shape[0])


DOUBTS: dict[str, Callable[[Model, Rows], Array]] = {
    "margin": margin,
    "spread": spread,
    "random": random,
}
