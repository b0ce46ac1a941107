"""Probabilities of classes from normal laws of their scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from cutplane import CuttingPlaneClassifier
from cutplane.estimators.probability import law_probabilities
from cutplane.uncertainty.mixture import Moments


def laws(means, variances, noises=0.0):
    """One for each column."""
    shape = np.shape(means)
    each = (np.broadcast_to(np.asarray(own, float), shape).T for own in (means, variances, noises))
    return [Moments(*own) for own in zip(*each, strict=True)]


def test_one_score_is_two_classes():
    found = law_probabilities(laws([[0.3], [-2.0]], 0.5, 0.5))
    np.testing.assert_allclose(found[:, 1], ndtr([0.3, -2.0]))
    np.testing.assert_allclose(found.sum(axis=1), 1)


@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_two_scores_are_compared_by_their_difference(gap, deviation):
    found = law_probabilities(laws([[gap * deviation, 0.0]], deviation**2))
    assert found[0, 0] == pytest.approx(ndtr(gap / np.sqrt(2)), abs=1e-6)


def test_several_scores_are_those_of_draws():
    rng = np.random.default_rng(0)
    means = rng.normal(size=(3, 5))
    draws = means + 1.3 * rng.standard_normal((200_000, 3, 5))
    shares = np.stack([(draws.argmax(axis=2) == c).mean(axis=0) for c in range(5)], axis=1)
    np.testing.assert_allclose(law_probabilities(laws(means, 1.0, 0.69)), shares, atol=0.005)


@given(st.integers(3, 30), st.integers(0, 1000), st.floats(-50, 50), st.floats(0.01, 20))
def test_the_largest_score_is_the_likeliest_class(n_classes, seed, offset, size):
    """Whatever the prior mean that all scores share, and in the order of the scores."""
    rng = np.random.default_rng(seed)
    means, variances = size * rng.normal(size=(4, n_classes)), rng.uniform(0.1, 3, (4, n_classes))
    found = law_probabilities(laws(means, variances))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    best = np.argsort(-means, axis=1)[:, :2]
    first, second = np.take_along_axis(found, best, axis=1).T
    assert np.all(first >= second)
    np.testing.assert_allclose(
        law_probabilities(laws(means + offset, variances)), found, rtol=1e-6, atol=1e-12
    )


def test_a_row_of_zeros_is_of_each_class_alike():
    np.testing.assert_allclose(law_probabilities(laws(np.zeros((1, 4)), 0.0)), 0.25)


def test_rare_classes_do_not_take_the_constant():
    """Ten classes in the plane: linear pieces win the evidence, and the rows held are right."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 120)
    X = np.column_stack([np.cos(angle), np.sin(angle)])
    y = (10 * angle / (2 * np.pi)).astype(int)
    model = CuttingPlaneClassifier(hidden=(40,), random_state=0).fit(X[:80], y[:80], X_pool=X)
    best = model.evidence_.as_dicts()[0]
    assert (best["share"], best["slope"]) == (0.1, 1.0)
    assert model.score(X[80:], y[80:]) > 0.8
    shares = model.predict_proba(X[80:])
    np.testing.assert_array_equal(model.classes_[shares.argmax(axis=1)], model.predict(X[80:]))
    own = shares[np.arange(40), y[80:]]
    assert -np.log(own).mean() < 0.7
