"""Version spaces on one kernel, swept side by side, are what each is alone."""

import numpy as np
import pytest

from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.center import Center
from cutplane.newton.gravity import gravity_center, gravity_centers
from cutplane.newton.kernel_marginals import kernel_marginals
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

HYPOTHESES = [
    Hypothesis(),
    Hypothesis(flip=0.1),
    Hypothesis(noise=0.3, share=0.2),
    Hypothesis(0.0, 0.2, 0.5),
    Hypothesis(0.0, noise=0.1),
]
VALUES = [Hypothesis(noise=0.0), Hypothesis(noise=0.3), Hypothesis(0.0, noise=0.5, amplitude=2.0)]


def labelled(*, k=30, gated=True, hidden=(8,), epsilon=None):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(k, 3))
    arrangement = sample_arrangement(X, hidden, rng)
    kind, options = VersionSpace.classification, {}
    if epsilon is not None:
        kind, options = VersionSpace.regression, {"epsilon": epsilon}
    space = kind(arrangement, X[:0], X[:0, 0], gated=gated, **options)
    return space.with_labels(X, np.ones(k)), X


def every(space, targets, hypotheses):
    """All version spaces, those of one slope on one operator."""
    assumed = []
    for own in hypotheses:
        known = [other for other in assumed if other.hypothesis.slope == own.slope]
        assumed.append((known[0] if known else space).assuming(own))
    return [own.relabelled(y) for y in targets for own in assumed]


def assert_same(one, other, rtol=1e-8):
    assert (one.status, one.n_iter) == (other.status, other.n_iter)
    np.testing.assert_allclose(one.prediction, other.prediction, rtol=rtol, atol=1e-9)
    for name in ("mean", "variance", "cavity_mean", "cavity_variance", "log_z"):
        np.testing.assert_allclose(getattr(one.law, name), getattr(other.law, name), rtol=1e-6)


@pytest.mark.parametrize("gated", [True, False])
def test_side_by_side_is_each_alone(gated):
    """Whatever the number of sweeps that the others take."""
    space, X = labelled(gated=gated)
    targets = [np.where(X[:, 0] > 0, 1.0, -1.0), np.where(X[:, 1] > 0.8, 1.0, -1.0)]
    hypotheses = HYPOTHESES if gated else HYPOTHESES[:3]
    spaces = every(space, targets, hypotheses)
    together = gravity_centers(spaces, [None] * len(spaces))
    assert len({center.n_iter for center in together}) > 1
    for own, center in zip(spaces, together, strict=True):
        alone = gravity_center(own)
        if gated:
            assert_same(center, alone)
        else:  # trees take a number of sweeps of their own
            assert center.status == alone.status == "optimal"
            np.testing.assert_allclose(center.prediction, alone.prediction, rtol=1e-2, atol=1e-3)
            np.testing.assert_allclose(center.law.log_z, alone.law.log_z, atol=1e-2)


def test_slabs_and_noise_are_side_by_side_too():
    space, X = labelled(epsilon=0.05)
    spaces = every(space, [X[:, 0]], VALUES)
    for own, center in zip(spaces, gravity_centers(spaces, [None] * 3), strict=True):
        assert_same(center, gravity_center(own))


def test_each_starts_where_it_is_told():
    space, X = labelled()
    spaces = every(space, [np.where(X[:, 0] > 0, 1.0, -1.0)], HYPOTHESES[1:3])
    first = gravity_center(spaces[0])
    one, other = gravity_centers(spaces, [first, None])
    assert one.n_iter == 1
    assert other.n_iter == gravity_center(spaces[1]).n_iter > 1


def test_one_that_is_empty_is_so_alone():
    """An error in its place; the others have their centers."""
    space, X = labelled()
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    space = space.with_labels(X[:1], [1.0])
    spaces = every(space, [np.append(y, -y[0])], [Hypothesis(), Hypothesis(flip=0.1)])
    empty, center = gravity_centers(spaces, [None, None])
    assert isinstance(empty, EmptyVersionSpaceError)
    assert isinstance(center, Center)
    assert_same(center, gravity_center(spaces[1]))


def test_sites_beyond_double_precision_are_lost_alone():
    """Infinite precisions: no law there, the same one beside it."""
    covariance = np.array([[1.0, 0.4], [0.4, 1.0]])
    precision, shift = np.array([[1.0, 2.0], [np.inf, 1.0]]), np.ones((2, 2))
    mean, variance, _, log_normaliser = kernel_marginals(covariance, precision, shift)
    expected = np.linalg.inv(np.linalg.inv(covariance) + np.diag(precision[0]))
    np.testing.assert_allclose(variance[0], np.diag(expected))
    np.testing.assert_allclose(mean[0], expected @ shift[0])
    assert np.isfinite(log_normaliser[0])
    assert not np.isfinite(log_normaliser[1])


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e6])
def test_variances_have_their_digits_at_any_precision(scale):
    """Against the inverse in the basis where it is a sum: weak, strong and absent sites."""
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(6, 9))
    covariance = factor @ factor.T / 9
    precision = scale * rng.uniform(0.5, 2.0, (3, 6))
    precision[1, :3] = 0.0
    _, variance, _, log_normaliser = kernel_marginals(covariance, precision, np.zeros((3, 6)))
    for own, found, normaliser in zip(precision, variance, log_normaliser, strict=True):
        inverse = np.linalg.inv(np.linalg.inv(covariance) + np.diag(own))
        np.testing.assert_allclose(found, np.diag(inverse), rtol=1e-7)
        log_determinant = np.linalg.slogdet(np.eye(6) + covariance * own)[1]
        assert normaliser == pytest.approx(-log_determinant / 2, rel=1e-7, abs=1e-12)


def test_a_share_of_the_prior_is_the_evidence_of_one_label():
    """Before any other label one class of five has a fifth."""
    space, _ = labelled(k=1)
    for noise in (0.1, 1.0):
        for y, expected in ((1.0, 0.2), (-1.0, 0.8)):
            own = space.assuming(Hypothesis(noise=noise, share=0.2)).relabelled([y])
            assert gravity_center(own).law.log_z == pytest.approx(np.log(expected))
