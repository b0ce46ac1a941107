"""With many labels one more moves some sites, and gives the center that sweeps of all give."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from cutplane.newton import following, kernel_gravity
from cutplane.newton.gravity import gravity_centers
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

K = 90
HYPOTHESES = [
    Hypothesis(flip=0.1),
    Hypothesis(flip=0.05, noise=0.3),
    Hypothesis(noise=0.3, share=0.2),
    Hypothesis(noise=0.1),
]
rng = np.random.default_rng(0)
X = rng.normal(size=(K, 3))
Y = np.where(X[:, 0] + np.sin(2 * X[:, 1]) + 0.3 * rng.normal(size=K) > 0.2, 1.0, -1.0)


@pytest.fixture
def followed(monkeypatch):
    """From sixty labels on; says what of it was used."""
    monkeypatch.setattr(kernel_gravity, "LEAST_ROWS", 60)
    monkeypatch.setattr(kernel_gravity, "MOST_NEW", 0.1)
    used, original = [], following.follow

    def follow(*arguments):
        used.append(original(*arguments))
        return used[-1]

    monkeypatch.setattr(kernel_gravity, "follow", follow)
    return used


def spaces_of(k, y=Y, hypotheses=HYPOTHESES, weight=None, regression=False):
    """Version spaces of the first k rows under all hypotheses, on one operator."""
    arrangement = sample_arrangement(X, (12,), np.random.default_rng(1))
    options = {"epsilon": 0.1} if regression else {}
    kind = VersionSpace.regression if regression else VersionSpace.classification
    space = kind(arrangement, X[:0], X[:0, 0], gated=True, **options)
    space = space.with_labels(X[:k], y[:k], weight=1.0 if weight is None else weight[:k])
    first = space.assuming(hypotheses[0])
    return [first.assuming(own) for own in hypotheses]


def one_by_one(first, last, tol=1e-3, sent=lambda center: center, **options):
    centers = gravity_centers(
        spaces_of(first, **options), [None] * len(options.get("hypotheses", HYPOTHESES)), tol=tol
    )
    for k in range(first + 1, last + 1):
        centers = gravity_centers(spaces_of(k, **options), [sent(own) for own in centers], tol=tol)
    return centers


def swept(monkeypatch, first, last, **options):
    """The same labels, one by one, all sites swept for each: flips may leave several centers."""
    with monkeypatch.context() as patch:
        patch.setattr(kernel_gravity, "LEAST_ROWS", 10 * K)
        return one_by_one(first, last, tol=1e-8, **options)


def assert_near(ours, exact, share, nats):
    assert ours.status == exact.status == "optimal"
    deviation = np.sqrt(exact.law.variance)
    assert np.max(np.abs(ours.law.mean - exact.law.mean) / deviation) < share
    np.testing.assert_allclose(ours.law.variance, exact.law.variance, rtol=share)
    assert abs(ours.law.log_z - exact.law.log_z) < nats


@pytest.mark.parametrize("regression", [False, True])
def test_it_is_near_to_sweeps_of_all_sites(followed, monkeypatch, regression):
    options = {"regression": regression}
    if regression:
        options |= {"y": X[:, 0] + np.sin(2 * X[:, 1]), "hypotheses": HYPOTHESES[2:]}
    ours = one_by_one(65, K, **options)
    assert len(followed) == (K - 65) * len(ours)
    assert all(own is not None for own in followed)
    for own, other in zip(ours, swept(monkeypatch, 65, K, **options), strict=True):
        assert_near(own, other, share=0.1, nats=0.02)


def test_a_tolerance_that_is_small_leaves_little(followed, monkeypatch):
    ours = one_by_one(65, 70, tol=1e-6)
    for own, other in zip(ours, swept(monkeypatch, 65, 70), strict=True):
        assert_near(own, other, share=2e-4, nats=2e-5)
    assert None not in followed


def test_labels_told_several_times_count_so_often(followed, monkeypatch):
    weight = np.random.default_rng(2).integers(0, 4, K).astype(float)
    ours = one_by_one(65, 75, weight=weight)
    assert None not in followed
    for own, other in zip(ours, swept(monkeypatch, 65, 75, weight=weight), strict=True):
        assert_near(own, other, share=0.1, nats=0.02)


def test_what_is_kept_between_labels_changes_nothing(followed):
    """A center that was saved has no covariance with it, and the next one is the same."""
    kept = one_by_one(65, 72)
    sent = one_by_one(65, 72, sent=lambda center: pickle.loads(pickle.dumps(center)))
    for own, other in zip(kept, sent, strict=True):
        assert own.law.moving is not None
        assert pickle.loads(pickle.dumps(own)).law.moving is None
        np.testing.assert_allclose(own.law.mean, other.law.mean, atol=1e-8)
        np.testing.assert_allclose(own.law.variance, other.law.variance, atol=1e-8)


def test_an_earlier_center_stays_what_it_was(followed):
    before = one_by_one(65, 66)
    copies = [copy.deepcopy(own.law.moving.covariance) for own in before]
    gravity_centers(spaces_of(67), before, tol=1e-3)
    for own, covariance in zip(before, copies, strict=True):
        np.testing.assert_array_equal(own.law.moving.covariance, covariance)


def test_a_label_that_is_corrected_is_followed_too(followed):
    before = one_by_one(65, 70)
    y = Y.copy()
    y[[3, 40]] *= -1
    ours = gravity_centers(spaces_of(71, y=y), before, tol=1e-3)
    exact = gravity_centers(spaces_of(71, y=y), [None] * 4, tol=1e-8)
    for own, other in zip(ours, exact, strict=True):
        assert_near(own, other, share=0.05, nats=0.02)


def test_a_covariance_of_other_rows_is_not_believed(followed):
    before = one_by_one(65, 70)
    wrong = [
        replace(own, law=replace(own.law, moving=replace(own.law.moving, covariance=covariance)))
        for own in before
        for covariance in [0.9 * own.law.moving.covariance]
    ]
    exact = gravity_centers(spaces_of(71), [None] * 4, tol=1e-8)
    for own, other in zip(gravity_centers(spaces_of(71), wrong, tol=1e-3), exact, strict=True):
        assert_near(own, other, share=0.05, nats=0.02)


@pytest.mark.parametrize(("k", "n_new"), [(40, 1), (70, 20), (70, 0)])
def test_few_labels_many_new_ones_and_none_are_swept(followed, k, n_new):
    before = gravity_centers(spaces_of(k), [None] * 4)
    gravity_centers(spaces_of(k + n_new), before)
    assert not followed


def test_where_it_does_not_settle_all_sites_are_swept(followed, monkeypatch):
    monkeypatch.setattr(following, "_STEPS", 1)
    ours = one_by_one(65, 66)
    assert followed == [None] * 4
    exact = gravity_centers(spaces_of(66), [None] * 4, tol=1e-8)
    for own, other in zip(ours, exact, strict=True):
        assert_near(own, other, share=0.01, nats=0.01)
