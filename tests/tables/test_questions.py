"""Questions about a table: rows without a label, points inside their box."""

import numpy as np
import pandas as pd
import pytest

from cutplane import CuttingPlaneClassifier
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
