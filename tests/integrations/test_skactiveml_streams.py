"""The contract of stream strategies of scikit-activeml: pure queries, updates, budgets, checks."""

from copy import deepcopy

import numpy as np
import pytest

pytest.importorskip("skactiveml")

from skactiveml.base import SingleAnnotatorStreamQueryStrategy
from skactiveml.classifier import ParzenWindowClassifier
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB

from cutplane import CuttingPlaneClassifier
from cutplane.integrations.skactiveml import (
    ActiveCuttingPlaneClassifier,
    CuttingPlaneStream,
)

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 3))
y = (X[:, 0] > 0).astype(float)


@pytest.fixture(params=["ours", "theirs"])
def clf(request):
    if request.param == "theirs":
        return ParzenWindowClassifier(classes=[0, 1], random_state=0)
    estimator = CuttingPlaneClassifier(hidden=(12,), random_state=0)
    return ActiveCuttingPlaneClassifier(estimator, classes=[0, 1], random_state=0)


def played(strategy, clf, size=1):
    """What a loop as in their tutorials buys."""
    bought = []
    for begin in range(0, len(X), size):
        rows = X[begin : begin + size]
        at, utilities = strategy.query(rows, clf, return_utilities=True)
        strategy.update(rows, at, budget_manager_param_dict={"utilities": utilities})
        bought += (begin + at).tolist()
    return bought


def test_the_budget_holds_and_doubtful_rows_are_bought(clf):
    assert isinstance(CuttingPlaneStream(), SingleAnnotatorStreamQueryStrategy)
    clf.fit(X[:30], y[:30])
    bought = played(CuttingPlaneStream(budget=0.1, random_state=0), clf)
    assert 20 < len(bought) <= 31
    assert np.median(np.abs(X[bought, 0])) < np.median(np.abs(X[:, 0])) / 2
    assert played(CuttingPlaneStream(budget=0.1, random_state=0), clf, 7) == bought


def test_a_query_changes_nothing(clf):
    strategy, rows = CuttingPlaneStream(budget=0.3, random_state=0), X[:50]
    fitted = clone(clf).fit(X[:30], y[:30])
    before = deepcopy(fitted)
    first = strategy.query(rows, fitted, return_utilities=True)
    state = deepcopy(strategy.meter_)
    again = strategy.query(rows, fitted, return_utilities=True)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert strategy.meter_ == state
    assert set(vars(before)) == set(vars(fitted))
    assert first[1].shape == (50,)
    assert strategy.query(rows, fitted).dtype == np.intp
    strategy.update(rows, first[0], budget_manager_param_dict={"utilities": first[1]})
    assert (strategy.meter_.n_seen, strategy.meter_.n_bought) == (50, len(first[0]))


def test_a_clone_may_be_fitted(clf):
    strategy = CuttingPlaneStream(random_state=0)
    fitted = clone(clf).fit(X[:30], y[:30])
    expected = strategy.query(X, fitted, return_utilities=True)[1]
    found = strategy.query(X, clf, X[:30], y[:30], fit_clf=True, return_utilities=True)[1]
    np.testing.assert_array_equal(found, expected)
    weight = np.r_[np.ones(20), np.zeros(10)]
    other = strategy.query(X, clf, X[:30], y[:30], weight, fit_clf=True, return_utilities=True)[1]
    assert not np.array_equal(other, expected)
    with pytest.raises(NotFittedError):
        strategy.query(X, clf)


def test_before_any_label(clf):
    clf.fit(X[:5], np.full(5, np.nan))
    bought = played(CuttingPlaneStream(budget=0.1, random_state=0), clf)
    assert len(bought) == 31


@pytest.mark.parametrize(
    ("init", "query", "error"),
    [
        ({"budget": 0.0}, {}, ValueError),
        ({"budget": 1.1}, {}, ValueError),
        ({"budget": "all"}, {}, TypeError),
        ({"random_state": "state"}, {}, ValueError),
        ({}, {"candidates": "rows"}, ValueError),
        ({}, {"candidates": X[0]}, ValueError),
        ({}, {"clf": GaussianNB()}, TypeError),
        ({}, {"fit_clf": "yes"}, TypeError),
        ({}, {"return_utilities": None}, TypeError),
    ],
)
def test_parameters_are_checked(clf, init, query, error):
    clf.fit(X[:30], y[:30])
    strategy = CuttingPlaneStream(**init)
    with pytest.raises(error):
        strategy.query(**({"candidates": X, "clf": clf} | query))


def test_an_update_may_come_first_and_one_class_is_no_doubt(clf):
    strategy = CuttingPlaneStream(random_state=0)
    strategy.update(X[:3], [1], budget_manager_param_dict={"utilities": [0.1, 0.2, 0.3]})
    assert strategy.meter_.n_bought == 1
    alone = ParzenWindowClassifier().fit(X[:5], np.zeros(5))
    np.testing.assert_array_equal(strategy.query(X, alone, return_utilities=True)[1], 0)
    one_by_one, together = (CuttingPlaneStream(random_state=0) for _ in range(2))
    clf.fit(X[:30], y[:30])
    bought = played(one_by_one, clf)
    utilities = together.query(X, clf, return_utilities=True)[1]
    together.update(X, bought, budget_manager_param_dict={"utilities": utilities})
    assert together.meter_.n_bought == one_by_one.meter_.n_bought
    np.testing.assert_allclose(together.meter_.recent, one_by_one.meter_.recent)


def test_an_update_needs_utilities_and_places(clf):
    clf.fit(X[:30], y[:30])
    strategy = CuttingPlaneStream(random_state=0)
    at, utilities = strategy.query(X, clf, return_utilities=True)
    with pytest.raises(ValueError, match="return_utilities=True"):
        strategy.update(X, at)
    for wrong in ([len(X)], "all"):
        with pytest.raises(IndexError):
            strategy.update(X, wrong, budget_manager_param_dict={"utilities": utilities})
    assert clone(strategy).get_params() == strategy.get_params()
