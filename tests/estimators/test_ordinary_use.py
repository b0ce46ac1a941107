"""Standardised rows, plain labels, a finite price: an answer, no refusal, and not one warning."""

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.centers.registry import CENTERS

pytestmark = pytest.mark.slow
#: Those that take a second for each fit.
LONG = {"gravity_sampled", "max_volume_ellipsoid"}


def rows(n=14, d=2, start=0):
    X = np.random.default_rng(start).normal(size=(n, d))
    return (X - X.mean(axis=0)) / X.std(axis=0)


def labels(X, *, is_regression, start=0):
    """A value with noise, or on which side of its median it lies."""
    y = X[:, 0] + 0.1 * np.random.default_rng(start + 1).normal(size=len(X))
    return y if is_regression else (y > np.median(y)).astype(int)


def said(model, X, *, is_regression, n_samples=None):
    options = {"return_std": True, "n_samples": n_samples}
    if is_regression:
        return [model.predict(X), *model.predict(X, **options)]
    return [model.predict(X), model.predict_proba(X), *model.decision_function(X, **options)]


def use(model, X, y, *, is_regression, n_samples=None):
    """Fit, fit more and predict, then the same by asking."""
    said_by = {"is_regression": is_regression, "n_samples": n_samples}
    model.fit(X[:8], y[:8])
    model.partial_fit(X[8:10], y[8:10])
    learner = ActiveLearner(model, X, random_state=0)
    learner.tell(np.arange(8), y[:8])
    asked = learner.ask()
    learner.tell(asked, y[asked])
    for fitted in (model, learner.estimator_):
        for numbers in said(fitted, X, **said_by):
            assert np.isfinite(numbers).all()


common = {
    "hidden": st.sampled_from([(), 1, (3,), (8,), (3, 2), (2, 2, 2)]),
    "activation": st.sampled_from(["relu", "gated_relu"]),
    "units": st.sampled_from(["auto", "halfspaces", "mixed", "thirds", "balls"]),
    "cost": st.sampled_from([None, "auto", 0.3, 3, 100.0]),
    "radius": st.sampled_from([1.0, 10.0]),
    "noise": st.sampled_from(["auto", 0.1, 1]),
    "final_solve": st.sampled_from([None, "sparse", "ridge"]),
    "random_state": st.integers(0, 100),
}
of_classes = st.fixed_dictionaries(
    common
    | {
        "center": st.sampled_from(["auto", "gravity", "analytic", "chebyshev"]),
        "flip": st.sampled_from(["auto", 0.0, 0.1]),
        "class_weight": st.sampled_from([None, "balanced"]),
    }
)
of_numbers = st.fixed_dictionaries(
    common
    | {
        "center": st.sampled_from(["auto", "gravity", "analytic"]),
        "epsilon": st.sampled_from([1e-3, 0.1]),
        "target_transform": st.sampled_from(["auto", None, "yeo-johnson"]),
    }
)


@pytest.mark.parametrize("is_regression", [False, True])
def test_what_is_ordinary_is_never_refused(is_regression):
    @seed(0)
    @settings(max_examples=40, deadline=10_000)
    @given(of_numbers if is_regression else of_classes, st.integers(1, 4), st.sampled_from("dsf"))
    def every(options, d, storage):
        X = rows(d=d, start=options["random_state"])
        y = labels(X, is_regression=is_regression, start=options["random_state"])
        X = {"d": X, "s": sparse.csr_matrix(X), "f": X.astype(np.float32)}[storage]
        kind = CuttingPlaneRegressor if is_regression else CuttingPlaneClassifier
        use(kind(**options), X, y, is_regression=is_regression, n_samples=0)

    every()


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("final_solve", [None, "sparse", "ridge"])
@pytest.mark.parametrize("is_regression", [False, True])
@pytest.mark.parametrize("hidden", [(), (5,), (2, 2)])
@pytest.mark.parametrize("center", sorted(set(CENTERS) - LONG))
def test_no_warning(center, hidden, is_regression, final_solve, activation):
    if is_regression and center == "chebyshev":
        pytest.skip("of classes only")
    kind = CuttingPlaneRegressor if is_regression else CuttingPlaneClassifier
    options = {"activation": activation, "final_solve": final_solve, "random_state": 0}
    X = rows()
    y = labels(X, is_regression=is_regression)
    n_samples = None if center == "gravity" else 4
    model = kind(hidden, center=center, **options)
    use(model, X, y, is_regression=is_regression, n_samples=n_samples)


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("is_regression", [False, True])
@pytest.mark.parametrize("center", sorted(LONG))
def test_no_warning_where_centers_take_long(center, is_regression, activation):
    kind = CuttingPlaneRegressor if is_regression else CuttingPlaneClassifier
    X = rows()
    y = labels(X, is_regression=is_regression)
    model = kind((1,), activation, center=center, radius=10.0, random_state=0)
    use(model, X, y, is_regression=is_regression, n_samples=4)
