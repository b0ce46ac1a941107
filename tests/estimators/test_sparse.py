"""CSR pools give the answers of dense ones, and are never made dense."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.run import run
from cutplane.network import ReluNetwork, SpannedNetwork

MODELS = [
    CuttingPlaneClassifier(hidden=(20,), activation="relu", random_state=0),
    CuttingPlaneClassifier(hidden=(6, 4), activation="relu", random_state=0),
    CuttingPlaneClassifier(hidden=(20,), random_state=0),
    CuttingPlaneClassifier(hidden=(), random_state=0),
    CuttingPlaneRegressor(hidden=(20,), activation="relu", random_state=0),
    CuttingPlaneRegressor(hidden=(20,), random_state=0),
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: f"{m.activation}-{m.hidden}")


def relu(hidden, **options):
    return CuttingPlaneClassifier(hidden, activation="relu", random_state=0, **options)


def fastest(clf):
    return [score.scorer() for score in clf._scores]


def bag_of_words(n, d, rng):
    """About eight words a row; the label is whether it has more of the first half's."""
    words = rng.integers(d, size=(n, 8))
    X = sparse.csr_matrix((np.ones(8 * n), (np.repeat(np.arange(n), 8), words.ravel())), (n, d))
    return X, ((words < d // 2).mean(axis=1) > 0.5).astype(int)


@pytest.mark.slow
@every_model
def test_the_answers_are_those_of_dense_rows(model):
    X, y = bag_of_words(80, 40, np.random.default_rng(0))
    one, two = (ActiveLearner(model, pool, random_state=0) for pool in (X, X.toarray()))
    for learner in (one, two):
        run(learner, y.__getitem__, 15)
    np.testing.assert_array_equal(one.labels_rows_, two.labels_rows_)
    found, expected = one.estimator_.predict(X), two.estimator_.predict(X.toarray())
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.slow
@every_model
def test_the_pool_is_not_made_dense(model):
    X, y = bag_of_words(5_000, 10_000, np.random.default_rng(1))
    dense_bytes = X.shape[0] * X.shape[1] * 8
    learner = ActiveLearner(model, X, random_state=0)
    tracemalloc.start()
    try:
        run(learner, y.__getitem__, 10)
        learner.estimator_.predict(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert learner.n_labels_ == 10
    assert peak < dense_bytes / 4


@pytest.mark.parametrize("hidden", [(30,), (6, 4), (3, 3, 2)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_products_with_labelled_rows_are_the_decoded_network(hidden, fit_intercept, n_classes):
    X, _ = bag_of_words(60, 300, np.random.default_rng(2))
    y = np.arange(60) % n_classes
    clf = relu(hidden, fit_intercept=fit_intercept).fit(X[:12], y[:12], X_pool=X)
    assert all(isinstance(scorer, SpannedNetwork) for scorer in fastest(clf))
    networks = clf.network_ if n_classes > 2 else [clf.network_]
    for form in (X, X.toarray()):
        expected = np.column_stack([network(form) for network in networks])
        found = clf.decision_function(form).reshape(60, -1)
        np.testing.assert_allclose(found, expected, atol=1e-10 * np.abs(expected).max())


def test_the_weights_are_written_out_where_that_is_quicker():
    X, y = bag_of_words(80, 20, np.random.default_rng(3))
    clf = relu((5,)).fit(X, y)
    assert isinstance(fastest(clf)[0], ReluNetwork)
