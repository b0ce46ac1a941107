"""Columns of different units are named, with the remedy, and standardised ones never."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.preprocessing import StandardScaler

from cutplane.errors import ScaleWarning
from cutplane.estimators.scale import warn_of_scale


def units(n=60):
    return np.random.default_rng(0).normal(size=(n, 2)) * [15, 20_000] + [40, 50_000]


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (units(), r"column 1 ranges over .* and others over .*StandardScaler"),
        (
            np.random.default_rng(0).normal(size=(60, 3)) + np.array([2000, 0, 0]),
            "far from 0 .column 0",
        ),
        (np.random.default_rng(0).normal(size=(60, 3)) * [1, 1, 300], "column 2"),
    ],
)
def test_what_networks_feel_is_said(X, message, convert):
    with pytest.warns(ScaleWarning, match=message):
        warn_of_scale(convert(X))


@pytest.mark.parametrize(
    "X",
    [
        StandardScaler().fit_transform(units()),
        StandardScaler().fit_transform(np.exp(3 * np.random.default_rng(0).normal(size=(500, 3)))),
        np.random.default_rng(0).uniform(size=(60, 3)),
        np.hstack([np.random.default_rng(0).normal(size=(300, 3)), np.eye(300)[:, :2]]),
        load_digits().data[:300],
        load_iris().data[50:],
        np.ones((20, 3)),
        units(5),
        sparse.random(100, 50, density=0.02, format="csr", random_state=0),
    ],
    ids=[
        "standard",
        "skewed",
        "uniform",
        "levels",
        "digits",
        "irises",
        "constant",
        "few",
        "sparse",
    ],
)
def test_ordinary_columns_are_not_worth_a_word(X):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_scale(X)


@pytest.mark.parametrize("cost", [None, "auto"])
def test_a_fit_says_it_once(make, cost):
    X = units()
    with pytest.warns(ScaleWarning) as said:
        model = make(cost=cost).fit(X, X[:, 0] > 40)
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.partial_fit(X[:2], [0, 1]).predict(X)
