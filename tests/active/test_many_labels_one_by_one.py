"""Learners whose labels move few sites each: reopened, saved, corrected, and what they keep."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.newton import kernel_gravity

rng = np.random.default_rng(0)
X = rng.normal(size=(150, 3))
Y = np.where(X[:, 0] + np.sin(2 * X[:, 1]) > 0.2, "yes", "no")


@pytest.fixture(autouse=True)
def followed(monkeypatch):
    """From twenty labels on."""
    monkeypatch.setattr(kernel_gravity, "LEAST_ROWS", 20)
    monkeypatch.setattr(kernel_gravity, "MOST_NEW", 0.05)


def learner(**options):
    return ActiveLearner(CuttingPlaneClassifier(hidden=(20,), random_state=0), X, **options)


def asked(active, n_questions):
    """Rows asked, each of them answered."""
    rows = []
    for _ in range(n_questions):
        row = active.ask()
        active.tell(row, Y[row])
        rows += row.tolist()
    return rows


def moving(model):
    """Covariances that a model keeps for the next label."""
    return [own.law.moving for own in model.estimator._scores[0].members]


def test_a_journal_goes_on_as_if_it_had_not_been_closed(tmp_path):
    with learner(random_state=0, journal=tmp_path / "run.journal") as first:
        asked(first, 30)
        assert all(own is not None for own in moving(first._ledger.course.model))
        going = first.estimator_.scores(X)
        following = asked(first, 3)
    with learner(random_state=0, journal=tmp_path / "run.journal") as again:
        assert again.labels_rows_.tolist()[-3:] == following
    active = learner(random_state=0)
    asked(active, 30)
    np.testing.assert_array_equal(active.estimator_.scores(X), going)


def test_a_saved_learner_goes_on_alike(tmp_path):
    active = learner(random_state=0)
    asked(active, 30)
    active.save(tmp_path / "run.learner")
    again = ActiveLearner.load(tmp_path / "run.learner", X)
    assert asked(again, 5) == asked(active, 5)
    np.testing.assert_allclose(again.estimator_.scores(X), active.estimator_.scores(X), atol=1e-7)


def test_a_correction_is_learnt_as_if_told_so():
    active = learner(random_state=0)
    rows = asked(active, 30)
    wrong = rows[-6]
    active.relabel(wrong, "no" if Y[wrong] == "yes" else "yes")
    labels = dict(zip(active.labels_rows_.tolist(), active.labels_.tolist(), strict=True))
    other = learner(random_state=0)
    for row in rows:
        other.tell([row], [labels[row]])
    np.testing.assert_allclose(other.estimator_.scores(X), active.estimator_.scores(X), atol=1e-7)


def test_models_that_wait_hold_nothing_that_can_be_computed_again():
    active = learner(random_state=0)
    asked(active, 30)
    *waiting, before, now = active._ledger.course.models
    assert all(own is not None for model in (before, now) for own in moving(model))
    fitted = [model for model in waiting if model.is_fitted]
    assert len(fitted) > 5
    for model in fitted:
        assert not any(own is not None for own in moving(model))
        assert not model.estimator._scores[0]._kept.__getstate__()
        assert model.estimator.predict(X).shape == (150,)
