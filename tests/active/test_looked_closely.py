"""What a question looked at closely is not looked at again, and changes no question."""

import copy
import pickle

import numpy as np
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active import question as question_module
from cutplane.scanning.looked import Looked
from cutplane.space.arrangement import Arrangement

N = 150


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    for name, value in (("N_CLOSE", 40), ("_N_CLOSE_LEAST", 30)):
        monkeypatch.setattr(question_module, name, value)


@pytest.fixture
def table():
    def build(kind, n=N):
        X = np.random.default_rng(0).normal(size=(n, 3))
        score = X[:, 0] + X[:, -1] ** 2
        bounds = {"classes": [0.5], "three": [0.3, 1.2]}.get(kind)
        return X, np.digitize(score, bounds) if bounds else score

    return build


def learner_of(X, y, **options):
    model = CuttingPlaneClassifier if y.dtype.kind == "i" else CuttingPlaneRegressor
    learner = ActiveLearner(model(hidden=(12,), random_state=0, **options), X, random_state=0)
    learner.tell(np.arange(12), y[:12])
    return learner


def asked(learner, y, before, n_questions=5):
    rows = []
    for _ in range(n_questions):
        before(learner.domain.source)
        rows.append(int(learner.ask()[0]))
        learner.tell(rows[-1:], y[rows[-1:]])
    return rows


def forget(source):
    source.looked = Looked()


@pytest.mark.parametrize("kind", ["classes", "three", "values"])
@pytest.mark.parametrize("options", [{}, {"center": "analytic"}, {"activation": "relu"}])
@pytest.mark.parametrize("n", [N, 35])
def test_questions_are_those_of_who_forgets(kind, options, n, table):
    X, y = table(kind, n)
    found = asked(learner_of(X, y, **options), y, lambda source: None)
    assert found == asked(learner_of(X, y, **options), y, forget)


def test_gates_see_no_row_twice_of_those_near_a_decision(table, monkeypatch):
    X, y = table("classes")
    seen, patterns = [], Arrangement.patterns
    monkeypatch.setattr(
        Arrangement, "patterns", lambda self, X: seen.append(X.shape[0]) or patterns(self, X)
    )
    counts = []
    for before in (lambda source: None, forget):
        learner = learner_of(X, y)
        learner.ask()
        seen.clear()
        asked(learner, y, before)
        counts.append(sum(seen))
    assert counts[0] < counts[1] / 2


def test_labels_that_are_corrected_are_met(table):
    X, y = table("classes")
    kept, forgetful = learner_of(X, y), learner_of(X, y)
    for step in range(4):
        forget(forgetful.domain.source)
        rows = kept.ask()
        assert rows.tolist() == forgetful.ask().tolist()
        for learner in (kept, forgetful):
            learner.tell(rows, y[rows])
            if step == 1:
                learner.relabel(rows, 1 - y[rows])


def test_copies_of_a_source_hold_nothing_of_it(table):
    X, y = table("classes")
    learner = learner_of(X, y)
    learner.ask()
    assert learner.domain.source.looked.close
    for again in (copy.deepcopy(learner), pickle.loads(pickle.dumps(learner))):
        assert not again.domain.source.looked.close
        assert again.ask().tolist() == learner.ask().tolist()


def test_products_with_many_labels_are_not_kept(table, monkeypatch):
    X, y = table("classes")
    monkeypatch.setattr(question_module, "_KEPT", 12 * 40)
    learner = learner_of(X, y)
    learner.ask()
    assert not learner.domain.source.looked.close
