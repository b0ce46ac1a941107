"""Whatever the cells and labels: a model with finite scores, or a sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import InvalidInputError

ACTIVATIONS = ["relu", "gated_relu"]


@st.composite
def odd_rows(draw):
    """Small tables with repeated rows and constant columns."""
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    cells = draw(st.lists(st.integers(-2, 2), min_size=n * d, max_size=n * d))
    X = np.array(cells, dtype=float).reshape(n, d)
    if draw(st.booleans()):
        X[:, 0] = X[0, 0]
    if draw(st.booleans()):
        X[n // 2] = X[0]
    return X


options = st.fixed_dictionaries(
    {
        "hidden": st.sampled_from([(), (1,), (9,), (3, 2), (2, 2, 2)]),
        "activation": st.sampled_from(ACTIVATIONS),
        "fit_intercept": st.booleans(),
        "units": st.sampled_from(["halfspaces", "mixed", "balls"]),
    }
).map(lambda own: own if own["fit_intercept"] else own | {"units": "halfspaces"})


units = st.sampled_from([1.0, 1e-150, 1e-8, 1e8, 1e150])


@pytest.mark.slow
@settings(max_examples=60)
@given(odd_rows(), units, options, st.integers(2, 4), st.integers(0, 10**6))
def test_odd_tables_are_classified(X, unit, options, n_classes, seed):
    """Whatever the cells and labels: a model with finite scores, or a sentence."""
    if not options["fit_intercept"]:
        X = unit * X
    y = np.random.default_rng(seed).integers(0, n_classes, len(X))
    clf = CuttingPlaneClassifier(random_state=seed, **options)
    cuts = X.any(axis=1) if not options["fit_intercept"] else np.ones(len(X), dtype=bool)
    if np.unique(y[cuts]).size < 2:
        with pytest.raises(InvalidInputError):
            clf.fit(X, y)
        return
    clf.fit(X, y)
    assert np.isfinite(clf.decision_function(X)).all()
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.isin(clf.predict(X), y).all()
    assert np.isfinite(clf.spread(X)).all()
    other = CuttingPlaneClassifier(random_state=seed, **options).fit(X, y)
    np.testing.assert_array_equal(other.decision_function(X), clf.decision_function(X))
    if cuts[:2].any():
        clf.partial_fit(X[:2], y[:2])
        assert np.isfinite(clf.decision_function(X)).all()


@pytest.mark.slow
@settings(max_examples=60)
@given(odd_rows(), options, st.sampled_from([1e-100, 1.0, 1e100]), st.integers(0, 10**6))
def test_odd_tables_are_regressed(X, options, unit, seed):
    y = unit * np.random.default_rng(seed).normal(size=len(X))
    model = CuttingPlaneRegressor(random_state=seed, **options)
    if not (X.any() or options["fit_intercept"]):
        with pytest.raises(InvalidInputError):
            model.fit(X, y)
        return
    model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.spread(X)).all()
    if X[0].any() or options["fit_intercept"]:
        model.partial_fit(X[:1], y[:1])
        assert np.isfinite(model.predict(X)).all()
