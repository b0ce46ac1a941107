"""Whatever the rows, labels and options: finite numbers or the project's own error, and soon."""

from contextlib import suppress
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.query import STRATEGIES
from cutplane.errors import CutplaneError
from cutplane.uncertainty.gain import GAINS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::cutplane.errors.ScaleWarning"),
]
HIDDEN = [(), (1,), (3,), (2, 2), (2, 1, 2)]
UNITS = [1.0, 1e-150, 1e-8, 1e-3, 1e3, 1e8, 1e150, 1e290, 1e-300]
#: Queries that draw networks take seconds.
QUERIES = sorted({*STRATEGIES, *GAINS} - {"volume_split", "disagreement"})

common = {
    "hidden": st.sampled_from(HIDDEN),
    "units": st.sampled_from(["auto", "auto", "halfspaces", "mixed", "thirds", "balls"]),
    "center": st.sampled_from(["auto", "auto", "gravity", "analytic", "chebyshev"]),
    "cost": st.sampled_from([None, None, None, None, 0.1, 30.0, np.inf, np.inf, "auto"]),
    "radius": st.sampled_from([1.0, 10.0, 1e-3]),
    "noise": st.sampled_from(["auto", 0.0, 0.3, 0.3]),
    "fit_intercept": st.sampled_from([True, True, False]),
    "final_solve": st.sampled_from([None, None, None, "sparse", "ridge"]),
    "random_state": st.integers(0, 100),
}
of_classes = st.fixed_dictionaries(
    common
    | {
        "flip": st.sampled_from(["auto", 0.0, 0.2, 0.2]),
        "class_weight": st.sampled_from([None, None, "balanced", {0: 3.0}]),
    }
)
of_numbers = st.fixed_dictionaries(
    common
    | {
        "noise": st.sampled_from([0.0, 0.3, 0.3, "auto"]),
        "epsilon": st.sampled_from([1e-3, 1.0]),
        "target_transform": st.sampled_from(["auto", "auto", None, "log", "yeo-johnson"]),
    }
)
tables = st.fixed_dictionaries(
    {
        "n": st.integers(1, 6),
        "d": st.integers(1, 4),
        "cells": st.sampled_from(["few", "normal", "zeros"]),
        "unit": st.sampled_from([1.0, 1.0, 1.0, *UNITS]),
        "columns": st.sampled_from(["alike", "constant", "units", "offset"]),
        "copies": st.booleans(),
        "is_sparse": st.booleans(),
        "labels": st.sampled_from(["random", "linear", "one", "skewed"]),
        "label_unit": st.sampled_from([1.0, 1.0, *UNITS]),
        "weight": st.sampled_from([None, None, "some", "tiny", "zeros"]),
        "annotators": st.booleans(),
        "seed": st.integers(0, 10**6),
    }
)
bounded = {"max_examples": 240, "deadline": timedelta(seconds=20)}


def table_of(own):
    """Rows of a drawn description."""
    rng = np.random.default_rng(own["seed"])
    X = rng.normal(size=(own["n"], own["d"]))
    if own["cells"] != "normal":
        X = np.round(X) * (own["cells"] == "few")
    if own["copies"]:
        X[own["n"] // 2 :] = X[0]
    if own["columns"] == "constant":
        X[:, 0] = 1.0
    if own["columns"] == "units":
        X *= 10.0 ** np.arange(0, 3 * own["d"], 3)
    if own["columns"] == "offset":
        X += 1e4
    return X * own["unit"]


def labels_of(own, X, *, is_regression):
    rng = np.random.default_rng(own["seed"] + 1)
    value = X[:, 0] / own["unit"] if own["labels"] == "linear" else rng.normal(size=len(X))
    value = np.ones(len(X)) if own["labels"] == "one" else value
    if is_regression:
        return own["label_unit"] * (np.exp(3 * value) if own["labels"] == "skewed" else value)
    return np.digitize(value, [0.0] if own["labels"] == "linear" else [-0.5, 0.5])


def told_of(own, n):
    rng = np.random.default_rng(own["seed"] + 2)
    weight = {
        None: None,
        "some": rng.integers(0, 3, n).astype(float),
        "tiny": 10.0 ** -rng.integers(0, 12, n).astype(float),
        "zeros": np.zeros(n),
    }[own["weight"]]
    return {"sample_weight": weight} | (
        {"annotator": rng.choice(["al", "bo"], n)} if own["annotators"] else {}
    )


def check(model, X, *, is_regression, n_samples=0):
    """Everything that a fitted model says is finite."""
    options = {"return_std": True, "n_samples": n_samples}
    if is_regression:
        said = [model.predict(X), *model.predict(X, **options)]
    else:
        said = [model.predict_proba(X), *model.decision_function(X, **options)]
        assert np.isin(model.predict(X), model.classes_).all()
        np.testing.assert_allclose(said[0].sum(axis=1), 1, rtol=1e-6)
    for numbers in said:
        assert np.isfinite(numbers).all()
        assert len(numbers) == X.shape[0]


def play(model, own, *, is_regression):
    """Learn, say, learn more and say again."""
    X = table_of(own)
    y, told = labels_of(own, X, is_regression=is_regression), told_of(own, len(X))
    if is_regression:
        told.pop("annotator", None)
    rows = sparse.csr_matrix(X) if own["is_sparse"] else X
    with suppress(CutplaneError):
        model.fit(rows, y, **told) if own["seed"] % 2 else model.partial_fit(rows, y, **told)
        some = {"n_samples": 4} if own["seed"] % 50 == 37 else {}
        check(model, rows, is_regression=is_regression, **some)
        if own["seed"] % 3 == 0:
            model.partial_fit(rows[:2], y[:2])
            check(model, rows, is_regression=is_regression)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("part", [0, 1])
@settings(**bounded)
@given(of_classes, tables)
def test_classes(activation, part, options, own):
    model = CuttingPlaneClassifier(activation=activation, max_iter=40, **options)
    play(model, own | {"seed": own["seed"] + part}, is_regression=False)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("part", [0, 1])
@settings(**bounded)
@given(of_numbers, tables)
def test_numbers(activation, part, options, own):
    model = CuttingPlaneRegressor(activation=activation, max_iter=40, **options)
    play(model, own | {"seed": own["seed"] + part}, is_regression=True)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
@settings(**bounded | {"max_examples": 30})
@given(st.data(), tables, st.sampled_from(QUERIES), st.integers(1, 3))
def test_questions(activation, is_regression, data, own, query, batch):
    options = data.draw(of_numbers if is_regression else of_classes)
    kind = CuttingPlaneRegressor if is_regression else CuttingPlaneClassifier
    model = kind(activation=activation, max_iter=40, **options)
    X = table_of(own)
    y = labels_of(own, X, is_regression=is_regression)
    rows = sparse.csr_matrix(X) if own["is_sparse"] else X
    with suppress(CutplaneError):
        learner = ActiveLearner(model, rows, query=query, batch_size=batch, random_state=0)
        while learner.n_labels_ < min(len(y), 6):
            asked = learner.ask()
            assert 0 < np.unique(asked).size == asked.size <= batch
            learner.tell(asked, y[asked])
        assert learner.ask(1).size == (learner.n_labels_ < len(y))
        if learner.is_fitted:
            check(learner.estimator_, rows, is_regression=is_regression)
