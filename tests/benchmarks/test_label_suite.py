"""The benchmark suite counts labels, goes on where it stopped, and tests as the books say."""

from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from label_suite import data, statistics
from label_suite.learners import RivalLearner
from label_suite.metrics import (
    CLASSIFICATION,
    FLOOR,
    PROBABILITY,
    Answers,
    classification_metrics,
    roc_auc,
)
from label_suite.play import Schedule, play
from label_suite.problems import Table, split
from label_suite.report import write_report
from label_suite.store import RunStore

SHORT = Schedule(budget=12, batch=3, every=3, first=2)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((120, 3))
    return Table(pd.DataFrame(X, columns=list("abc")), (X[:, 0] > 0).astype(int), "binary")


def learner(problem, seed, **options):
    rng = np.random.default_rng(seed)

    def ask(X, y, model, n):
        return rng.choice(np.flatnonzero(np.isnan(y)), n, replace=False)

    return RivalLearner(LogisticRegression(), ask, problem.X_pool, **options)


def test_tuning_never_sees_a_test_row(table):
    numbered = Table(table.features, np.arange(120.0), "regression")
    test = set(split(numbered, 0).y_test.tolist())
    assert len(test) == 36
    for seed in (0, 100):
        tuning = split(numbered, seed, validation=True)
        assert set(split(numbered, seed).y_test.tolist()) == test
        assert test.isdisjoint(tuning.y_pool.tolist())
        assert test.isdisjoint(tuning.y_test.tolist())
        assert set(tuning.y_pool.tolist()).isdisjoint(tuning.y_test.tolist())


def test_every_label_is_asked_once_and_counted(table):
    problem = split(table, 0)
    run = play(learner(problem, 0), problem, SHORT, 0)
    assert len(run["rows"]) == len(set(run["rows"])) == 12
    assert run["n_labels"] == [3, 6, 9, 12]
    names = (*CLASSIFICATION, *PROBABILITY)
    assert {len(run[name]) for name in names} == {4}


def test_who_gives_no_probabilities_has_no_log_loss(table):
    problem = split(table, 0)
    run = play(learner(problem, 0, is_probable=False), problem, SHORT, 0)
    assert run.keys().isdisjoint(PROBABILITY)
    assert len(run["rare_recall"]) == 4


def test_first_rows_do_not_depend_on_the_method(table):
    problem = split(table, 3)
    runs = [play(learner(problem, seed), problem, SHORT, 3) for seed in (0, 1)]
    assert runs[0]["rows"][:2] == runs[1]["rows"][:2]
    assert runs[0]["rows"] != runs[1]["rows"]


def test_a_learner_that_repeats_a_row_is_caught(table):
    problem = split(table, 0)
    cheat = RivalLearner(LogisticRegression(), lambda X, y, m, n: np.zeros(n, int), problem.X_pool)
    with pytest.raises(RuntimeError, match="labels were read"):
        play(cheat, problem, SHORT, 0)


def test_runs_are_kept_and_reported(table, tmp_path, capsys):
    store = RunStore(tmp_path)
    problem = split(table, 0)
    for method in ("ours", "rival"):
        for seed in range(3):
            run = play(learner(problem, seed + len(method)), problem, SHORT, seed)
            store.write({"data": "toy", "task": "binary", "method": method, "seed": seed, **run})
    assert RunStore(tmp_path).holds("toy", "rival", 2)
    assert not store.holds("toy", "rival", 3)
    write_report(store, tmp_path)
    assert "1 data sets, 3 to 3 seeds" in capsys.readouterr().out
    curves = pd.read_parquet(tmp_path / "curves.parquet")
    assert len(curves) == 2 * 3 * 4
    for name in ("summary.csv", "areas.csv", "best.csv", "tests.csv", "ranks.png", "curves.png"):
        assert (tmp_path / f"classification_{name}").stat().st_size > 0


def test_the_parquet_files_of_a_report_are_enough_to_draw_it_again(table, tmp_path, capsys):
    problem = split(table, 0)
    run = play(learner(problem, 0), problem, SHORT, 0)
    runs = RunStore(tmp_path / "run")
    for method in ("ours", "rival"):
        runs.write({"data": "toy", "task": "binary", "method": method, "seed": 0, **run})
    write_report(runs, tmp_path / "run")
    published = tmp_path / "published"
    published.mkdir()
    for name in ("curves", "questions"):
        (tmp_path / "run" / f"{name}.parquet").rename(published / f"{name}.parquet")
    write_report(RunStore(published), published)
    for name in ("summary", "areas", "best", "tests"):
        name = f"classification_{name}.csv"
        assert (published / name).read_text() == (tmp_path / "run" / name).read_text()
    assert len(RunStore(published).questions()) == 2
    assert not (published / "runs").exists()
    assert RunStore(tmp_path / "nothing").curves().empty


