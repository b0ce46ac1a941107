"""Small data and estimators whose version spaces are sampled within moments."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from cutplane import CuttingPlaneClassifier
from cutplane.active.query import STRATEGIES
from cutplane.active.question import Few, Question


@pytest.fixture
def two_classes():
    """Rows and labels."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    return X, np.where(X[:, 0] + 0.4 * X[:, 1] ** 2 > 0.2, "in", "out")


@pytest.fixture
def three_classes():
    """Rows and labels."""
    return make_blobs(60, centers=3, cluster_std=2.0, random_state=0)


@pytest.fixture(params=["two_classes", "three_classes"])
def some_classes(request):
    """Rows and labels of two classes, then of three."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def classifier():
    """Builds a small classifier."""

    def build(activation="gated_relu", **options):
        settings = {"hidden": (8,), "activation": activation, "random_state": 0} | options
        return CuttingPlaneClassifier(**settings)

    return build


@pytest.fixture
def ask_as():
    """Utilities of a query for rows on offer."""

    def ask(name, model, X, labelled):
        found = STRATEGIES[name](Question.about(X, labelled, model, np.random.default_rng(0)))
        return found.utilities if isinstance(found, Few) else found

    return ask
