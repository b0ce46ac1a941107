"""Questions about a table: rows without a label, points inside their box."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cutplane import CuttingPlaneClassifier
from cutplane.errors import InvalidInputError
from cutplane.tables.questions import next_points, next_rows
from cutplane.tables.table import Table


@pytest.fixture
def estimator():
    return CuttingPlaneClassifier(hidden=(10,), random_state=0)


@pytest.fixture
def table():
    """Thirty points of which every third has a label."""
    X = np.random.default_rng(0).uniform([10, -1], [20, 1], size=(30, 2))
    labels = pd.Series(np.where(X[:, 0] > 14, "far", "near"), name="y", dtype=object)
    labels[np.arange(30) % 3 > 0] = np.nan
    return Table("points", pd.DataFrame(X, columns=["u", "v"]), labels, "classification")


def test_rows_are_new_and_without_a_label(table, estimator):
    asked = next_rows(table, estimator, 5, seed=1)
    rows = [row.number for row in asked.rows]
    assert len(set(rows)) == 5
    assert not set(rows) & set(table.labelled_rows)
    assert next_rows(table, estimator, 5, seed=1) == asked


def test_no_more_rows_come_than_have_no_label(table, estimator):
    assert len(next_rows(table, estimator, 25).rows) == 20


def test_points_lie_in_the_box_and_in_the_units_of_the_table(table, estimator):
    estimator.set_params(activation="relu")
    points = next_points(table, [(10, 20), (-1, 1)], estimator, 3, query="margin")
    assert list(points.columns) == ["u", "v"]
    assert points["u"].between(10, 20).all()
    assert points["v"].between(-1, 1).all()


def test_points_need_no_row_yet(estimator):
    empty = Table("points", pd.DataFrame(columns=["u", "v"], dtype=float))
    assert len(next_points(empty, [(0, 1), (5, 6)], estimator, 4).drop_duplicates()) == 4


def test_rows_come_with_their_number_their_line_and_their_cells(table, estimator):
    features = table.features.assign(
        who=[f"{i:03}" for i in range(30)],
        day=pd.date_range("2024-01-01", periods=30),
        count=np.where(np.arange(30) % 2, 7.0, np.nan),
    )
    numbers = np.arange(30) + 5 + (np.arange(30) > 9)
    found = next_rows(replace(table, features=features, numbers=numbers), estimator, 20)
    assert found.why_none == ""
    assert {row.number for row in found.rows} == set(np.delete(numbers, np.s_[::3]).tolist())
    for row in found.rows:
        position = int(np.flatnonzero(numbers == row.number)[0])
        assert row.place == {"line": row.number + 2}
        assert row.cells == {
            "u": features.loc[position, "u"],
            "v": features.loc[position, "v"],
            "who": f"{position:03}",
            "day": str(features.loc[position, "day"].date()),
            "count": 7 if position % 2 else None,
        }
    assert json.loads(json.dumps(found.rows[0].cells)) == found.rows[0].cells


def test_what_was_made_of_the_table_is_said(table, estimator):
    features = table.features.assign(id=np.arange(30) * 7)
    found = next_rows(replace(table, features=features), estimator)
    assert [remark.columns for remark in found.report.remarks] == [("id",)]
    kept = next_rows(replace(table, features=features), estimator, keep=["id"])
    assert not kept.report.remarks


def test_nothing_to_ask_says_why(table, estimator):
    labels = table.target.fillna("far")
    found = next_rows(replace(table, target=labels), estimator)
    assert found.why_none == "Every row has a label; there is nothing to ask."


def test_skipped_rows_are_not_asked_and_those_that_are_not_there_are_named(table, estimator):
    numbers = np.arange(30) + (np.arange(30) > 9)
    table = replace(table, numbers=numbers)
    first = [row.number for row in next_rows(table, estimator, 4).rows]
    found = next_rows(table, estimator, 20, skip=[*first[:2], 0])
    assert {row.number for row in found.rows} == {*numbers[np.arange(30) % 3 > 0]} - {*first[:2]}
    assert (found.n_unlabelled, found.n_skipped) == (20, 2)  # row 0 has a label
    for absent in (10, 31, -1):
        with pytest.raises(InvalidInputError, match=f"has no row {absent}; it has 30 rows"):
            next_rows(table, estimator, skip=[absent])


def test_everything_skipped_says_so(table, estimator):
    unlabelled = np.flatnonzero(table.target.isna()).tolist()
    found = next_rows(table, estimator, skip=unlabelled)
    assert found.why_none.startswith("All 20 rows without a label are skipped")


def test_points_have_columns_of_any_name(estimator):
    empty = Table("points", pd.DataFrame(columns=["index", "id"], dtype=float))
    assert next_points(empty, [(0, 1), (0, 1)], estimator, 2).shape == (2, 2)
