"""Why a row is asked: true of the model, and in words that mean it."""

import numpy as np
import pytest
from scipy import sparse
from small_runs import begun, table, told, values

from cutplane import CuttingPlaneClassifier
from cutplane.app.learning.ahead import Ready
from cutplane.app.learning.why import suggestion, why

X, y = table()
ROWS = [3, 10, 20, 30, 41, 7, 55]


@pytest.fixture(scope="module")
def ledger():
    return begun(X).after(*told(ROWS, y[ROWS]))


def percent(sentence):
    """The last number of a sentence, as a share."""
    return float(sentence.split("%")[-2].split()[-1]) / 100


def test_the_nearest_labelled_rows_come_first(ledger):
    found = why(ledger, 5).nearest
    distance = np.linalg.norm(X[ROWS] - X[5], axis=1)
    order = np.argsort(distance)[:5]
    assert [near.row for near in found] == [ROWS[i] for i in order]
    assert [near.label for near in found] == y[ROWS][order].tolist()
    assert [near.distance for near in found] == pytest.approx(np.sort(distance)[:5].tolist())


def test_probabilities_are_those_of_the_model(ledger):
    found = why(ledger, 5)
    no, yes = ledger.model.estimator.predict_proba(X[[5]])[0].tolist()
    assert dict(found.probabilities) == pytest.approx({"no": no, "yes": yes})
    assert found.probabilities[0][1] >= found.probabilities[1][1]
    assert found.mean is found.std is None
    assert suggestion(ledger, 5).label == found.probabilities[0][0]
    assert suggestion(ledger, 5).probability == found.probabilities[0][1]


def test_before_a_model_a_row_covers_the_table():
    one = begun(X).after(*told([3, 4], ["no", "no"]))
    found = why(one, 5)
    assert found.probabilities is None
    far = np.linalg.norm(X[[3, 4]] - X[5], axis=1)
    assert [near.row for near in found.nearest] == [[3, 4][i] for i in np.argsort(far)]
    assert "cover" in found.expected
    assert suggestion(one, 5) is None
    assert why(begun(X), 5).nearest == ()


def test_the_row_that_is_asked_settles_more_than_others(ledger):
    best = percent(why(ledger, Ready.of(ledger).rows[0]).expected)
    every = [percent(why(ledger, row).expected) for row in range(60) if row not in ROWS]
    assert 0 < best <= 1
    assert best == pytest.approx(max(every), abs=0.002)
    assert min(every) < best / 2


def test_values_have_a_prediction_and_the_row_that_is_asked_settles_most():
    run = values(X).after(*told(ROWS, X[ROWS, 0]))
    found = why(run, 5)
    assert found.probabilities is None
    mean, std = run.model.estimator.predict(X[[5]], return_std=True)
    assert (found.mean, found.std) == (mean[0], std[0])
    assert suggestion(run, 5).label == mean[0]
    assert suggestion(run, 5).std == std[0]
    every = [percent(why(run, row).expected) for row in range(60) if row not in ROWS]
    assert percent(why(run, Ready.of(run).rows[0]).expected) == pytest.approx(max(every), abs=0.002)
    assert 0 < min(every) < max(every) / 2


def test_a_margin_says_how_close_the_call_is():
    ledger = begun(X, query="margin").after(*told(ROWS, y[ROWS]))
    found = why(ledger, 5)
    (best, p), (second, q) = found.probabilities
    assert f"close call: {best} has {p:.1%}, {second} has {q:.1%}." in found.expected


def test_several_classes_and_few_columns():
    labels = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    run = begun(X).after(*told(ROWS, labels[ROWS]))
    found = why(run, 5)
    assert len(found.probabilities) == 3
    assert sum(p for _, p in found.probabilities) == pytest.approx(1)
    assert 0 < percent(found.expected) < 1


def test_centers_without_a_law_and_sparse_rows():
    analytic = CuttingPlaneClassifier(hidden=(12,), center="analytic", random_state=0)
    for rows in (X, sparse.csr_matrix(X)):
        run = begun(rows, analytic).after(*told(ROWS, y[ROWS]))
        assert 0 < percent(why(run, 5).expected) < 1
        assert suggestion(run, 5).label in ("no", "yes")


def test_a_relu_network_too():
    relu = CuttingPlaneClassifier(hidden=(12,), activation="relu", random_state=0)
    run = begun(X, relu).after(*told(ROWS, y[ROWS]))
    assert 0 < percent(why(run, 5).expected) <= 1


def test_a_suggestion_has_the_probability_of_its_own_class():
    careful = CuttingPlaneClassifier(hidden=(12,), threshold=0.9, random_state=0)
    run = begun(X, careful).after(*told(ROWS, y[ROWS]))
    probability = run.model.estimator.predict_proba(X)[:, 1]
    row = int(np.flatnonzero((probability > 0.5) & (probability <= 0.9))[0])
    found = suggestion(run, row)
    assert found.label == "no"
    assert found.probability == pytest.approx(1 - probability[row])
