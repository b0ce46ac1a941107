"""Labels that the others contradict are found, and no others."""

import numpy as np
import pytest
from small_runs import begun, table, told, values

from cutplane import CuttingPlaneClassifier
from cutplane.active.events import Event
from cutplane.app.learning.odd import odd

X, y = table(120)
ROWS = list(range(0, 120, 3))
FAR = max(ROWS, key=lambda row: abs(X[row].sum() - 0.3))


def swapped(label):
    return "no" if label == "yes" else "yes"


def test_a_wrong_class_far_from_the_line_is_the_oddest():
    labels = y[ROWS].copy()
    labels[ROWS.index(FAR)] = swapped(y[FAR])
    ledger = begun(X).after(*told(ROWS, labels))
    found = odd(ledger, 5)
    assert found[0].row == FAR
    assert found[0].label == swapped(y[FAR])
    assert found[0].probability < 0.1
    assert [own.probability for own in found] == sorted(own.probability for own in found)
    assert all(own.probability < 0.5 for own in found)
    assert odd(ledger, 0) == ()
    corrected = ledger.after(Event("relabelled", [FAR], [str(y[FAR])]))
    assert FAR not in {own.row for own in odd(corrected, 50)}


def test_of_several_classes_too():
    labels = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    wrong = max(ROWS, key=lambda row: X[row, 0])
    given = np.where(np.arange(120) == wrong, "a", labels)
    assert odd(begun(X).after(*told(ROWS, given[ROWS])), 3)[0][:2] == (wrong, "a")


def test_a_value_far_from_what_the_others_predict():
    numbers = X[:, 0] + 0.05 * np.random.default_rng(1).normal(size=120)
    numbers[ROWS[7]] += 3
    found = odd(values(X).after(*told(ROWS, numbers[ROWS])), 5)
    assert found[0].row == ROWS[7]
    assert found[0].label == numbers[ROWS[7]]
    assert found[0].probability < 0.05


def test_nothing_is_said_without_a_model_or_a_law():
    analytic = CuttingPlaneClassifier(hidden=(12,), center="analytic", random_state=0)
    assert odd(begun(X), 5) == ()
    assert odd(begun(X).after(*told([0, 3], ["no", "no"])), 5) == ()
    assert odd(begun(X, analytic).after(*told(ROWS[:6], y[ROWS[:6]])), 5) == ()


def test_the_probability_is_that_of_the_others():
    """Close to the probability of a model that was not told the label."""
    ledger = begun(X).after(*told(ROWS, y[ROWS]))
    near = min(ROWS, key=lambda row: abs(X[row].sum() - 0.3))
    given = ledger.after(Event("relabelled", [near], [swapped(y[near])]))
    without = ledger.after(Event("forgotten", [near]))
    said = {own.row: own.probability for own in odd(given, 50)}
    classes = without.model.estimator.classes_.tolist()
    truth = without.model.estimator.predict_proba(X[[near]])[0, classes.index(swapped(y[near]))]
    assert said.get(near, 0.5) == pytest.approx(min(truth, 0.5), abs=0.15)
