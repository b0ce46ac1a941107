"""Similar rows are open, near and predicted alike."""

import numpy as np
from small_runs import begun, table, told, values

from cutplane.app.learning import similar as module
from cutplane.app.learning.similar import N_IN_GROUP, groups, similar

X, y = table(120)
ROWS = [3, 10, 20, 30, 41, 7, 55]


def test_similar_rows_are_the_nearest_open_ones_of_the_same_class():
    ledger = begun(X).after(*told(ROWS, y[ROWS]))
    closed = [1, 2, 50]
    predicted = ledger.model.estimator.predict(X)
    order = np.argsort(np.linalg.norm(X - X[5], axis=1)).tolist()
    expected = [
        row for row in order if row not in (5, *closed, *ROWS) and predicted[row] == predicted[5]
    ]
    assert list(similar(ledger, 5, 6, closed)) == expected[:6]


def test_a_labelled_row_has_similar_rows_too():
    ledger = begun(X).after(*told(ROWS, y[ROWS]))
    assert len(similar(ledger, 3, 6, [])) == 6
    assert 3 not in similar(ledger, 3, 6, [])


def test_of_values_and_before_a_model_the_nearest():
    order = np.argsort(np.linalg.norm(X - X[5], axis=1)).tolist()
    assert list(similar(begun(X), 5, 4, [])) == order[1:5]
    run = values(X).after(*told(ROWS, X[ROWS, 0]))
    assert list(similar(run, 5, 4, [])) == [row for row in order if row not in (5, *ROWS)][:4]


def test_groups_are_open_alike_and_apart():
    ledger = begun(X).after(*told(ROWS, y[ROWS]))
    closed = list(range(60, 80))
    found = groups(ledger, 4, closed)
    assert 1 < len(found) <= 4
    rows = [row for group in found for row in group.rows]
    assert len(rows) == len(set(rows))
    assert not set(rows) & {*closed, *ROWS}
    for group in found:
        assert set(ledger.model.estimator.predict(X[list(group.rows)])) == {group.label}
        distance = np.linalg.norm(X[list(group.rows)] - X[group.rows[0]], axis=1)
        assert (np.diff(distance) >= 0).all()
        assert len(group.rows) <= N_IN_GROUP
    assert groups(ledger, 4, closed) == found


def test_groups_of_a_large_table_look_at_some_of_it(monkeypatch):
    monkeypatch.setattr(module, "_MOST_ROWS", 40)
    ledger = begun(X).after(*told(ROWS, y[ROWS]))
    rows = [row for group in groups(ledger, 10, []) for row in group.rows]
    assert 10 <= len(rows) <= 40


def test_groups_without_classes_or_open_rows():
    assert groups(begun(X), 3, [])[0].label is None
    run = values(X).after(*told(ROWS, X[ROWS, 0]))
    assert {group.label for group in groups(run, 3, [])} == {None}
    assert groups(begun(X), 3, range(120)) == ()
    assert groups(begun(X), 3, range(119))[0].rows == (119,)
    assert similar(begun(X), 5, 3, range(120)) == ()