def test_runs_of_before_a_metric_are_reported_and_said(table, tmp_path, capsys):
    problem, store = split(table, 0), RunStore(tmp_path)
    run = play(learner(problem, 0), problem, SHORT, 0)
    head = {"data": "toy", "task": "binary", "seed": 0}
    old = {name: run[name] for name in run if name not in ("rare_recall", *PROBABILITY)}
    store.write({**head, "method": "old", **old})
    write_report(store, tmp_path)
    assert "1 of 1 runs are of before rare_recall, log_loss" in capsys.readouterr().out
    assert "rare_recall" not in pd.read_csv(tmp_path / "classification_summary.csv")
    store.write({**head, "method": "new", **run})
    write_report(store, tmp_path)
    assert "1 of 2 runs" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "classification_summary.csv", index_col="method")
    assert table.loc["old", list(statistics.BESIDE[2:])].isna().all()
    assert table.loc["new", "log_loss"] == pytest.approx(np.mean(run["log_loss"]), abs=1e-4)
    (tmp_path / "runs" / "toy" / "old.0.json").unlink()
    write_report(store, tmp_path)
    assert "are of before" not in capsys.readouterr().out


def test_a_mean_over_fewer_sets_is_left_empty():
    names = ["data", "task", "method", "seed", "n_labels", "accuracy", "log_loss"]
    rows = [
        ("s", "binary", "a", 0, 4, 0.8, 0.3), ("t", "binary", "a", 0, 4, 0.8, np.nan),
        ("s", "binary", "b", 0, 4, 0.8, 0.3), ("t", "binary", "b", 0, 4, 0.8, 0.5),
    ]  # fmt: skip
    curves = pd.DataFrame(rows, columns=names)
    losses = statistics.overall(statistics.areas(curves), curves)["log_loss"]
    assert np.isnan(losses["a"])
    assert losses["b"] == pytest.approx(0.4)


def test_overall_has_every_metric_and_the_spread_between_seeds():
    rows = [
        (data, "binary", method, seed, 4, value, value / 2, value / 4)
        for data, method, seed, value in (
            ("s", "a", 0, 0.8), ("s", "a", 1, 0.6), ("s", "b", 0, 0.5), ("s", "b", 1, 0.5),
            ("t", "a", 0, 0.4), ("t", "b", 0, 0.9),
        )
    ]  # fmt: skip
    names = ["data", "task", "method", "seed", "n_labels", "accuracy"]
    curves = pd.DataFrame(rows, columns=[*names, "balanced_accuracy", "roc_auc"])
    table = statistics.overall(statistics.areas(curves), curves)
    assert table.loc["a", "area"] == pytest.approx((0.7 + 0.4) / 2)
    assert table.loc["a", "spread"] == pytest.approx(0.1 / 2)
    assert table.loc["b", "roc_auc"] == pytest.approx((0.125 + 0.225) / 2)
    assert table["first"].to_dict() == {"a": 1, "b": 1}
    numbers = curves.assign(task="regression", rmse=2.0, r2=0.5)
    assert statistics.overall(statistics.areas(numbers), numbers).loc["a", "rmse t"] == 2.0


def test_a_network_that_does_not_answer_leaves_its_sets_out(monkeypatch, capsys):
    def offline(*_, **__):
        raise URLError("no route")

    monkeypatch.setattr(data.datasets, "fetch_openml", offline)
    assert data.available(None, ["openml blood"], openml=True) == {}
    assert "openml blood: left out, openml.org does not answer" in capsys.readouterr().out


def test_sets_for_one_question_are_played_where_they_are_named():
    assert set(data.available(None, ["spiral", "y = x²"], openml=False)) == {"spiral", "y = x²"}
    assert {entry.name for entry in data.BY_NAME}.isdisjoint(entry.name for entry in data.SUITE)
    with pytest.raises(SystemExit, match="no data set is called"):
        data.available(None, ["no such set"], openml=False)


def test_the_ten_tables_are_sets_of_two_classes():
    task = {entry.name: entry.task for entry in data.SUITE + data.BY_NAME}
    assert len(data.TEN_TABLES) == len(set(data.TEN_TABLES)) == 10
    assert {task[name] for name in data.TEN_TABLES} == {"binary"}


