"""How many networks are drawn, how often, and for whom."""

import pickle

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier
from cutplane.errors import InvalidInputError
from cutplane.uncertainty.draw import MAX_WITH_SIGN_ROWS
from cutplane.uncertainty.normal import NormalEnsemble


def test_networks_are_drawn_once_per_fit(two_classes, classifier):
    X, y = two_classes
    model = classifier().fit(X[:10], y[:10])
    before = model.ensemble()
    model.predict_proba(X, method="version_space")
    assert model.ensemble() is before
    model.partial_fit(X[10:12], y[10:12])
    assert model.ensemble() is not before
    assert model.ensemble().labelled.shape == (12, 2)


def test_the_seed_decides(two_classes, classifier):
    X, y = two_classes
    first, again, other = (
        classifier(random_state=s).fit(X[:10], y[:10]).predict_proba(X, "version_space")
        for s in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_saved_and_pickled_estimators_draw_the_same(tmp_path, two_classes, classifier):
    X, y = two_classes
    model = classifier().fit(X[:10], y[:10])
    expected = model.predict_proba(X, "version_space")
    model.save(tmp_path / "model.npz")
    loaded = CuttingPlaneClassifier.load(tmp_path / "model.npz")
    np.testing.assert_allclose(loaded.predict_proba(X, "version_space"), expected)
    unpickled = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(unpickled.predict_proba(X, "version_space"), expected)


def test_large_networks_fall_back_on_the_normal_law(classifier):
    X = np.random.default_rng(0).normal(size=(40, 10))
    y = X[:, 0] > 0
    small = classifier("relu", hidden=(4,)).fit(X[:10], y[:10], X_pool=X)
    large = classifier("relu", hidden=(MAX_WITH_SIGN_ROWS // 400,)).fit(X[:10], y[:10], X_pool=X)
    assert small.ensemble().n_samples == 256
    assert isinstance(large.ensemble(), NormalEnsemble)
    assert small.ensemble(7).n_samples == 7


@pytest.mark.slow
def test_normal_law_is_near_the_samples(two_classes, classifier):
    X, y = two_classes
    model = classifier("relu", hidden=(20,)).fit(X[:15], y[:15])
    normal, sampled = (model.predict_proba(X, "version_space", n_samples=n)[:, 1] for n in (0, 512))
    assert np.sqrt(np.mean((normal - sampled) ** 2)) < 0.1


def test_errors_say_what_is_allowed(two_classes, classifier):
    X, y = two_classes
    model = classifier().fit(X[:10], y[:10])
    with pytest.raises(
        InvalidInputError, match="'votes' arrived; choose one of law, link, version_sp"
    ):
        model.predict_proba(X, method="votes")
    for wrong in (-1, 2.5, True):
        with pytest.raises(InvalidInputError, match="number of networks"):
            model.predict_proba(X, method="version_space", n_samples=wrong)
    with pytest.raises(ValueError, match="features"):
        model.predict_proba(X[:, :1], method="version_space")
