"""What the learner makes of all acts is what it makes of the labels that stand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.events import Event
from cutplane.active.journal import Journal
from cutplane.errors import InvalidInputError

N_ROWS = 8
PEOPLE = st.sampled_from(["al", "bo", "cy"])
ROWS = st.integers(0, N_ROWS - 1)
X = np.random.default_rng(0).normal(size=(N_ROWS, 2))


def acts_of(labels):
    return st.one_of(
        st.tuples(st.just("answer"), ROWS, labels, PEOPLE),
        st.tuples(st.just("answer_many"), st.lists(ROWS, min_size=1, max_size=4), labels, PEOPLE),
        st.tuples(st.sampled_from(["skip", "unknown", "withdraw"]), ROWS, PEOPLE),
        st.tuples(st.just("decide"), ROWS, labels, PEOPLE),
        st.tuples(st.just("undo"), PEOPLE),
    )


def begun(rules):
    kind = CuttingPlaneRegressor if rules.get("task") else CuttingPlaneClassifier
    return ActiveLearner(kind(hidden=(6,), random_state=0), X, random_state=0)._ledger


@pytest.mark.parametrize(
    ("rules", "labels"),
    [
        ({"takes_names": True}, ["a", "b", "c"]),
        ({}, ["a", "b"]),
        ({"task": "regression"}, [0.0, 0.25, 1.0]),
    ],
    ids=["names", "no-names", "values"],
)
@settings(max_examples=6)
@given(data=st.data())
def test_replayed_acts_teach_the_labels_that_stand(desk, rules, labels, data):
    own, ledger = desk(N_ROWS, **rules), begun(rules)
    for name, *told in data.draw(st.lists(acts_of(st.sampled_from(labels)), min_size=4)):
        try:
            getattr(own, name)(*told)
        except InvalidInputError:
            assert name == "withdraw"
    ledger.check_recorded(own.log.events)
    after = ledger.after(*own.log.events)
    assert dict(zip(after.book.told, after.book.labels, strict=True)) == own.standing
    assert after.book.skipped.tolist() == own.skipped.tolist()
    twin = ledger.after(
        *(
            Event("labelled", b.questions.tolist(), b.labels.tolist(), b.annotators.tolist())
            for b in after.book.batches
        )
    )
    assert after.model.cut_rows == twin.model.cut_rows
    if after.model.is_fitted:
        scores = [one.model.estimator.scores(X) for one in (after, twin)]
        np.testing.assert_array_equal(*scores)


def test_a_desk_and_a_learner_go_on_in_each_others_journal(desk, tmp_path):
    path = tmp_path / "a.journal"
    model = CuttingPlaneClassifier(hidden=(6,), random_state=0)
    with ActiveLearner(model, X, random_state=0, journal=path) as learner:
        learner.tell([0, 1], ["a", "b"])
    with Journal(path) as log:
        own = desk(N_ROWS, log, takes_names=True)
        own.answer(2, "a", "al")
        own.answer(2, "b", "bo")
        own.unknown(3, "bo")
        own.answer(1, "a", "al")
        assert own.undo("al").rows == (1,)
        assert own.standing == {0: "a", 1: "b", 2: "a"}
    with ActiveLearner(model, X, random_state=0, journal=path) as learner:
        assert learner.labels_rows_.tolist() == [0, 1, 2]
        assert learner.labels_annotators_.tolist() == ["", "", "al"]
        assert (learner.skipped_.tolist(), learner.n_asked_) == ([3], 6)
        learner.relabel([2], ["b"])
        learner.tell([5], ["a"], "cy")
    with Journal(path) as log:
        own = desk(N_ROWS, log, takes_names=True)
        assert own.standing == {0: "a", 1: "b", 2: "b", 5: "a"}
        assert (own.n_asked, own.n_given, own.can_undo("bo")) == (8, 5, True)
