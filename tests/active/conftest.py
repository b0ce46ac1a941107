"""Small pools and learners; fixtures that give the functions that build them."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor


def _pool(n=50, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, (X[:, 0] + X[:, 1] > 0.3).astype(int)


def _classifier(**options):
    return CuttingPlaneClassifier(**{"hidden": (12,), "random_state": 0} | options)


def _regressor(**options):
    return CuttingPlaneRegressor(**{"hidden": (12,), "random_state": 0} | options)


def _learner(X, model=None, **options):
    return ActiveLearner(model or _classifier(), X, **{"random_state": 0} | options)


@pytest.fixture(scope="session")
def pool():
    """Function (n, seed) -> normal rows of two columns, and 0/1 labels that a line parts."""
    return _pool


@pytest.fixture(scope="session")
def classifier():
    """Function (**options) -> classifier of 12 gates."""
    return _classifier


@pytest.fixture(scope="session")
def regressor():
    """Function (**options) -> regressor of 12 gates."""
    return _regressor


@pytest.fixture(scope="session")
def learner():
    """Function (X, model, **options) -> learner on a pool."""
    return _learner
