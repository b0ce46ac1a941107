from dataclasses import replace

import numpy as np
import pytest

import cutplane.runs.simulation
from cutplane.active.oracle import ColumnOracle
from cutplane.active.query import STRATEGIES
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.runs.simulation import Curve, Plan, simulate
from cutplane.tables.split import split_table
from cutplane.tables.table import read_table


@pytest.fixture
def estimator():
    return CuttingPlaneClassifier(hidden=(20,), random_state=0)


@pytest.fixture
def moons():
    return split_table(read_table("moons"), seed=0)


def test_test_labels_never_reach_the_learner(estimator, moons):
    flipped = replace(moons, y_test=1 - moons.y_test)
    honest = simulate(estimator, moons, Plan("margin", 15))
    other = simulate(estimator, flipped, Plan("margin", 15))
    np.testing.assert_array_equal(honest.learner.labels_rows_, other.learner.labels_rows_)
    both = np.add(honest.curve.measures["accuracy"], other.curve.measures["accuracy"])
    np.testing.assert_allclose(both, 1)


def test_every_answer_counts_and_is_measured(estimator, moons):
    seen = []
    simulation = simulate(
        estimator, moons, Plan("random", 12), on_answer=lambda c: seen.append(c.n_labels[-1])
    )
    assert simulation.curve.n_labels == seen == list(range(1, 13))
    assert simulation.n_labels == 12
    assert not simulation.interrupted
    assert simulation.stopped_by == ()
    rows = simulation.learner.labels_rows_
    assert len(set(rows)) == 12
    np.testing.assert_array_equal(simulation.learner.labels_, moons.y_pool[rows])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "query"),
    [("wine", query) for query in STRATEGIES]
    + [("quadratic", query) for query in STRATEGIES if query != "margin"],
)
def test_every_query_learns_classes_and_values(query, name):
    kind = CuttingPlaneRegressor if name == "quadratic" else CuttingPlaneClassifier
    split = split_table(read_table(name), seed=0)
    simulation = simulate(kind(hidden=(15,), random_state=0), split, Plan(query, 12))
    last = simulation.curve.last
    if name == "wine":
        assert set(last) == {"accuracy"}
        assert last["accuracy"] > 0.5
    else:
        assert set(last) == {"rmse", "r2"}
        residual = last["rmse"] ** 2 / np.var(split.y_test)
        assert last["r2"] == pytest.approx(1 - residual)


def test_last_batch_is_cut_to_the_budget(estimator, moons):
    simulation = simulate(estimator, moons, Plan("random", 10, batch_size=4))
    assert simulation.curve.n_labels == [4, 8, 10]


def test_agreeing_labels_need_not_cut(estimator, moons):
    simulation = simulate(estimator, moons, Plan("margin", 25, cut_agreeing=False))
    assert simulation.learner.n_cuts_ < simulation.n_labels == 25
    assert simulation.curve.n_cuts[-1] == simulation.learner.n_cuts_


def test_depth_reaches_the_learner(estimator, moons):
    assert simulate(estimator, moons, Plan("margin", 5, depth=1.0)).learner.settings.depth == 1.0


@pytest.mark.parametrize("rule", ["stable", "small", "plateau"])
def test_a_stopping_rule_ends_the_run_and_is_named(estimator, moons, rule):
    plan = Plan("random", 300, stop=(rule,), patience=2, ratio=0.5, n_held_out=15)
    simulation = simulate(estimator, moons, plan)
    assert simulation.stopped_by == (rule,)
    assert simulation.n_labels < 300


def test_held_out_labels_are_bought_counted_and_never_asked_again(estimator, moons):
    simulation = simulate(
        estimator, moons, Plan("margin", 30, stop=("plateau",), patience=100, n_held_out=12)
    )
    assert simulation.n_labels == 30
    assert simulation.curve.n_labels[0] == 13
    assert simulation.learner.n_labels_ == 18
    learnt = simulation.split.pool_rows[simulation.learner.labels_rows_]
    held_out = simulation.held_out_rows
    assert len(set(held_out)) == 12
    assert not set(held_out) & set(learnt)
    truth = dict(zip(moons.pool_rows, moons.y_pool, strict=True))
    assert simulation.held_out_labels.tolist() == [truth[row] for row in held_out]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Plan("margin", 0), "budget is 0 labels.*700 rows"),
        (Plan("margin", 701), "budget is 701 labels.*700 rows"),
        (Plan("guess", 5), "guess"),
        (Plan("margin", 5, stop=("never",)), "no stopping rule 'never'"),
        (Plan("margin", 5, stop=("stable",), patience=0), "patience is 0"),
        (Plan("margin", 5, stop=("small",), ratio=0.0), "ratio is 0"),
        (Plan("margin", 20, stop=("plateau",)), "20 labels to judge a plateau"),
        (Plan("margin", 20, stop=("plateau",), n_held_out=0), "0 labels to judge a plateau"),
    ],
)
def test_plans_that_make_no_sense(estimator, moons, plan, message):
    with pytest.raises(InvalidInputError, match=message):
        simulate(estimator, moons, plan)


def test_ctrl_c_keeps_what_was_labelled(estimator, moons, monkeypatch):
    class Interrupted(ColumnOracle):
        def __call__(self, rows):
            if self.n_asked >= 6:
                raise KeyboardInterrupt
            return super().__call__(rows)

    monkeypatch.setattr(cutplane.runs.simulation, "ColumnOracle", Interrupted)
    simulation = simulate(estimator, moons, Plan("margin", 20))
    assert simulation.interrupted
    assert simulation.n_labels == simulation.curve.n_labels[-1] == 6


def test_one_class_so_far_is_measured_by_its_share(estimator, moons):
    simulation = simulate(estimator, moons, Plan("random", 1))
    assert not simulation.learner.is_fitted
    share = np.mean(moons.y_test == simulation.learner.labels_[0])
    assert simulation.curve.measures == {"accuracy": [share]}


def test_area_is_the_mean_height_of_every_measure():
    curve = Curve("q", [1, 2, 4], [1, 1, 1], {"a": [0.5, 1.0, 1.0], "b": [1.0, 1.0, 1.0]})
    assert curve.area == pytest.approx({"a": 2.75 / 3, "b": 1.0})
    assert Curve("q", [5], [1], {"a": [0.8]}).area == {"a": 0.8}
    assert Curve("q").area == {}
