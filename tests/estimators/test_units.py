"""Balls and halves of balls in the estimators."""

import numpy as np
import pytest
from scipy import sparse

from cutplane.active.box import Box
from cutplane.active.synthesis import synthesize
from cutplane.errors import InvalidInputError
from cutplane.network import load_network

ACTIVATIONS = ["relu", "gated_relu"]
UNITS = ["mixed", "balls"]


def ring(n=80, d=8, seed=0):
    """Inside or outside a sphere: a halfspace tells nothing."""
    X = np.random.default_rng(seed).normal(size=(n, d))
    length = np.linalg.norm(X, axis=1)
    return X, (length > np.median(length)).astype(int)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("hidden", [(60,), (8, 6)])
def test_every_label_is_learnt(classifier, activation, units, hidden):
    X, y = ring()
    model = classifier(hidden, activation=activation, units=units, cost=np.inf).fit(X, y)
    assert (model.predict(X) == y).all()
    assert np.isfinite(model.spread(X)).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("units", UNITS)
def test_a_sphere_is_learnt_by_lengths(classifier, activation, units):
    X, y = ring(400)
    hits = {}
    for name in ("halfspaces", units):
        model = classifier((100,), activation=activation, units=name).fit(X[:80], y[:80], X_pool=X)
        hits[name] = (model.predict(X[80:]) == y[80:]).mean()
    assert hits[units] > 0.85 > hits["halfspaces"] + 0.05


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("hidden", [(20,), (6, 4)])
@pytest.mark.parametrize("final_solve", [None, "sparse", "ridge"])
def test_networks_of_any_rows_and_their_files(
    make, affine, activation, units, hidden, final_solve, tmp_path
):
    X, y = affine()
    options = {"activation": activation, "units": units, "final_solve": final_solve}
    model = make(hidden=hidden, **options).fit(X, y)
    scores, network = model.scores(X), model.network_
    close = {"rtol": 1e-7, "atol": 1e-8 * np.abs(scores).max()}
    np.testing.assert_allclose(network(X), scores, **close)
    np.testing.assert_allclose(network(sparse.csr_matrix(X)), scores, **close)
    np.testing.assert_allclose(model.scores(sparse.csr_matrix(X)), scores, **close)
    network.save(tmp_path / "network.npz")
    again = load_network(tmp_path / "network.npz")
    assert again.inputs == network.inputs
    assert again.inputs.norms is not None
    np.testing.assert_array_equal(again(X), network(X))


def test_the_decoded_network_is_the_gated_form_on_the_labelled_rows(classifier, leaf_features):
    X, y = ring(30, 3)
    model = classifier((5, 4), units="mixed", cost=np.inf).fit(X, y)
    arrangement, weights = model.arrangement_, model.center_.weights
    assert model.version_space_.slacks(weights)[1].min() > 0
    features = leaf_features(arrangement.patterns(X), arrangement.inputs.of(X))
    expected = features @ weights.ravel()
    np.testing.assert_allclose(model.network_(X), expected, atol=1e-9 * np.abs(expected).max())


def test_products_with_labelled_rows_are_the_decoded_network(classifier):
    """Many features and few labels: the network is never written out."""
    X = np.random.default_rng(0).normal(size=(40, 400)) * (np.arange(400) % 7 == 0)
    model = classifier((40,), units="mixed").fit(X[:10], [0, 1] * 5, X_pool=X)
    score = model._scores[0]
    spanned = score.scorer()
    assert type(spanned).__name__ == "SpannedNetwork"
    for rows in (X, sparse.csr_matrix(X)):
        np.testing.assert_allclose(spanned(rows), score.decoded()(X), atol=1e-12)


def test_a_network_that_reads_lengths_bends_between_its_bends(classifier):
    X, y = ring(30, 2)
    network = classifier((20,), units="mixed").fit(X, y).network_
    with pytest.raises(InvalidInputError, match="units='halfspaces' only"):
        synthesize("margin", [network], Box([-1, -1], [1, 1]), X, np.random.default_rng(0))
