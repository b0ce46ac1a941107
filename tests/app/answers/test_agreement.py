"""Agreement, each person's share of wrong labels, and what suggestions do, on known answers."""

import sys

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.app.answers.agreement import acceptance, alpha, flips
from cutplane.app.answers.given import Seen

#: Four observers of twelve units, 0 for none: Krippendorff, "Computing Krippendorff's
#: Alpha-Reliability" (2011), example C.
OBSERVED = {
    "al": [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    "bo": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    "cy": [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    "di": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
}


def observed(desk, **rules):
    own = desk(12, **rules)
    for who, labels in OBSERVED.items():
        for row, label in enumerate(labels):
            if label:
                own.answer(row, label, who)
            else:
                own.unknown(row, who)
    return own


@pytest.mark.parametrize(
    ("task", "level", "value"),
    [("classification", "nominal", 0.743), ("regression", "interval", 0.849)],
)
def test_alpha_is_that_of_the_book(desk, task, level, value):
    own = alpha(observed(desk, task=task, n_unknown=9))
    assert own.alpha == pytest.approx(value, abs=5e-4)
    assert (own.n_rows, own.n_people, own.level, own.why_none) == (11, 4, level, "")


def test_no_alpha_where_it_cannot_be_told(desk, monkeypatch):
    own = desk()
    own.answer(1, "a", "al")
    assert (alpha(own).alpha, alpha(own).n_rows) == (None, 0)
    assert "No row has labels of two people" in alpha(own).why_none
    own.answer(1, "a", "bo")
    assert alpha(own).alpha is None
    assert "are the same" in alpha(own).why_none
    own.answer(2, "a", "al")
    own.decide(2, "b", "re")
    assert alpha(own).n_rows == 1
    own.answer(2, "b", "bo")
    assert alpha(own).alpha == pytest.approx(0.0)
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    assert alpha(own).why_none.endswith("pip install 'cutplane[team]'.")


def learner(X, model=None):
    return ActiveLearner(model or CuttingPlaneClassifier(random_state=0), X, random_state=0)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_flips_of_simulated_people_come_out(desk, n_classes):
    rng, n_rows = np.random.default_rng(3), 150
    X = rng.normal(size=(n_rows, 3))
    score = X[:, 0] + 0.8 * X[:, 1] * X[:, 2]
    right = np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))
    own = desk(n_rows)
    for who, share in [("al", 0.02), ("bo", 0.1), ("cy", 0.3)]:
        for place, row in enumerate(rng.permutation(n_rows)[:80].tolist()):
            other = (right[row] + rng.integers(1, n_classes)) % n_classes
            own.answer(row, int(other if place < 80 * share else right[row]), who)
    found = flips(learner(X)._ledger, own)
    assert found["al"].share < found["bo"].share < found["cy"].share
    assert found["al"].high < found["cy"].share
    for who, share in [("al", 0.02), ("bo", 0.1), ("cy", 0.3)]:
        assert found[who].low - 0.02 < share < found[who].high + 0.02
        assert (found[who].n, found[who].low < found[who].share < found[who].high) == (80, True)


def test_no_flips_where_nobody_has_any(desk):
    X = np.random.default_rng(0).normal(size=(9, 2))
    own = desk()
    own.answer(1, "a", "al")
    assert flips(learner(X)._ledger, own) is None
    own.answer(2, "b", "al")
    assert flips(learner(X)._ledger, own)["al"].n == 2
    analytic = CuttingPlaneClassifier(center="analytic", cost=100.0, random_state=0)
    assert flips(learner(X, analytic)._ledger, own) is None
    values = desk(task="regression")
    values.answer(1, 0.5, "al")
    assert flips(learner(X, CuttingPlaneRegressor(random_state=0))._ledger, values) is None


def test_suggestions_that_were_seen_are_apart_from_the_others(desk):
    own = desk(n_rows=20, suggest="key", blind=0.0)
    for row in range(4):
        own.showed(row, "a", "al")
        own.answer(row, "a" if row else "b", "al")
    for row in range(4, 12):
        shown = "after" if row % 2 else "no"
        label = "a" if row < 6 else "b"
        own.answer(row, label, "al", Seen(suggestion="a", shown=shown, blind=shown == "no"))
    own.answer(12, "a", "al")
    own.skip(13, "al", Seen(suggestion="a"))
    share = acceptance(own)
    assert (share.shown, share.n_shown, share.unseen, share.n_unseen) == (0.75, 4, 0.25, 8)
    assert acceptance(desk()).shown is None
    values = desk(task="regression")
    values.answer(1, 0.5, "al", Seen(suggestion=0.5))
    assert acceptance(values).n_unseen == 0
