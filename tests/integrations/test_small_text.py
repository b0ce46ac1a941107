"""The classifier in small-text: its factory, its queries, its weights."""

import numpy as np
import pytest
from scipy import sparse

small_text = pytest.importorskip("small_text")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

from cutplane import CuttingPlaneClassifier  # noqa: E402


def test_the_classifier_learns_in_a_pool_based_learner():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    y = (X[:, 0] > X[:, 1]).astype(int)
    pool = small_text.SklearnDataset(sparse.csr_matrix(X), y, target_labels=np.arange(2))
    factory = small_text.SklearnClassifierFactory(
        CuttingPlaneClassifier((20,), random_state=0), num_classes=2
    )
    learner = small_text.PoolBasedActiveLearner(factory, small_text.LeastConfidence(), pool)
    first = np.concatenate([np.flatnonzero(y == 0)[:4], np.flatnonzero(y == 1)[:4]])
    learner.initialize_data(first, y[first])
    for _ in range(4):
        asked = learner.query(num_samples=4)
        learner.update(y[asked])
    assert np.mean(learner.classifier.predict(pool) == y) > 0.9
    assert learner.classifier.predict_proba(pool).shape == (120, 2)


def test_weights_reach_the_labels():
    X = np.random.default_rng(0).normal(size=(30, 3))
    y, weight = (X[:, 0] > 0).astype(int), 1.0 + np.arange(30) % 3
    train = small_text.SklearnDataset(sparse.csr_matrix(X), y, target_labels=np.arange(2))
    own = CuttingPlaneClassifier((10,), random_state=0)
    wrapped = small_text.SklearnClassifier(own, 2).fit(train, weights=weight)
    plain = CuttingPlaneClassifier((10,), random_state=0).fit(X, y, weight)
    np.testing.assert_allclose(wrapped.predict_proba(train), plain.predict_proba(X), atol=1e-8)
