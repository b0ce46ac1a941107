"""Query strategies rank as they say, and batches do not repeat themselves."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.metrics import pairwise_distances

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.query import STRATEGIES, default_query, strategy
from cutplane.active.question import Question
from cutplane.errors import InvalidInputError
from cutplane.uncertainty.link import gaps


class Scorer(BaseEstimator):
    """A model whose scores and spread are the columns it was given."""

    def __init__(self, scores, spread=None):
        self._scores, self._spread = np.asarray(scores, dtype=float), spread

    @property
    def n_scores(self):
        return 1 if self._scores.ndim == 1 else self._scores.shape[1]

    def scores(self, X, model=None):
        return self._scores

    def spread(self, X):
        return np.asarray(self._spread, dtype=float)


def question(scores, *, spread=None, X=None, labelled=None, seed=0):
    X = np.arange(len(scores), dtype=float)[:, None] if X is None else X
    labelled = X[:1] if labelled is None else labelled
    return Question.about(X, labelled, Scorer(scores, spread), np.random.default_rng(seed))


def rng(seed=0):
    return np.random.default_rng(seed)


def test_margin_asks_nearest_to_the_boundary():
    utilities = STRATEGIES["margin"](question([3.0, -0.1, 0.5, -2.0])).utilities
    assert np.argsort(-utilities).tolist() == [1, 2, 3, 0]


def test_margin_of_several_classes_is_the_gap_of_the_two_best():
    scores = [[5.0, 4.9, -9.0], [1.0, 0.0, 0.0], [2.0, -3.0, 1.5]]
    found = STRATEGIES["margin"](question(scores))
    np.testing.assert_allclose(found.utilities, [-0.1, -1.0, -0.5])


def test_frontier_takes_doubtful_rows_for_twice_as_far():
    """Row 0 is labelled, with |f| = 1: doubtful is below one half."""
    X = np.array([[0.0], [3.0], [-4.0], [1.9]])
    asked = question([1.0, 0.4, 2.0, 0.0], X=X)
    asked.model.scores = lambda rows, model=None: np.array([1.0, 0.4, 2.0, 0.0])[: rows.shape[0]]
    utilities = STRATEGIES["frontier"](asked)
    np.testing.assert_allclose(np.sqrt(utilities), [0.0, 6.0, 4.0, 3.8])
    asked.model.scores = lambda rows, model=None: 7 * np.array([1.0, 0.4, 2.0, 0.0])[: len(rows)]
    del asked.__dict__["scores"]
    np.testing.assert_allclose(STRATEGIES["frontier"](asked), utilities)  # scores have no unit


def test_frontier_of_several_classes_looks_at_the_two_best():
    X = np.array([[0.0], [3.0], [-3.5]])
    scores = np.array([[1.0, 0.0, -1.0], [5.0, 4.8, 0.0], [2.0, -1.0, -1.0]])
    asked = question(scores, X=X)
    asked.model.scores = lambda rows, model=None: scores[: rows.shape[0]]
    assert np.argmax(STRATEGIES["frontier"](asked)) == 1


def test_extremes_ask_both_ends_in_turns():
    utilities = STRATEGIES["extremes"](question([0.5, 4.0, -7.0, 1.0, -2.0]))
    both = set(np.argsort(-utilities)[:2].tolist())
    assert both == {1, 2}
    assert set(np.argsort(-utilities)[:4].tolist()) == {1, 2, 3, 4}


def test_spread_asks_where_the_networks_differ_most():
    assert np.argmax(STRATEGIES["spread"](question([0, 0, 0], spread=[1, 3, 2]))) == 1
    several = [[1, 1], [2, 2], [3, 0]]
    assert np.argmax(STRATEGIES["spread"](question(np.zeros((3, 2)), spread=several))) == 1


def test_distance_to_a_decision_is_the_gap_to_the_best_rival():
    found = gaps(np.array([[5.0, 4.5, -9.0], [1.0, 3.0, 2.0]]))
    np.testing.assert_allclose(found, [[0.5, -0.5, -14.0], [-2.0, 1.0, -1.0]])
    np.testing.assert_allclose(gaps(np.array([[-2.0], [3.0]])), [[-2.0], [3.0]])


@pytest.mark.parametrize("n_classes", [2, 3])
def test_variance_reduction_prefers_the_boundary_to_the_sure_side(n_classes):
    """Two rows alike but for the side of the boundary they lie on: the doubtful one is asked."""
    X = np.linspace(-1, 1, 41)[:, None]
    y = np.digitize(X[:, 0], [0.1] if n_classes == 2 else [0.1, 0.9])
    clf = CuttingPlaneClassifier(hidden=(40,), random_state=0)
    learner = ActiveLearner(clf, X, random_state=0)
    first = [0, 14, 26, 40]
    learner.tell(first, y[first])
    asked = float(X[learner.ask()[0], 0])
    assert X[14, 0] < asked < X[26, 0] or (n_classes == 3 and asked > X[26, 0])


def test_what_is_asked_when_no_query_is_named():
    assert default_query(is_regression=True) == "variance_reduction"
    assert default_query(is_regression=False) == "variance_reduction"
    assert default_query(is_regression=True, by_scores=True) == "variance_reduction"
    assert default_query(is_regression=False, by_scores=True) == "margin"


def test_coverage_is_farthest_first():
    X = rng().normal(size=(40, 2))
    labelled = X[:3]
    utilities = STRATEGIES["coverage"](question(np.zeros(40), X=X, labelled=labelled))
    gaps = pairwise_distances(X, labelled).min(axis=1)
    np.testing.assert_allclose(utilities, gaps**2, atol=1e-9)


def test_random_favours_nobody():
    best = [int(np.argmax(STRATEGIES["random"](question(np.zeros(5), seed=s)))) for s in range(500)]
    counts = np.bincount(best, minlength=5)
    assert counts.min() > 60
    assert counts.max() < 140


def test_unknown_strategies_are_named():
    with pytest.raises(InvalidInputError, match=r"query='best' is unknown.*margin"):
        strategy("best")
    assert all(strategy(name) is STRATEGIES[name] for name in STRATEGIES)
