"""The published protocol: rows, areas, runs that go on where they were, and what tables say."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.svm import SVC

import published
from published_suite.compared import by_seed, by_set, to_best
from published_suite.play import Pace, play, uncertainty
from published_suite.protocol import after_each_answer, area, divide, read, sets
from published_suite.store import OURS, Runs
from published_suite.theirs import Strategy, Theirs, accuracy_at
from published_suite.unfinished import Unfinished

N_ROWS, N_POOL = 45, 27
#: Of seed 7: the first rows of the pool and of the test, found by shuffling twice at a prompt.
FIRST_POOL, FIRST_TEST = [20, 37, 17, 35, 42, 36], [16, 39, 38, 26, 8, 7]
ALONE = Pace(600, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A set of two columns in svmlight's format, and what was "published" of it: two seeds."""
    folder = tmp_path_factory.mktemp("published-rows")
    (folder / "data").mkdir()
    (folder / "published").mkdir()
    rng = np.random.default_rng(3)
    lines = [
        f"{'+1' if rng.random() < 0.1 + 0.8 * (row % 2) else '-1'} 1:{row} 2:{row % 2}\n"
        for row in range(N_ROWS)
    ]
    (folder / "data" / "tiny-svmstyle.txt").write_text("".join(lines))
    methods = [("US-C", "0.7", 0.02), ("Core-Set", "0.71", 0.02), ("BSO", "0.99", 0.01)]
    methods += [("VR", "TLE", np.nan)]
    table = pd.DataFrame(methods, columns=["method", "mean", "sd"]).assign(data="tiny")
    table.to_csv(folder / "published" / "aubc_mean_sd.csv", index=False)
    rows = [
        ("tiny", *models, seed, value)
        for models, value in ((("RBFSVM", "RBFSVM"), 0.6), (("LR", "RBFSVM"), 0.1))
        for seed in (0, 1)
    ]
    names = ["data", "query_model", "task_model", "seed", "aubc_test"]
    pd.DataFrame(rows, columns=names).to_csv(
        folder / "published" / "aubc_per_seed.csv", index=False
    )
    np.savez(folder / "published" / "us_c_svm_curves.npz", other=np.ones((1, 3)), other_seeds=[0])
    return folder


@pytest.fixture(scope="module")
def problem(folder):
    return divide(*read(sets(folder)["tiny"]), seed=7)


def test_rows_are_split_and_scaled_as_published(folder, problem):
    X, y = read(sets(folder)["tiny"])
    assert X.shape == (N_ROWS, 2)
    assert problem.X_pool.shape == (N_POOL, 2)
    assert problem.X_test.shape == (N_ROWS - N_POOL, 2)
    numbers = X[:, 0]
    np.testing.assert_allclose(problem.X_pool.mean(axis=0), 0, atol=1e-12)
    step = problem.X_pool[1, 0] - problem.X_pool[0, 0]
    scale = (FIRST_POOL[1] - FIRST_POOL[0]) / step
    offset = FIRST_POOL[0] - problem.X_pool[0, 0] * scale
    pool = np.rint(problem.X_pool[:, 0] * scale + offset).astype(int)
    test = np.rint(problem.X_test[:, 0] * scale + offset).astype(int)
    assert pool[:6].tolist() == FIRST_POOL
    assert test[:6].tolist() == FIRST_TEST
    assert sorted([*pool, *test]) == numbers.tolist()
    assert scale == pytest.approx(numbers[pool].std())
    np.testing.assert_array_equal(problem.y_pool, y[pool])
    np.testing.assert_array_equal(problem.y_test, y[test])


def test_a_seed_whose_first_rows_miss_a_class_is_left_out():
    y = np.zeros(45)
    y[16] = 1  # a test row of seed 7
    assert divide(np.arange(45.0)[:, None], y, seed=7) is None


def test_the_area_leaves_out_the_accuracy_before_the_first_answer():
    assert area(np.array([0.5, 0.6, 0.8])) == pytest.approx((0.55 + 0.7) / 3)
    assert area(np.full(4, 0.9)) == pytest.approx(0.9 * 3 / 4)
    between = after_each_answer([20, 22, 24], [0.5, 0.7, 0.8])
    np.testing.assert_allclose(between, [0.6, 0.7, 0.75, 0.8])
    assert accuracy_at(np.array([0.5, 0.6]), 21) == 0.6
    assert np.isnan(accuracy_at(np.array([0.5, 0.6]), 22))


def test_rows_are_asked_for_together_beyond_some_labels():
    assert ALONE.counts(23) == [20, 21, 22, 23]
    assert Pace(22, 3).counts(30) == [20, 21, 22, 25, 28, 30]
    assert Pace(22, 4).counts(30) == [20, 21, 22, 26, 30]


def test_uncertainty_asks_for_the_row_nearest_to_the_boundary(problem):
    X, y, held = problem.X_pool, problem.y_pool, list(range(20))
    for accuracy in uncertainty(problem):
        model = SVC(kernel="rbf", C=1.0, gamma=1 / 2).fit(X[held], y[held])
        assert accuracy == np.mean(model.predict(problem.X_test) == problem.y_test)
        gap = np.abs(model.decision_function(X))
        left = [row for row in range(N_POOL) if row not in held]
        held += [min(left, key=lambda row, gap=gap: gap[row])] if left else [None]
    assert len(held) == N_POOL + 1  # one test more than there are answers


class Killed(Exception):
    pass


