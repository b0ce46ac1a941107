from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.simulation import Curve, simulate, split_table
from cutplane.tables import Table, read_table


@pytest.fixture
def estimator():
    return CuttingPlaneClassifier(hidden=(20,), random_state=0)


@pytest.fixture
def moons():
    return split_table(read_table("moons"), seed=0)


def table_of(labels, task="classification"):
    features = pd.DataFrame({"a": np.arange(len(labels), dtype=float)})
    return Table("t", features, pd.Series(labels, name="y"), task)


def test_the_spiral_has_eighty_points_in_the_pool():
    split = split_table(read_table("spiral"))
    assert len(split.pool_rows) == 80
    assert len(split.test_rows) == 20


def test_split_divides_the_labelled_rows_and_keeps_proportions():
    labels = ["p", "q", "q", None] * 30
    table = table_of(labels)
    split = split_table(table, test_size=0.2, seed=3)
    both = np.concatenate([split.pool_rows, split.test_rows])
    assert sorted(both) == table.labelled_rows.tolist()
    assert split.y_pool.tolist() == [labels[row] for row in split.pool_rows]
    assert split.y_test.tolist() == [labels[row] for row in split.test_rows]
    assert (split.y_test == "p").sum() == 6


def test_split_follows_the_seed():
    table = read_table("moons")
    first, again, other = (split_table(table, seed=seed).test_rows for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_preprocessing_does_not_see_the_test_rows():
    table = read_table("moons")
    split = split_table(table, seed=0)
    np.testing.assert_allclose(split.X_pool.mean(axis=0), 0, atol=1e-12)
    features = table.features.copy()
    features.iloc[split.test_rows] += 100
    moved = split_table(replace(table, features=features), seed=0)
    np.testing.assert_array_equal(moved.X_pool, split.X_pool)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (table_of(["a"] * 9), r"one class \(a\)"),
        (table_of(["a", "b", "c"] * 9), r"3 classes \(a, b, c\)"),
        (table_of([np.nan] * 9), "no label"),
        (table_of([0.5, 1.5, 2.5], task="regression"), "regression is not there yet"),
        (table_of(["a"] * 8 + ["b"]), "1 of the rarer class"),
        (Table("t", pd.DataFrame({"a": [1.0]})), "name it with --target, one of a"),
    ],
)
def test_targets_that_cannot_be_learnt(table, message):
    with pytest.raises(InvalidInputError, match=message):
        split_table(table)


@pytest.mark.parametrize("test_size", [0, 1, -0.1, float("nan")])
def test_test_size_out_of_range(test_size):
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        split_table(read_table("moons"), test_size)


def test_test_labels_never_reach_the_learner(estimator, moons):
    flipped = replace(moons, y_test=1 - moons.y_test)
    honest = simulate(estimator, moons, query="margin", budget=15)
    other = simulate(estimator, flipped, query="margin", budget=15)
    np.testing.assert_array_equal(honest.learner.labels_rows_, other.learner.labels_rows_)
    np.testing.assert_allclose(np.add(honest.curve.accuracy, other.curve.accuracy), 1)


def test_every_answer_counts_and_is_measured(estimator, moons):
    seen = []
    simulation = simulate(
        estimator, moons, query="random", budget=12, on_answer=lambda c: seen.append(c.n_labels[-1])
    )
    assert simulation.curve.n_labels == seen == list(range(1, 13))
    assert simulation.learner.n_labels_ == 12
    assert not simulation.interrupted
    rows = simulation.learner.labels_rows_
    assert len(set(rows)) == 12
    np.testing.assert_array_equal(simulation.learner.labels_, moons.y_pool[rows])


def test_last_batch_is_cut_to_the_budget(estimator, moons):
    simulation = simulate(estimator, moons, query="random", budget=10, batch_size=4)
    assert simulation.curve.n_labels[-1] == simulation.learner.n_labels_ == 10


@pytest.mark.parametrize("budget", [0, 701])
def test_budget_must_fit_the_pool(estimator, moons, budget):
    with pytest.raises(InvalidInputError, match=f"budget is {budget} labels.*700 rows"):
        simulate(estimator, moons, query="margin", budget=budget)


def test_one_class_so_far_is_measured_by_its_share(estimator, moons):
    simulation = simulate(estimator, moons, query="random", budget=1)
    assert not simulation.learner.is_fitted
    assert simulation.curve.accuracy == [np.mean(moons.y_test == simulation.learner.labels_[0])]


def test_area_is_the_mean_height():
    assert Curve("q", [1, 2, 4], [1, 1, 1], [0.5, 1.0, 1.0]).area == pytest.approx(2.75 / 3)
    assert Curve("q", [5], [1], [0.8]).area == 0.8
    assert Curve("q").area is None
