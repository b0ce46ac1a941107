"""Predictions block by block are those of the array."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cutplane import (
    CuttingPlaneClassifier,
    CuttingPlaneRegressor,
    InvalidInputError,
    stored_rows,
)
from cutplane.estimators import in_blocks

X = np.random.default_rng(0).normal(size=(2_000, 3))
Y = X[:, 0] + X[:, 1] ** 2
NAMES = ["a", "b", "c"]


@pytest.fixture(autouse=True)
def small_fragments(monkeypatch):
    monkeypatch.setattr("cutplane.scanning.stored._FRAGMENT", 700 * 3)


@pytest.fixture
def source():
    table = pa.table(dict(zip(NAMES, X.T, strict=True)))
    return stored_rows(table.to_batches(max_chunksize=300))


def classifier(n_classes, **options):
    y = np.digitize(Y, [1.0, 2.0][: n_classes - 1])
    return CuttingPlaneClassifier(hidden=(12,), random_state=0, **options).fit(X[:60], y[:60])


def backwards(function, state, fragments):
    """An engine whose results come in another order."""
    return iter([function(state, fragment) for fragment in reversed(fragments)])


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("options", [{}, {"activation": "relu"}])
def test_classes_and_their_probabilities(n_classes, options, source):
    model = classifier(n_classes, **options)
    for rows in (source, source.on(backwards)):
        assert (model.predict(rows) == model.predict(X)).all()
        np.testing.assert_allclose(model.predict_proba(rows), model.predict_proba(X), atol=1e-12)
        found = model.decision_function(rows, return_std=True)
        expected = model.decision_function(X, return_std=True)
        for one, two in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-9)
        np.testing.assert_allclose(model.decision_function(rows), found[0])


def test_names_of_classes_and_a_model_that_waits(source):
    model = CuttingPlaneClassifier(hidden=(12,), random_state=0)
    model.partial_fit(X[:3], ["yes"] * 3)
    assert set(model.predict(source)) == {"yes"}
    assert model.predict_proba(source).shape == (2_000, 1)
    model.partial_fit(X[3:9], ["no"] * 6)
    assert (model.predict(source) == model.predict(X)).all()
    assert model.score(source, model.predict(X)) == 1.0


def test_values_and_intervals(source):
    model = CuttingPlaneRegressor(hidden=(12,), random_state=0).fit(X[:60], Y[:60])
    np.testing.assert_allclose(model.predict(source), model.predict(X), rtol=1e-9)
    for method in ("predict_interval",):
        for one, two in zip(getattr(model, method)(source), getattr(model, method)(X), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-9)
    value, deviation = model.predict(source, return_std=True)
    assert value.shape == deviation.shape == (2_000,)


def test_columns_are_found_by_name(source):
    frame = pd.DataFrame(X, columns=NAMES)
    model = CuttingPlaneRegressor(hidden=(12,), random_state=0).fit(
        frame[["c", "a", "b"]][:60], Y[:60]
    )
    expected = model.predict(frame[["c", "a", "b"]])
    np.testing.assert_allclose(model.predict(source), expected, rtol=1e-9)
    with pytest.raises(InvalidInputError, match=r"'a' is not in .*'z'"):
        model.predict(stored_rows(pa.table({"z": [1.0], "b": [1.0], "c": [1.0]})))


def test_other_columns_are_refused(source):
    model = classifier(2)
    with pytest.raises(InvalidInputError, match=r"rows of 1 columns arrived, .* fitted on 3"):
        model.predict(stored_rows(pa.table({"a": [1.0]})))
    bad = stored_rows(pa.table({"a": [1.0, 2.0], "b": [1.0, None], "c": [1.0, 2.0]}))
    with pytest.raises(InvalidInputError, match=r"'b' of .* has no number in row 1"):
        model.predict(bad)


def test_large_rows_in_single_precision_are_not_copied_whole(tmp_path, monkeypatch):
    rows = np.random.default_rng(0).normal(size=(60_000, 3)).astype(np.float32)
    np.save(tmp_path / "rows.npy", rows)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    model = classifier(2)
    expected = model.decision_function(rows)
    monkeypatch.setattr(in_blocks, "_LARGE", 10_000)
    looked_at, own = [], CuttingPlaneClassifier._rows
    monkeypatch.setattr(
        CuttingPlaneClassifier, "_rows", lambda self, X: looked_at.append(len(X)) or own(self, X)
    )
    found = model.decision_function(mapped)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.dtype == np.float64
    assert max(looked_at) == 16_384
    assert sum(looked_at) == 60_001  # the first row tells whether columns fit
    with pytest.raises(InvalidInputError, match="X has 2 features"):
        model.predict(mapped[:, :2])
    bad = rows.copy()
    bad[59_999, 1] = np.nan
    with pytest.raises(InvalidInputError, match="NaN"):
        model.predict(bad)


def test_a_model_with_names_warns_once_of_large_rows_without(monkeypatch):
    monkeypatch.setattr(in_blocks, "_LARGE", 100)
    model = CuttingPlaneRegressor(hidden=(12,), random_state=0)
    model.fit(pd.DataFrame(X[:60], columns=NAMES), Y[:60])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.predict(np.tile(X, (20, 1)).astype(np.float32))
    assert [str(one.message)[:32] for one in said] == ["X does not have valid feature na"]
