"""Parameters and arguments of a learner that make no sense are named."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.settings import Settings
from cutplane.errors import InvalidInputError


def test_a_regressor_has_no_margin(pool, regressor, learner):
    with pytest.raises(InvalidInputError, match=r"no decision.*variance_reduction"):
        learner(pool(15)[0], regressor(), query="margin")


def test_arguments_that_make_no_sense_are_named(pool, classifier, learner):
    X, _ = pool()
    with pytest.raises(InvalidInputError, match="query='best' is unknown"):
        learner(X, query="best")
    with pytest.raises(InvalidInputError, match="either a pool"):
        ActiveLearner(classifier())
    with pytest.raises(InvalidInputError, match="either a pool"):
        ActiveLearner(classifier(), X, domain=([0, 0], [1, 1]))
    X[3, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        learner(X)


def test_an_unknown_query_model_is_named():
    with pytest.raises(InvalidInputError, match="center, final"):
        ActiveLearner(CuttingPlaneClassifier(), np.eye(3), query_model="best")


@pytest.mark.parametrize("estimator", [CuttingPlaneClassifier, LogisticRegression(), None])
def test_other_estimators_are_refused_at_once(estimator):
    with pytest.raises(InvalidInputError, match="give a CuttingPlaneClassifier"):
        ActiveLearner(estimator, np.eye(3))


@pytest.mark.parametrize("depth", [-1.0, np.nan, np.inf, "deep"])
def test_depths_that_put_a_cut_nowhere(depth):
    X = np.random.default_rng(0).normal(size=(20, 2))
    clf = CuttingPlaneClassifier(hidden=(5,))
    with pytest.raises(InvalidInputError, match="depth"):
        ActiveLearner(clf, X, depth=depth)
    with pytest.raises(InvalidInputError, match="depth"):
        clf.partial_fit(X, X[:, 0] > 0, depth=depth)


@pytest.mark.parametrize("n", [0, -2])
def test_asking_for_nothing_is_named(pool, learner, n):
    with pytest.raises(InvalidInputError, match="at least one"):
        learner(pool()[0]).ask(n)


@pytest.mark.parametrize("n", [0, -1, 1.5, "2"])
def test_a_question_is_for_a_whole_number_of_rows(n):
    X = np.random.default_rng(0).normal(size=(20, 2))
    learner = ActiveLearner(CuttingPlaneClassifier(hidden=(5,)), X, random_state=0)
    with pytest.raises(InvalidInputError, match="whole number"):
        learner.ask(n)


def test_nothing_is_left_open():
    chosen = {"query": None, "batch_size": 1, "cut_agreeing": None, "depth": 0.0}
    plain = Settings.checked(is_regression=False, is_box=False, query_model=None, **chosen)
    assert (plain.query, plain.cut_agreeing) == ("variance_reduction", True)
    assert plain.spreads_batch
    in_box = Settings.checked(is_regression=False, is_box=True, query_model=None, **chosen)
    assert in_box.query == "margin"
    chosen["query"] = "extremes"
    ends = Settings.checked(is_regression=False, is_box=False, query_model=None, **chosen)
    assert not ends.cut_agreeing
    assert not ends.spreads_batch
