"""CSR pools give the answers of dense ones, and are never made dense."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.loop import run

MODELS = [
    CuttingPlaneClassifier(hidden=(20,), random_state=0),
    CuttingPlaneClassifier(hidden=(6, 4), random_state=0),
    CuttingPlaneClassifier(hidden=(20,), activation="gated_relu", random_state=0),
    CuttingPlaneClassifier(hidden=(), random_state=0),
    CuttingPlaneRegressor(hidden=(20,), random_state=0),
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: f"{m.activation}-{m.hidden}")


def bag_of_words(n, d, rng):
    """About eight words a row; the label is whether it has more of the first half's."""
    words = rng.integers(d, size=(n, 8))
    X = sparse.csr_matrix((np.ones(8 * n), (np.repeat(np.arange(n), 8), words.ravel())), (n, d))
    return X, ((words < d // 2).mean(axis=1) > 0.5).astype(int)


@every_model
def test_the_answers_are_those_of_dense_rows(model):
    X, y = bag_of_words(80, 40, np.random.default_rng(0))
    one, two = (ActiveLearner(model, pool, random_state=0) for pool in (X, X.toarray()))
    for learner in (one, two):
        run(learner, y.__getitem__, 15)
    np.testing.assert_array_equal(one.labels_rows_, two.labels_rows_)
    found, expected = one.estimator_.predict(X), two.estimator_.predict(X.toarray())
    np.testing.assert_allclose(found, expected, atol=1e-7)


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
