"""Empty version spaces are certified, and the labels behind it named."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from cutplane import CuttingPlaneRegressor
from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.analytic import analytic_center
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3), (3, 2, 2), (2, 2, 2, 2)]


@pytest.mark.parametrize("hidden", [(), (6,), (4, 3)])
def test_contradiction_under_hard_cuts_names_the_labels(labelled, hidden):
    arrangement, X, y = labelled(hidden)
    X[7], y[7] = X[2], -y[2]
    space = VersionSpace.classification(arrangement, X, y)
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as error:
        analytic_center(space)
    assert error.value.rows == (2, 7)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_contradiction_is_bought_under_elastic_cuts(labelled, hidden):
    arrangement, X, y = labelled(hidden)
    X[7], y[7] = X[2], -y[2]
    center = analytic_center(VersionSpace.classification(arrangement, X, y, cost=3.0))
    assert center.status == "optimal"
    assert np.isfinite(center.weights).all()


def test_empty_slabs_are_certified(labelled):
    arrangement, X, _ = labelled((4,))
    X[1] = X[0]
    y = np.linspace(-1, 1, len(X))
    space = VersionSpace.regression(arrangement, X, y, epsilon=1e-3, radius=5.0)
    with pytest.raises(EmptyVersionSpaceError) as error:
        analytic_center(space)
    assert {0, 1} <= set(error.value.rows)


def test_a_linear_model_of_too_many_hard_numbers_is_empty():
    """Thirty narrow slabs in eleven dimensions: multipliers grow until curvature underflows."""
    X, y = load_diabetes(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(X))[:30]
    model = CuttingPlaneRegressor(hidden=(), cost=np.inf)
    with pytest.raises(EmptyVersionSpaceError):
        model.fit(X[rows], y[rows])
