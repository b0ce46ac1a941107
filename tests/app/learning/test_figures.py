"""Figures say what the labels say, and advice no more than its rule knows."""

import numpy as np
import pytest
from small_runs import begun, table, told, values

from cutplane import CuttingPlaneClassifier
from cutplane.active.events import Event
from cutplane.active.stopping import SmallVersionSpace, StablePredictions
from cutplane.app.learning.figures import Observer, Point

X, y = table(200)
ROWS = list(range(0, 200, 8))


def observed(ledger, events, observer=None):
    observer = observer or Observer()
    for event in events:
        ledger = ledger.after(event)
        observer.see(ledger)
    return ledger, observer


@pytest.fixture(scope="module")
def seen():
    return observed(begun(X), told(ROWS, y[ROWS]))


def test_figures_of_classes(seen):
    ledger, observer = seen
    figures, estimator = observer.figures(ledger), ledger.model.estimator
    assert figures.n_labels == figures.n_asked == len(ROWS)
    assert figures.accuracy == estimator.accuracy_estimate_
    assert figures.error is None
    assert "low after questions" in figures.caution
    assert figures.classes == {c: int((y[ROWS] == c).sum()) for c in sorted(set(y))}
    predicted = estimator.predict(X)
    assert figures.expected == pytest.approx({c: np.mean(predicted == c) for c in ("no", "yes")})
    assert figures.log_volume_left == ledger.model.history[-1]["log_volume"] < 0
    assert 0 < figures.volume_ratio == ledger.model.history[-1]["ratio"] <= 1


def test_the_curve_has_a_point_for_each_number_of_labels(seen):
    ledger, observer = seen
    first = next(n for n in range(len(ROWS)) if len(set(y[ROWS[: n + 1]])) == 2) + 1
    assert [point.n_labels for point in observer.curve] == list(range(first, len(ROWS) + 1))
    last, known = observer.curve[-1], ledger.model.estimator.accuracy_estimate_
    assert last == Point(len(ROWS), known.accuracy, known.low, known.high)


def test_points_beyond_labels_that_were_taken_back_go(seen):
    ledger, observer = seen
    observer = Observer(observer.curve)
    observed(ledger, [Event("forgotten", ROWS[-5:])], observer)
    assert observer.curve[-1].n_labels == len(ROWS) - 5
    assert len({point.n_labels for point in observer.curve}) == len(observer.curve)


def test_before_a_model_little_is_known():
    ledger, observer = observed(begun(X), told(ROWS[:2], ["no", "no"]))
    figures = observer.figures(ledger)
    assert figures.classes == {"no": 2}
    assert figures.expected == {}
    assert figures.accuracy is figures.log_volume_left is figures.volume_ratio is None
    assert figures.curve == ()
    assert figures.caution == ""
    assert figures.advice == "It is too early for advice."
    assert not figures.should_stop


def test_without_a_law_no_accuracy_is_claimed():
    analytic = CuttingPlaneClassifier(hidden=(12,), center="analytic", random_state=0)
    ledger, observer = observed(begun(X, analytic), told(ROWS[:6], y[ROWS[:6]]))
    figures = observer.figures(ledger)
    assert figures.accuracy is None
    assert figures.curve == ()
    assert figures.caution == ""
    assert set(figures.expected) == {"no", "yes"}


def test_several_classes():
    labels = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    ledger, observer = observed(begun(X), told(ROWS[:12], labels[ROWS[:12]]))
    figures = observer.figures(ledger)
    assert sum(figures.expected.values()) == pytest.approx(1)
    predicted = ledger.model.estimator.predict(X)
    assert figures.expected == pytest.approx({c: np.mean(predicted == c) for c in "abc"})


def test_figures_of_values():
    ledger, observer = observed(values(X), told(ROWS[:10], X[ROWS[:10], 0]))
    figures = observer.figures(ledger)
    assert figures.accuracy is None
    assert figures.error == ledger.model.estimator.error_estimate_
    assert figures.curve[-1].value == figures.error.rmse
    assert figures.classes == figures.expected == {}
    assert "high after questions" in figures.caution


def test_one_value_has_no_others_to_be_predicted_by():
    ledger, observer = observed(values(X), told([3], [1.5]))
    figures = observer.figures(ledger)
    assert figures.error is None
    assert figures.curve == ()
    assert figures.caution == ""
    ledger, observer = observed(ledger, told([8], [2.5]), observer)
    assert observer.figures(ledger).error.high < np.inf


def test_calm_answers_are_said_as_the_rule_counts_them():
    """Labels that teach nothing new: those of rows that are predicted so, far from the line."""
    ledger, observer, rule = begun(X), Observer(), StablePredictions()
    side = X.sum(axis=1) - 0.3
    far = [row for row in np.argsort(-np.abs(side)).tolist() if row not in ROWS][:25]
    advice = (
        "Of the last 10 answers none changed more than 0.5% of the predictions: more labels "
        "change little."
    )
    for event in told([*ROWS, *far], y[[*ROWS, *far]]):
        ledger, observer = observed(ledger, [event], observer)
        if ledger.model.is_fitted:
            stops = rule.seen(ledger.model.estimator.predict(X))
            figures = observer.figures(ledger)
            assert (figures.advice == advice) == stops
            assert figures.should_stop >= stops
    assert stops


def test_answers_that_were_learnt_together_are_not_spoken_of_alone():
    ledger, observer = observed(begun(X), told(ROWS[:10], y[ROWS[:10]]))
    observer._stable = StablePredictions(tol=0.5)
    for at in range(1, 23, 2):
        rows = [4 * at + 1, 4 * at + 2]
        event = Event("labelled", rows, y[rows].tolist())
        ledger, observer = observed(ledger, [event], observer)
    assert observer.figures(ledger).advice == (
        "The last 10 times that answers were learnt, none changed more than 50.0% of the "
        "predictions: more labels change little."
    )


def test_a_small_version_space_is_said_of_the_rows_looked_at(seen, monkeypatch):
    ledger, observer = seen
    observer = Observer()
    observer.see(ledger)
    assert observer.figures(ledger).advice == "Answers still change the predictions: go on."
    observer._small = SmallVersionSpace(10.0)
    figures = observer.figures(ledger)
    assert figures.should_stop
    assert figures.advice.startswith("The networks left differ by at most 1000% of the size")
