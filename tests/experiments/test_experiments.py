"""Experiments: every label is counted, and a study goes on where it was."""

import contextlib
import json

import numpy as np
import pandas as pd
import pytest

import cutplane.experiments.experiment as experiment_module
from cutplane.errors import InvalidInputError
from cutplane.experiments import learners
from cutplane.experiments.curves import (
    Record,
    band,
    read_frame,
    summary,
    to_frame,
    write_frame,
)
from cutplane.experiments.experiment import Experiment, Method, play_deep
from cutplane.experiments.figures import curves_figure
from cutplane.experiments.published import published_curves
from cutplane.experiments.quadratic import quadratic
from cutplane.experiments.referee import Problem, Referee
from cutplane.experiments.report import write_report
from cutplane.experiments.spiral import problem as spiral_problem
from cutplane.experiments.spiral import spiral
from cutplane.experiments.study import Study

FAST = ["cpal-2", "linear", "margin-final"]


EPOCHS = 5


def needs_deep():
    for name in experiment_module.DEEP_PACKAGES:
        pytest.importorskip(name)


def names(experiment, family):
    return [method.name for method in experiment.methods if method.family == family]


def played(experiment, name, seed=0, budget=6):
    method = next(method for method in experiment.methods if method.name == name)
    return experiment.play(method, seed, budget)


def study(folder, methods=FAST, n_seeds=2, budget=6):
    return Study(spiral(epochs=EPOCHS).with_methods(methods), folder, n_seeds, budget)


@pytest.mark.parametrize("name", names(spiral(), "cutting planes"))
def test_every_label_is_counted_where_the_oracle_counts(name):
    referee = played(spiral(), name, budget=10)
    assert [record.n_labels for record in referee.records] == list(
        range(1, len(referee.records) + 1)
    )
    assert len(set(referee.rows)) == len(referee.rows) == referee.n_labels
    assert referee.records[-1].n_counted == 10
    assert all(record.n_counted <= record.n_labels for record in referee.records)


def test_extremes_pay_for_labels_that_the_paper_does_not_count():
    end = played(spiral(), "cpal-2", budget=80).records[-1]
    assert end.n_labels == 80
    assert end.n_counted < 40


@pytest.mark.parametrize("name", names(spiral(), "deep"))
def test_deep_classification_buys_a_label_at_a_time(name):
    needs_deep()
    referee = played(spiral(epochs=EPOCHS), name)
    assert [record.n_labels for record in referee.records] == [1, 2, 3, 4, 5, 6]
    assert len(set(referee.rows)) == 6
    assert all(record.n_counted == record.n_labels for record in referee.records)


@pytest.mark.parametrize("name", names(quadratic(), "deep"))
def test_deep_regression_buys_a_label_at_a_time(name):
    needs_deep()
    referee = played(quadratic(epochs=EPOCHS), name)
    assert referee.n_labels == 6 == len(set(referee.rows))
    assert all(np.isfinite(record.score) for record in referee.records)


