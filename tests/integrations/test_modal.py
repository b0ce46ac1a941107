"""What modAL asks of an estimator: fit, partial_fit with new labels only, probabilities, a score.

modAL 0.4.2 itself runs with scikit-learn up to 1.7, which ``make test-oldest`` has; its learner is
written down here as it is documented, and compared with the real one there.
"""

import numpy as np
import pytest
import sklearn

from cutplane import CuttingPlaneClassifier

OLD = tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8)


class Learner:
    """``modAL.models.ActiveLearner`` with uncertainty sampling."""

    def __init__(self, estimator, X_training, y_training):
        self.estimator, self.X, self.y = estimator, X_training, y_training
        self.estimator.fit(self.X, self.y)

    def query(self, X_pool, n_instances=1):
        doubt = 1 - self.estimator.predict_proba(X_pool).max(axis=1)
        return np.argsort(-doubt, kind="stable")[:n_instances]

    def teach(self, X, y, *, only_new=False, **fit_kwargs):
        self.X, self.y = np.vstack([self.X, X]), np.concatenate([self.y, y])
        if only_new:
            self.estimator.fit(X, y, **fit_kwargs)
        else:
            self.estimator.fit(self.X, self.y, **fit_kwargs)


def test_the_classifier_learns_by_teach():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    y = (X[:, 0] > X[:, 1]).astype(int)
    first = np.concatenate([np.flatnonzero(y == 0)[:4], np.flatnonzero(y == 1)[:4]])
    learner = Learner(CuttingPlaneClassifier((20,), random_state=0), X[first], y[first])
    for _ in range(8):
        rows = learner.query(X, n_instances=2)
        learner.teach(X[rows], y[rows])
    assert learner.estimator.score(X, y) > 0.9


def test_keyword_arguments_of_teach_reach_fit():
    X = np.random.default_rng(0).normal(size=(30, 3))
    y = (X[:, 0] > 0).astype(int)
    learner = Learner(CuttingPlaneClassifier((10,), random_state=0), X[:20], y[:20])
    weight = 1.0 + np.arange(10) % 3
    learner.teach(X[20:], y[20:], only_new=True, sample_weight=weight)
    plain = CuttingPlaneClassifier((10,), random_state=0).fit(X[20:], y[20:], weight)
    np.testing.assert_array_equal(learner.estimator.predict_proba(X), plain.predict_proba(X))
    with pytest.raises(ValueError, match="one class"):
        learner.teach(X[:2], [1, 1], only_new=True)


@pytest.mark.skipif(not OLD, reason="modAL runs with scikit-learn up to 1.7")
@pytest.mark.filterwarnings("ignore:'force_all_finite' was renamed:FutureWarning")
def test_the_real_one_teaches_the_classifier_what_the_one_above_does():
    models = pytest.importorskip("modAL.models")
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = (X[:, 0] > X[:, 1]).astype(int)
    learners = [
        kind(CuttingPlaneClassifier((10,), random_state=0), X_training=X[:8], y_training=y[:8])
        for kind in (models.ActiveLearner, Learner)
    ]
    for start in (8, 10, 12):
        for learner in learners:
            learner.teach(X[start : start + 2], y[start : start + 2])
    real, written = (learner.estimator.predict_proba(X) for learner in learners)
    np.testing.assert_array_equal(real, written)
    assert learners[0].query(X)[0] == learners[1].query(X)
