"""A pool that keeps its products answers as one that does not, whatever its storage."""

import numpy as np
import pytest
from scipy import sparse

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.uncertainty.kept_pool import KeptPool
from cutplane.uncertainty.prior import GatedRows

SINGLE = {"rtol": 2e-5, "atol": 2e-5}


def rows(seed=0, n=90, d=4):
    X = np.random.default_rng(seed).normal(size=(n, d))
    X[np.abs(X) < 0.5] = 0
    return X


def fitted(X, n_labels=20, n_classes=2, **options):
    y = np.digitize(X[:, 0] + X[:, 1] ** 2, [1.0] if n_classes == 2 else [0.2, 1.5])
    options = {"hidden": (70,), "random_state": 0} | options
    return CuttingPlaneClassifier(**options).fit(X[:n_labels], y[:n_labels], X_pool=X), y


def columns(model, X):
    return model.scores(X).reshape(len(X), -1)


@pytest.mark.parametrize("memory", [0, 4 * 90 * 7, 2**28])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores_in_passing_are_those_of_the_network(memory, n_classes):
    X = rows()
    model, y = fitted(X, n_classes=n_classes)
    pool = KeptPool(X, memory)
    expected = columns(model, X)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(model.passing_scores(pool) / scale, expected / scale, **SINGLE)
    for row in (20, 21, 22):
        model.partial_fit(X[[row]], y[[row]])
        expected = columns(model, X)
        np.testing.assert_allclose(model.passing_scores(pool) / scale, expected / scale, **SINGLE)


@pytest.mark.parametrize("hidden", [(), (9,), (70, 5)])
@pytest.mark.parametrize("units", ["halfspaces", "mixed"])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, np.float32])
def test_storage_and_layers_change_nothing(hidden, units, kind):
    X = rows().astype(np.float32).astype(float)
    model, _ = fitted(X, hidden=hidden, units=units)
    expected = columns(model, X)
    scale = np.abs(expected).max()
    found = model.passing_scores(KeptPool(kind(X)))
    np.testing.assert_allclose(found / scale, expected / scale, **SINGLE)


@pytest.mark.parametrize("options", [{"activation": "relu"}, {"center": "analytic"}])
def test_other_networks_are_evaluated(options):
    X = rows()
    model, _ = fitted(X, hidden=(6,), **options)
    found = model.passing_scores(KeptPool(X))
    np.testing.assert_allclose(found, columns(model, X), rtol=1e-9)


def test_prior_variance_and_rows_close_up_are_exact():
    X = rows()
    model, _ = fitted(X)
    space = model.version_space_
    pool, at = KeptPool(X), np.array([3, 50, 4])
    expected = space.prior_variance(model.arrangement_.patterns(X), space.leaf_rows(X))
    np.testing.assert_allclose(pool.prior_variance(space), expected, rtol=1e-6)
    close, own = pool.gated(space, at), GatedRows.of(space, X[at])
    np.testing.assert_array_equal(close.rows, own.rows)
    for found, pattern in zip(close.patterns, own.patterns, strict=True):
        np.testing.assert_array_equal(found, pattern)


def test_only_the_new_column_is_computed(monkeypatch):
    X = rows()
    model, y = fitted(X)
    pool, computed = KeptPool(X), []
    column_of = KeptPool._column
    monkeypatch.setattr(
        KeptPool,
        "_column",
        lambda self, space, part: computed.append(space.n_rows) or column_of(self, space, part),
    )
    model.passing_scores(pool)
    n_before = len(computed)
    assert n_before % 20 == 0
    model.passing_scores(pool)
    assert len(computed) == n_before
    model.partial_fit(X[[30]], y[[30]])
    model.passing_scores(pool)
    n_new = (len(computed) - n_before) % 21  # 21: a slope met anew
    assert 0 < n_new <= n_before // 20


@pytest.mark.parametrize("kind", [np.asarray, np.float32, sparse.csr_matrix])
@pytest.mark.parametrize("memory", [0, 4 * 700 * 40, 2**28])
def test_digits_do_not_depend_on_how_labels_came_or_what_is_kept(kind, memory, monkeypatch):
    monkeypatch.setattr("cutplane.uncertainty.prior._CHUNK_ENTRIES", 30_000)
    X = rows(n=700)
    model, y = fitted(X, n_labels=50)
    pool = KeptPool(kind(X), memory)
    for row in range(50, 75):
        model.partial_fit(X[[row]], y[[row]])
        if row % 3:
            found = model.passing_scores(pool)
    np.testing.assert_array_equal(found, model.passing_scores(KeptPool(kind(X))))


def test_another_model_starts_anew():
    X = rows()
    pool = KeptPool(X)
    for seed in (0, 1):
        for n_labels in (20, 15):
            model, _ = fitted(X, n_labels, random_state=seed)
            expected = columns(model, X)
            scale = np.abs(expected).max()
            found = model.passing_scores(pool) / scale
            np.testing.assert_allclose(found, expected / scale, **SINGLE)


def test_a_mapped_pool_is_not_copied(tmp_path):
    X = rows().astype(np.float32)
    np.save(tmp_path / "pool.npy", X)
    mapped = np.load(tmp_path / "pool.npy", mmap_mode="r")
    pool = KeptPool(mapped)
    assert pool.rows is mapped
    assert pool.take(np.array([1])).dtype == np.float64


@pytest.mark.parametrize("kind", [CuttingPlaneClassifier, CuttingPlaneRegressor])
def test_joint_laws_do_not_depend_on_blocks_or_storage(kind, monkeypatch):
    X = rows(n=30)
    y = np.digitize(X[:, 0], [-0.3, 0.3])
    model = kind(hidden=(8,), random_state=0).fit(X, y)
    decides = kind is CuttingPlaneClassifier
    at = np.arange(30)
    whole = model.joint_laws(KeptPool(X), at, decides=decides)
    monkeypatch.setattr("cutplane.uncertainty.prior._CHUNK_ENTRIES", 100)
    others = model.joint_laws(KeptPool(sparse.csr_matrix(X)), at, decides=decides)
    for one, other in zip(whole, others, strict=True):
        scale = np.abs(one.between).max()
        np.testing.assert_allclose(other.between, one.between, atol=1e-9 * scale)
        np.testing.assert_allclose(other.candidates.mean, one.candidates.mean, atol=1e-9)
