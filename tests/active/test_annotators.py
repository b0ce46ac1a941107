"""Who gave a label is checked, recorded, learnt from, saved and replayed."""

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.journal_file import read_journal
from cutplane.errors import InvalidInputError

FIRST, SECOND = np.arange(6), np.arange(6, 10)
NAMES = ["al"] * 6 + ["bo", "al", "bo", ""]


@pytest.fixture
def told(pool, learner):
    """Function (**options) -> learner told six labels of al, then two of bo and one of nobody."""

    def build(**options):
        X, y = pool()
        active = learner(X, CuttingPlaneClassifier(hidden=(6,), random_state=0), **options)
        active.tell(FIRST, y[FIRST], "al")
        active.tell(SECOND, y[SECOND], annotator=["bo", "al", "bo", None])
        return active

    return build


def test_names_are_kept_in_the_order_of_labels_and_reach_the_model(told, pool):
    X, y = pool()
    active = told()
    assert active.labels_annotators_.tolist() == NAMES
    assert active.estimator_.annotators_.tolist() == ["al", "bo", ""]
    assert active.estimator_.flips_.keys() == {"al", "bo", ""}
    once = CuttingPlaneClassifier(hidden=(6,), random_state=0)
    once.fit(X[:6], y[:6], X_pool=X, annotator="al")
    once.partial_fit(X[6:10], y[6:10], annotator=NAMES[6:])
    np.testing.assert_allclose(
        active.estimator_.decision_function(X), once.decision_function(X), atol=1e-9
    )


def test_whoever_gave_labels_before_there_was_a_model_is_not_forgotten(pool, learner):
    X, y = pool()
    order = np.argsort(y, kind="stable")
    active = learner(X)
    active.tell(order[:3], y[order[:3]], annotator=[7, 8, 7])
    assert not active.is_fitted
    active.tell(order[-1:], y[order[-1:]], annotator=8)
    assert active.estimator_.annotators_.tolist() == ["7", "8"]


def test_labels_of_nobody_are_told_to_the_model_as_before(pool, learner):
    X, y = pool()
    active = learner(X, CuttingPlaneClassifier(hidden=(6,), center="analytic", random_state=0))
    active.tell(FIRST, y[FIRST])
    active.tell(SECOND, y[SECOND], annotator=["", None, "", ""])
    assert active.labels_annotators_.tolist() == [""] * 10
    assert active.n_cuts_ == 10


def test_a_saved_learner_knows_who_gave_its_labels(told, tmp_path):
    active = told()
    active.save(tmp_path / "learner.npz")
    again = ActiveLearner.load(tmp_path / "learner.npz")
    assert again.labels_annotators_.tolist() == NAMES
    assert again.estimator_.flips_ == active.estimator_.flips_
    assert again.ask().tolist() == active.ask().tolist()


def test_a_journal_restores_the_names(told, pool, learner, tmp_path):
    path = tmp_path / "labels.db"
    active = told(journal=path)
    model = CuttingPlaneClassifier(hidden=(6,), random_state=0)
    again = learner(pool()[0], model, journal=path)
    assert again.labels_annotators_.tolist() == NAMES
    assert again.estimator_.annotators_.tolist() == active.estimator_.annotators_.tolist()
    active.save(tmp_path / "learner.npz")
    ActiveLearner.load(tmp_path / "learner.npz", journal=tmp_path / "other.db")
    events = read_journal(tmp_path / "other.db").events
    assert [name for event in events for name in event.annotators] == NAMES


def test_a_journal_with_other_names_is_of_another_run(told, tmp_path):
    told().save(tmp_path / "learner.npz")
    path = tmp_path / "labels.db"
    told(journal=path)
    with pytest.raises(InvalidInputError, match="holds other events"):
        ActiveLearner.load(tmp_path / "learner.npz", journal=path)


@pytest.mark.parametrize(
    ("annotator", "message"),
    [
        (["al", "bo"], r"annotator of shape \(2,\) arrived; give one name, or 6"),
        ([["al"] * 6], "annotator of shape"),
        (0.5, "text or whole numbers"),
        (np.nan, "text or whole numbers"),
    ],
)
def test_names_that_make_no_sense_are_refused_before_anything_is_recorded(
    pool, learner, tmp_path, annotator, message
):
    X, y = pool()
    active = learner(X, journal=tmp_path / "labels.db")
    with pytest.raises(InvalidInputError, match=message):
        active.tell(FIRST, y[FIRST], annotator)
    _nothing_was_recorded(active, tmp_path / "labels.db")


@pytest.mark.parametrize("options", [{"center": "analytic"}, {"activation": "relu"}, {"cost": 3.0}])
def test_a_center_without_flips_refuses_names_before_anything_is_recorded(
    pool, learner, tmp_path, options
):
    X, y = pool()
    model = CuttingPlaneClassifier(hidden=(6,), random_state=0, **options)
    active = learner(X, model, journal=tmp_path / "labels.db")
    with pytest.raises(InvalidInputError, match="center='analytic' has no flips"):
        active.tell(FIRST, y[FIRST], annotator="al")
    _nothing_was_recorded(active, tmp_path / "labels.db")
    active.tell(FIRST, y[FIRST])
    assert active.n_labels_ == 6


def test_numbers_have_no_annotator(pool, regressor, learner, tmp_path):
    X, _ = pool()
    active = learner(X, regressor(), journal=tmp_path / "labels.db")
    with pytest.raises(InvalidInputError, match="numbers are not right or wrong"):
        active.tell(FIRST, X[FIRST, 0], annotator="al")
    _nothing_was_recorded(active, tmp_path / "labels.db")


def _nothing_was_recorded(active, path):
    assert active.n_labels_ == active.labels_annotators_.size == 0
    assert read_journal(path).events == ()
    assert not active.is_fitted
    assert 0 in active.ask(50)