def test_deep_network_learns_and_leaves_torch_alone():
    needs_deep()
    import torch

    from cutplane.experiments.deep_network import DeepClassifier

    X = np.random.default_rng(0).normal(size=(40, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, 1.0, -1.0)
    state, n_threads = torch.get_rng_state(), torch.get_num_threads()
    network = DeepClassifier(classes=(-1.0, 1.0), width=100, epochs=400, dropout=0.5).fit(X, y)
    assert np.mean(network.predict(X) == y) > 0.9
    drawn = network.sample_proba(X, n_samples=3)
    assert drawn.shape == (3, 40, 2)
    np.testing.assert_allclose(drawn.sum(axis=2), 1)
    assert not np.array_equal(drawn[0], drawn[1])
    assert torch.equal(state, torch.get_rng_state())
    assert torch.get_num_threads() == n_threads


def test_uncertainty_of_two_classes_is_one_strategy():
    """Entropy, least confidence and margin rank two classes alike, so one method is all three."""
    needs_deep()
    runs = []
    for strategy in ("entropy", "least-confident", "margin"):
        referee = Referee(spiral_problem(0), "m", 0)
        play_deep(referee, seed=0, budget=12, strategy=strategy, width=50, epochs=EPOCHS)
        runs.append(referee.rows)
    assert runs[0] == runs[1] == runs[2]


def test_the_recipe_decides_the_network():
    needs_deep()
    from cutplane.experiments.deep_network import RECIPES

    assert set(RECIPES) == set(experiment_module.TRAININGS)
    scores = {}
    for training in RECIPES:
        referee = played(spiral(epochs=EPOCHS, training=training), "deep-random", budget=8)
        scores[training] = [record.score for record in referee.records]
    assert scores["adam"] != scores["sgd"]


@pytest.mark.parametrize("name", ["cpal-2-final", "deep-bald", "deep-committee"])
def test_a_seed_decides_the_run(name):
    if name.startswith("deep"):
        needs_deep()
    runs = [played(spiral(epochs=EPOCHS), name, seed=seed) for seed in (3, 3, 4)]
    assert runs[0].records == runs[1].records
    assert runs[0].rows == runs[1].rows
    assert runs[0].rows != runs[2].rows


def test_referee_scores_on_rows_that_are_not_in_the_pool():
    problem = spiral_problem(0)
    assert problem.X_pool.shape == (80, 2)
    assert problem.X_test.shape == (20, 2)
    both = np.vstack([problem.X_pool, problem.X_test])
    assert len(np.unique(both, axis=0)) == 100
    referee = Referee(problem, "m", 0)
    referee.answer(np.array([1, 2, 3]))
    referee.judge(lambda X: np.ones(len(X)), n_counted=2)
    (record,) = referee.records
    assert (record.n_labels, record.n_counted) == (3, 2)
    assert record.score == np.mean(problem.y_test == 1)


def test_an_empty_version_space_ends_the_run_with_what_it_had():
    """One gate cannot carry the spiral's labels with hard cuts."""
    referee = Referee(spiral_problem(0), "m", 0)
    learners.play(referee, seed=0, budget=80, query="random", hidden=(1,), cost=float("inf"))
    assert 0 < len(referee.records) < referee.n_labels < 80


def test_band_takes_the_first_record_of_a_count():
    frame = pd.DataFrame(
        {
            "method": "m",
            "seed": [0, 0, 0, 1, 1],
            "n_labels": [1, 2, 3, 1, 2],
            "n_counted": [1, 1, 2, 1, 2],
            "score": [0.4, 0.4, 0.8, 0.6, 0.6],
        }
    )
    by_labels = band(frame).set_index("n_labels")
    assert by_labels.loc[1, "mean"] == pytest.approx(0.5)
    assert by_labels.loc[1, "sd"] == pytest.approx(np.std([0.4, 0.6], ddof=1))
    assert by_labels.loc[1, ["least", "most"]].tolist() == [0.4, 0.6]
    assert by_labels.loc[3, "n_seeds"] == 1
    by_count = band(frame, "n_counted").set_index("n_counted")
    assert by_count.loc[2, "mean"] == pytest.approx(0.7)
    table = summary(frame, ["m"], at=(2, 9)).set_index(["count", "at"])
    assert table.loc[("n_counted", 2), "n_seeds"] == 2
    assert np.isnan(table.loc[("n_labels", 9), "mean"])


def test_a_study_goes_on_where_it_was(tmp_path):
    first = study(tmp_path, n_seeds=1)
    first.open()
    first.play()
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").iterdir()}
    more = study(tmp_path, n_seeds=2)
    more.open()
    assert [(method.name, seed) for method, seed in more.missing()] == [(n, 1) for n in FAST]
    finished = []
    more.play(on_run=lambda: finished.append(1))
    assert len(finished) == 3
    assert not more.missing()
    assert written == {path: path.stat().st_mtime_ns for path in written}
    assert set(more.frame().seed) == {0, 1}


def test_a_run_that_dies_leaves_nothing_that_counts_as_finished(tmp_path):
    def die(referee, *, seed, budget):
        referee.answer(np.array([0]))
        raise KeyboardInterrupt

    dying = Experiment("spiral", "t", spiral_problem, (Method("dies", "dies", die),), {})
    stopped = Study(dying, tmp_path, 1, 6)
    stopped.open()
    with pytest.raises(KeyboardInterrupt):
        stopped.play()
    assert len(stopped.missing()) == 1


def test_two_processes_play_as_one(tmp_path):
    frames = []
    for jobs in (1, 2):
        played_study = study(tmp_path / str(jobs), methods=["cpal-2", "linear"])
        played_study.open()
        played_study.play(jobs)
        frames.append(played_study.frame())
    pd.testing.assert_frame_equal(*frames)


def test_runs_of_other_settings_are_not_mixed(tmp_path):
    study(tmp_path).open()
    with pytest.raises(InvalidInputError, match="choose another --out"):
        study(tmp_path, budget=7).open()


@pytest.mark.parametrize("make", [spiral, quadratic])
def test_report_writes_records_summary_and_figures(tmp_path, make):
    experiment = make()
    chosen = names(experiment, "cutting planes")[:2]
    small = Study(experiment.with_methods(chosen), tmp_path, 2, 12)
    small.open()
    small.play()
    report = write_report(small)
    frame = pd.read_parquet(tmp_path / "curves.parquet")
    first = report["methods"][chosen[0]]["n_labels"]["10"]
    held = frame[(frame.method == chosen[0]) & (frame.n_labels == 10)].score
    assert first["mean"] == pytest.approx(held.mean())
    assert first["n_seeds"] == 2
    assert json.loads((tmp_path / "summary.json").read_text())["measure"] in ("accuracy", "rmse")
    assert len(pd.read_csv(tmp_path / "summary.csv")) == 2 * 2 * 3
    for name in ("curves.png", "collage.png"):
        assert (tmp_path / name).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_seeds_far_apart_leave_the_logarithmic_axis_alone():
    """The mean minus a deviation may be negative there, and no axis should reach down to it."""
    method = quadratic().methods[0].name
    records = [
        Record(method, seed, n, n, score)
        for seed, score in ((0, 1e-3), (1, 1e-3), (2, 0.1))
        for n in (1, 2)
    ]
    experiment = quadratic().with_methods([method])
    figure = curves_figure(experiment, to_frame(records), published_curves("none"), budget=2)
    assert 1e-4 < figure.axes[0].get_ylim()[0] <= 1e-3


@pytest.mark.parametrize("make", [spiral, quadratic])
def test_published_curves_exist_for_the_methods_that_name_one(make):
    experiment = make()
    curves = published_curves(experiment.name)
    named = {method.published for method in experiment.methods} - {None}
    assert named <= set(curves.strategy)
    assert curves.n_counted.between(1, 50).all()
    assert (curves["mean"] > 0).all()
    assert published_curves("sentiment").empty


def test_pool_and_labels_of_the_quadratic():
    problem = quadratic().problem(0)
    assert isinstance(problem, Problem)
    np.testing.assert_allclose(problem.y_pool, problem.X_pool[:, 0] ** 2)
    assert to_frame([]).empty


def test_damaged_records_are_named(tmp_path):
    path = tmp_path / "a.parquet"
    frame = to_frame([Record("margin", 0, n, n, 0.5) for n in range(300)])
    write_frame(frame, path)
    pd.testing.assert_frame_equal(read_frame(path), frame)
    content = path.read_bytes()
    for place in range(0, len(content), 11):
        path.write_bytes(content[:place] + bytes([content[place] ^ 8]) + content[place + 1 :])
        with contextlib.suppress(InvalidInputError):
            read_frame(path)
    write_frame(frame[["method"]], path)
    with pytest.raises(InvalidInputError, match="has the columns method instead of"):
        read_frame(path)