def test_two_digits_of_a_file_are_a_set_of_two_classes(tmp_path):
    digits = np.repeat([1, 3, 4, 5, 7, 9], 20)
    np.savez(tmp_path / "mnist_5k.npz", X=digits[:, None], y=digits)
    names = {"mnist 4 v 9": [4, 9], "mnist 1 v 7": [1, 7], "mnist 3 v 5": [3, 5]}
    tables = data.available(tmp_path, list(names), openml=False)
    for name, kept in names.items():
        assert np.unique(tables[name].target).tolist() == kept
        assert set(split(tables[name], 0).y_pool.tolist()) == {0, 1}


def test_a_set_of_openml_becomes_a_table(monkeypatch):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    bunch = SimpleNamespace(data=frame, target=pd.Series(["no", "yes"], dtype="category"))
    monkeypatch.setattr(data.datasets, "fetch_openml", lambda *_, **__: bunch)
    table = data.available(None, ["openml blood"], openml=True)["openml blood"]
    assert table.task == "binary"
    assert table.target.tolist() == ["no", "yes"]
    assert table.features.shape == (2, 2)


def test_areas_use_seeds_that_every_method_has():
    rows = [("s", "binary", m, seed, 4, 0.5) for m, seed in (("a", 0), ("a", 1), ("b", 0))]
    names = ["data", "task", "method", "seed", "n_labels", "accuracy"]
    assert statistics.areas(pd.DataFrame(rows, columns=names))["seed"].tolist() == [0, 0]


def test_ranks_share_ties():
    means = pd.DataFrame({"a": [0.9, 0.8], "b": [0.9, 0.7], "c": [0.1, 0.9]})
    assert statistics.mean_ranks(means).to_dict() == {"a": 1.75, "c": 2.0, "b": 2.25}


def test_critical_difference_is_that_of_demsar():
    # Section 3.2.2: 4 classifiers on 14 data sets, q = 2.569
    assert statistics.critical_difference(4, 14) == pytest.approx(1.25, abs=0.01)


def test_holm_on_a_worked_example():
    adjusted = statistics.holm(np.array([0.04, 0.01, 0.03]))
    np.testing.assert_allclose(adjusted, [0.06, 0.03, 0.06])


def test_paired_test_of_ten_wins():
    assert statistics.paired_p(np.arange(1, 11), np.zeros(10)) == pytest.approx(2 / 2**10)
    assert statistics.paired_p(np.ones(4), np.ones(4)) == 1.0


def test_roc_auc_agrees_with_scikit_learn_and_unknown_classes_count_half():
    rng = np.random.default_rng(0)
    y, score = rng.random(50) < 0.3, rng.integers(0, 5, 50)
    assert roc_auc(y, score) == pytest.approx(roc_auc_score(y, score))
    y = np.array([0, 0, 1, 2])
    scores = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    answers = Answers(np.array([0, 1]), np.array([0, 0, 1, 1]), scores, None)
    got = classification_metrics(y, answers)
    assert got["accuracy"] == 0.75
    assert got["roc_auc"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert got.keys().isdisjoint(PROBABILITY)


def test_the_rare_class_is_the_one_with_the_fewest_rows():
    y = np.array([2, 2, 2, 5, 5, 2])
    answers = Answers(np.array([2, 5]), np.array([2, 2, 2, 5, 2, 5]), np.zeros((6, 2)), None)
    assert classification_metrics(y, answers)["rare_recall"] == 0.5


def test_a_class_not_known_has_probability_zero():
    y = np.array([0, 2, 1])
    shares = np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9]])
    got = classification_metrics(y, Answers(np.array([0, 1]), np.array([0, 1, 1]), shares, shares))
    assert got["log_loss"] == pytest.approx(-np.log([0.8, FLOOR, 0.9]).mean())
    assert got["calibration_error"] == pytest.approx((0.2 + 0.7 + 0.1) / 3)


def test_one_class_known_is_answered_surely():
    y = np.array([0, 0, 0, 1])
    got = classification_metrics(y, Answers.always(0, 4, probable=True))
    assert (got["accuracy"], got["balanced_accuracy"], got["roc_auc"]) == (0.75, 0.5, 0.5)
    assert (got["rare_recall"], got["calibration_error"]) == (0.0, 0.25)
    assert got["log_loss"] == pytest.approx(-np.log(FLOOR) / 4)
    assert classification_metrics(y, Answers.always(1, 4, probable=False))["rare_recall"] == 1.0
