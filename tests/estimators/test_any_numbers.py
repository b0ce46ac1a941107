"""Whatever the rows, labels and options: finite numbers or the project's own error, and soon."""

from contextlib import suppress
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, seed, settings
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
UNITS = [1e-150, 1e-8, 1e-3, 1e3, 1e8, 1e150, 1e290, 1e-300]
#: What draws networks, or solves a cone problem, takes long: small cases of their own.
DRAWING = ["volume_split", "disagreement"]
LONG = ["gravity_sampled", "max_volume_ellipsoid"]
QUERIES = sorted({*STRATEGIES, *GAINS} - set(DRAWING))


def mostly(usual, *odd):
    """Something odd in one case of eight."""
    return st.sampled_from([usual] * 7 * len(odd) + list(odd))


common = {
    "hidden": st.sampled_from(HIDDEN),
    "units": st.sampled_from(["auto", "auto", "auto", "halfspaces", "mixed", "thirds", "balls"]),
    "center": st.sampled_from(["auto", "auto", "gravity", "analytic", "chebyshev"]),
    "cost": st.sampled_from([None, None, None, None, 0.1, 30.0, "auto", np.inf]),
    "radius": st.sampled_from([1.0, 10.0, 1e-3]),
    "noise": st.sampled_from(["auto", 0.0, 0.3, 0.3]),
    "fit_intercept": mostly(True, False),
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
        "center": st.sampled_from(["auto", "gravity", "analytic"] * 3 + ["chebyshev"]),
        "noise": st.sampled_from([0.0, 0.3, 0.3, "auto"]),
        "epsilon": st.sampled_from([1e-3, 1.0]),
        "target_transform": st.sampled_from(
            ["auto", "auto", "auto", None, None, "log", "yeo-johnson"]
        ),
    }
)
tables = st.fixed_dictionaries(
    {
        "n": st.sampled_from([3, 4, 4, 5, 6, 9, 2, 1]),
        "d": st.integers(1, 4),
        "cells": st.sampled_from(["normal"] * 4 + ["few"] * 3 + ["zeros"]),
        "unit": mostly(1.0, *UNITS),
        "columns": st.sampled_from(["alike"] * 5 + ["constant", "units", "offset"]),
        "copies": st.booleans(),
        "is_sparse": st.booleans(),
        "labels": st.sampled_from(["linear"] * 3 + ["random", "skewed"] * 2 + ["one"]),
        "label_unit": mostly(1.0, *UNITS),
        "weight": st.sampled_from([None] * 4 + ["some"] * 2 + ["tiny", "zeros"]),
        "annotators": mostly(False, True),
        "seed": st.integers(0, 10**6),
    }
)


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
    classes = np.digitize(value, [0.0] if own["labels"] == "linear" else [-0.5, 0.5])
    if own["labels"] != "one":
        classes[0] = (classes[-1] + 1) % 2
    return classes


def told_of(own, n):
    rng = np.random.default_rng(own["seed"] + 2)
    weight = {
        None: None,
        "some": np.r_[1.0, rng.integers(0, 3, n - 1)],
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
    """Learn, say, learn more and say again; whether there was an answer."""
    X = table_of(own)
    y, told = labels_of(own, X, is_regression=is_regression), told_of(own, len(X))
    if is_regression:
        told.pop("annotator", None)
    rows = sparse.csr_matrix(X) if own["is_sparse"] else X
    with suppress(CutplaneError):
        model.fit(rows, y, **told) if own["seed"] % 2 else model.partial_fit(rows, y, **told)
        some = {"n_samples": 4} if own["seed"] % 50 == 37 else {}
        check(model, rows, is_regression=is_regression, **some)
        with suppress(CutplaneError):
            if own["seed"] % 3 == 0:
                model.partial_fit(rows[:2], y[:2])
                check(model, rows, is_regression=is_regression)
        return True
    return False


def asked(model, own, query, batch, *, is_regression):
    """Ask and tell until six rows are known; whether nothing was refused."""
    X = table_of(own)
    y = labels_of(own, X, is_regression=is_regression)
    rows = sparse.csr_matrix(X) if own["is_sparse"] else X
    with suppress(CutplaneError):
        learner = ActiveLearner(model, rows, query=query, batch_size=batch, random_state=0)
        while learner.n_labels_ < min(len(y), 6):
            questions = learner.ask()
            assert 0 < np.unique(questions).size == questions.size <= batch
            learner.tell(questions, y[questions])
        assert learner.ask(1).size == (learner.n_labels_ < len(y))
        if learner.is_fitted:
            check(learner.estimator_, rows, is_regression=is_regression)
        return True
    return False


def each(n, case, *drawn, start=0):
    """Whether ``case`` had an answer, for n draws: soon each time, and mostly it had."""
    answered = []

    @seed(start)
    @settings(max_examples=n, deadline=timedelta(seconds=10))
    @given(st.tuples(*drawn))
    def run(values):
        answered.append(case(*values))

    run()
    assert len(answered) >= n
    assert np.mean(answered) > 0.5


def model_of(options, activation, *, is_regression):
    kind = CuttingPlaneRegressor if is_regression else CuttingPlaneClassifier
    return kind(**{"activation": activation, "max_iter": 40} | options)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
@pytest.mark.parametrize("part", [0, 1])
def test_options(activation, is_regression, part):
    def case(options, own):
        model = model_of(options, activation, is_regression=is_regression)
        return play(model, own, is_regression=is_regression)

    options = of_numbers if is_regression else of_classes
    start = 2 * part + (activation == "relu")
    each(165 if is_regression else 275, case, options, tables, start=start)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
def test_questions(activation, is_regression):
    def case(options, own, query, batch):
        model = model_of(options, activation, is_regression=is_regression)
        return asked(model, own, query, batch, is_regression=is_regression)

    options = of_numbers if is_regression else of_classes
    each(45, case, options, tables, st.sampled_from(QUERIES), st.integers(1, 3))


small = {"n": st.sampled_from([3, 4, 2, 1]), "d": st.integers(1, 2), "annotators": st.just(False)}
few_rows = st.tuples(tables, st.fixed_dictionaries(small)).map(lambda two: two[0] | two[1])
few_units = st.fixed_dictionaries(
    {"hidden": st.sampled_from([(), (1,)]), "radius": st.sampled_from([10.0, 1.0])}
)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
@pytest.mark.parametrize("center", LONG)
def test_centers_that_take_long(activation, is_regression, center):
    is_drawn = center == "gravity_sampled"
    short = {"center": center, "max_iter": 2 if is_drawn else 40}

    def case(options, few, own):
        model = model_of(options | few | short, activation, is_regression=is_regression)
        return play(model, own, is_regression=is_regression)

    each(
        5 if is_drawn else 20,
        case,
        of_numbers if is_regression else of_classes,
        few_units,
        few_rows,
    )


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
@pytest.mark.parametrize("query", DRAWING)
def test_questions_that_draw_networks(activation, is_regression, query):
    def case(options, few, own, batch):
        model = model_of(options | few, activation, is_regression=is_regression)
        return asked(model, own, query, batch, is_regression=is_regression)

    options = of_numbers if is_regression else of_classes
    each(10, case, options, few_units, few_rows, st.integers(1, 3))