class Dying(Unfinished):
    """Is killed when so many labels are held, after it has written some tests before."""

    at = 25

    def write(self, learner, course):
        if learner.n_labels_ == self.at:
            raise Killed
        self.every = 0 if learner.n_labels_ < self.at - 1 else 30
        super().write(learner, course)


def test_a_killed_run_goes_on_to_the_same_end(problem, tmp_path):
    path = tmp_path / "tiny" / "run"
    whole = play(problem, 7, ALONE, Unfinished(tmp_path / "other" / "run", "code"))
    with pytest.raises(Killed):
        play(problem, 7, ALONE, Dying(path, "code"))
    learner, course = Unfinished(path, "code").read(problem.X_pool)
    assert learner.n_labels_ == course["n_labels"][-1] == Dying.at - 2
    resumed = play(problem, 7, ALONE, Unfinished(path, "code"))
    assert resumed | {"seconds": []} == whole | {"seconds": []}
    assert sorted(whole["rows"]) == list(range(N_POOL))
    assert whole["n_labels"] == ALONE.counts(N_POOL)
    assert len(whole["seconds"]) == len(whole["whole"]) == len(whole["svm"])
    held = whole["rows"][:23]
    model = SVC(gamma="auto").fit(problem.X_pool[held], problem.y_pool[held])
    assert whole["svm"][3] == model.score(problem.X_test, problem.y_test)


def test_what_other_code_began_is_begun_anew(problem, tmp_path):
    path = tmp_path / "tiny" / "run"
    with pytest.raises(Killed):
        play(problem, 7, ALONE, Dying(path, "code"))
    assert Unfinished(path, "other code").read(problem.X_pool) is None
    assert not list(path.parent.iterdir())


def played(data, seed, whole, svm, n_pool=22):
    """A run with constant accuracies."""
    counts = list(range(20, n_pool + 1))
    return {
        "n_labels": counts,
        "whole": [whole] * len(counts),
        "svm": [svm] * len(counts),
        "seconds": [0.5] * len(counts),
        "rows": list(range(n_pool)),
    }


def test_means_are_paired_by_seed(folder, tmp_path):
    runs, theirs = Runs(tmp_path), Theirs(folder)
    for seed, whole in ((0, 0.9), (1, 0.96)):
        runs.write("tiny", OURS, seed, played("tiny", seed, whole, 0.8))
    table = by_seed(runs, theirs, "tiny")
    np.testing.assert_allclose(table["whole"], [0.45, 0.48])  # two answers: half of it
    np.testing.assert_allclose(table["us_c"], 0.6)
    own = by_set(table, theirs)
    assert own["whole to us_c"] == pytest.approx(-0.135)
    assert own["whole to us_c error"] == pytest.approx(0.015)
    assert (own["best method"], own["best"]) == ("Core-Set", 0.71)
    assert own["svm to best"] == pytest.approx(0.4 - 0.71)
    assert own["svm to best error"] == pytest.approx(0.02 / np.sqrt(2))
    assert own["whole to best"] == pytest.approx(0.465 - 0.71)
    assert np.isnan(own["whole at 30"])


def test_the_best_strategy_is_met_on_the_seeds_played_where_that_says_more():
    us_c, best = Strategy("US-C", 0.7, 0.001), Strategy("Core-Set", 0.71, 0.001)
    own = pd.Series([0.6, 0.8, 0.85])  # seeds differ far more than we do from US-C
    gap = pd.Series([0.019, 0.02, 0.021])
    ahead, error = to_best(own, gap, best, us_c)
    assert ahead == pytest.approx(0.02 - 0.01)
    assert error == pytest.approx(np.sqrt(0.001**2 / 3 + 2 * 0.001**2))
    assert to_best(own, gap, us_c, us_c) == pytest.approx((0.02, 0.001 / np.sqrt(3)))
    steady = to_best(pd.Series([0.73, 0.74]), pd.Series([0.3, 0.1]), best, us_c)
    assert steady == pytest.approx((0.025, np.hypot(0.005, 0.001)))


def test_the_command_plays_what_is_missing_and_reports(folder, tmp_path, monkeypatch, capsys):
    command = ["published.py", "play", "--data", str(folder), "--out", str(tmp_path)]
    command += ["--seeds", "2", "--alone-to", "22", "--together", "4"]
    monkeypatch.setattr(sys, "argv", command)
    published.main()
    told = capsys.readouterr().out
    assert "tiny, seed 1: 0." in told
    assert "the area of US-C, played again, is the published one on 0 (tiny 0 of 2)" in told
    assert "| tiny † | 27 | 2 |" in told
    assert (tmp_path / "published.png").stat().st_size > 1000
    runs = pd.read_csv(tmp_path / "runs.csv")
    assert runs["seed"].tolist() == [0, 1]
    assert not [name for name in runs if "us_c" in name]
    kept = (tmp_path / "runs" / "tiny" / "ours.1.json").read_bytes()
    assert json.loads(kept)["n_labels"] == [20, 21, 22, 26, 27]
    published.main()
    assert "seed 1" not in capsys.readouterr().out
    assert (tmp_path / "runs" / "tiny" / "ours.1.json").read_bytes() == kept


def test_a_name_that_is_not_there_is_said(folder, tmp_path, monkeypatch):
    command = ["published.py", "play", "--data", str(folder), "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [*command, "--only", "large"])
    with pytest.raises(SystemExit, match="'large'; there are tiny"):
        published.main()
    with pytest.raises(SystemExit, match="has no data/"):
        sets(tmp_path)
