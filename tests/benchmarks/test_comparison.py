"""Groups of methods: wrong answers, random rows, paired differences."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skactiveml")
from sklearn.linear_model import LogisticRegression

from cutplane.active.query import STRATEGIES
from label_suite.comparison import compared, flipped_name, levels, lost, write_comparison
from label_suite.groups import GROUPS, worst_answer
from label_suite.installed import missing
from label_suite.learners import RivalLearner
from label_suite.play import SCHEDULES, Schedule, play
from label_suite.problems import Table, split
from label_suite.statistics import areas
from label_suite.store import RunStore


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 3))
    return Table(pd.DataFrame(X, columns=list("abc")), (X[:, 0] > 0).astype(int), "binary")


def test_flips_are_a_share_of_the_pool_and_leave_the_test_rows(table):
    problem = split(table, 0)
    wrong = problem.flipped(0.2, 0)
    share = np.mean(wrong.y_pool != problem.y_pool)
    assert 0.1 < share < 0.3
    np.testing.assert_array_equal(wrong.y_test, problem.y_test)
    np.testing.assert_array_equal(problem.flipped(0.2, 0).y_pool, wrong.y_pool)
    assert (problem.flipped(0.2, 1).y_pool != wrong.y_pool).any()


def test_a_wrong_class_is_any_other():
    frame = pd.DataFrame({"a": np.arange(300.0)})
    problem = split(Table(frame, np.arange(300) % 3, "multiclass"), 0)
    wrong = problem.flipped(1.0, 0).y_pool
    assert (wrong != problem.y_pool).all()
    assert set(wrong.tolist()) == {0, 1, 2}


def test_numbers_are_not_flipped():
    frame = pd.DataFrame({"a": np.arange(50.0)})
    with pytest.raises(ValueError, match="cannot be flipped"):
        split(Table(frame, np.arange(50.0), "regression"), 0).flipped(0.1, 0)


def test_random_rows_are_told_at_once_and_are_those_of_the_seed(table):
    problem = split(table, 0)
    schedule = SCHEDULES["binary"].changed(20, 10, "random")
    assert (schedule.batch, schedule.every, schedule.budget) == (10, 10, 20)

    def play_with(seed):
        learner = RivalLearner(LogisticRegression(), lambda *_: 1 / 0, problem.X_pool)
        return play(learner, problem, schedule, seed)

    run = play_with(3)
    assert run["n_labels"] == [10, 20]
    assert run["rows"] == play_with(3)["rows"] != play_with(4)["rows"]


def test_a_schedule_keeps_its_batch_between_tests():
    usual = Schedule(budget=100, batch=4, every=4, first=4)
    assert usual.changed(None, None, "asked") == usual
    assert usual.changed(30, 2, "asked") == Schedule(budget=30, batch=2, every=2, first=4)


def test_runs_with_other_settings_do_not_mix(tmp_path):
    store = RunStore(tmp_path / "runs here")
    store.claim({"labels": 60})
    store.claim({"labels": 60})
    with pytest.raises(ValueError, match="choose another --out"):
        store.claim({"labels": 20})


def runs(accuracy):
    names = ["data", "task", "method", "seed", "n_labels", "accuracy"]
    rows = [
        (data, "binary", method, seed, 4, value)
        for (data, method), values in accuracy.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=names)


def test_methods_are_compared_with_the_first_one_seed_by_seed():
    curves = runs({("s", "a"): (0.5, 0.7), ("s", "b"): (0.6, 0.9)})
    questions = curves.assign(rows=[[1, 2]] * 4, cpu_seconds=1.0)
    table = compared(curves, questions, ["a", "b"], [4]).set_index("method")
    assert table.loc["a", "gap"] == 0.0
    assert table.loc["b", "gap"] == pytest.approx(0.15)
    assert table.loc["b", "error"] == pytest.approx(0.05)
    assert table.loc["b", "accuracy at 4"] == pytest.approx(0.75)
    assert table.loc["a", "s/label"] == pytest.approx(0.5)


def test_what_flips_cost_is_paired_over_the_seeds():
    flipped = flipped_name("s", 0.1)
    assert flipped_name("s", 0.0) == "s"
    curves = runs(
        {
            ("s", "a"): (0.9, 0.8), (flipped, "a"): (0.7, 0.7),
            ("s", "b"): (0.9, 0.9), (flipped, "b"): (0.8, 0.8),
        }
    )  # fmt: skip
    table = lost(areas(curves), ["a", "b"]).set_index("method")
    assert table.loc["a", "lost"] == pytest.approx(0.15)
    assert table.loc["b", "less"] == pytest.approx(0.05)
    assert lost(areas(runs({("s", "a"): (0.5,)})), ["a"]).empty


def test_every_share_of_flips_has_its_means_and_the_sets_where_the_first_method_loses():
    areas_of = {
        ("s", "a"): (0.9, 0.7), ("s", "b"): (0.82, 0.82), ("t", "a"): (0.5,), ("t", "b"): (0.51,),
        ("u", "a"): (0.9,),  # not played by all
        ("s, flipped 10%", "a"): (0.9,), ("s, flipped 10%", "b"): (0.7,),
        ("s, flipped 5%", "a"): (0.6,), ("s, flipped 5%", "b"): (0.7,),
        ("t, flipped 5%", "a"): (0.6,), ("t, flipped 5%", "b"): (0.8,),
    }  # fmt: skip
    curves = runs(areas_of)
    numbers = curves.assign(task="regression", r2=0.0, data="numbers, flipped 20%")
    table = levels(areas(pd.concat([curves, numbers])), ["a", "b", "c"])
    assert table["flipped"].tolist() == ["0%", "0%", "5%", "5%", "10%", "10%"]
    rows = table.set_index(["flipped", "method"])
    assert rows.loc[("0%", "a"), "area"] == pytest.approx(0.65)
    assert rows.loc[("0%", "b"), "gap"] == pytest.approx(0.015)
    assert rows["sets"].tolist() == [2, 2, 2, 2, 1, 1]
    lost_on = rows.xs("b", level="method")["a loses on"].tolist()
    assert lost_on == ["s -0.020", "t -0.200, s -0.100", ""]
    assert levels(areas(numbers), ["a"]).empty


def test_a_comparison_is_written(table, tmp_path, capsys):
    problem, store = split(table, 0), RunStore(tmp_path)
    schedule = SCHEDULES["binary"].changed(10, 10, "random")
    for name in ("s", flipped_name("s", 0.2)):
        learner = RivalLearner(LogisticRegression(), lambda *_: 1 / 0, problem.X_pool)
        run = play(learner, problem, schedule, 0)
        store.write({"data": name, "task": "binary", "method": "a", "seed": 0, **run})
    write_comparison(store, tmp_path, ["a"], [10])
    assert "accuracy at 10" in capsys.readouterr().out
    for name in ("curves.parquet", "comparison.csv", "levels.csv", "flips.csv"):
        assert (tmp_path / name).stat().st_size > 0


def test_wrong_labels_are_learnt_by_ours_first_and_then_by_rivals(table):
    methods = GROUPS["noise"]("binary")
    assert next(iter(methods)) == "ours"
    assert GROUPS["noise"]("regression") == {}
    problem = split(table, 0).flipped(0.1, 0)
    schedule = SCHEDULES["binary"].changed(40, 40, "random")
    for build in methods.values():
        run = play(build(problem.X_pool, 0), problem, schedule, 0)
        assert run["accuracy"][-1] > 0.7


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("task", SCHEDULES)
def test_every_group_builds_its_learners(group, task, monkeypatch):
    monkeypatch.setitem(STRATEGIES, "worst answer", worst_answer)  # and gone again afterwards
    X = np.random.default_rng(0).standard_normal((20, 2))
    for name, build in GROUPS[group](task).items():
        if not missing(name, task):
            assert hasattr(build(X, 0), "tell")
