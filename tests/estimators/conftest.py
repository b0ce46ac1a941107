"""Builders that the tests of the estimators share."""

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor


def _classifier(hidden=(15,), **options):
    return CuttingPlaneClassifier(hidden=hidden, **{"random_state": 0} | options)


def _regressor(hidden=(15,), **options):
    return CuttingPlaneRegressor(hidden=hidden, **{"random_state": 0} | options)


def _affine(n=20, d=2, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, d))
    return X, (X[:, 0] > 0.2).astype(int)


@pytest.fixture
def classifier():
    """Function (hidden, **options) -> classifier of seed 0."""
    return _classifier


@pytest.fixture
def regressor():
    """Function (hidden, **options) -> regressor of seed 0."""
    return _regressor


@pytest.fixture(params=[_classifier, _regressor], ids=["classifier", "regressor"])
def make(request):
    """Either of them."""
    return request.param


@pytest.fixture
def affine():
    """Function (n, d, seed) -> rows, and on which side of a line they lie."""
    return _affine
