"""A law whose sites move a few at a time is the law computed anew."""

import numpy as np
import pytest

from cutplane.newton.moving_law import MovingLaw

K = 12


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def prior(rng):
    factor = rng.normal(size=(K, 5))
    return factor @ factor.T + 0.1 * np.eye(K)


@pytest.fixture
def sites(rng):
    return rng.uniform(0, 3, K) * (rng.uniform(size=K) > 0.2), rng.normal(size=K)


def assert_same(one, other):
    for name in ("covariance", "precision", "shift", "log_determinant", "mean", "variance"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-10)


def test_it_is_the_normal_law_with_these_sites(prior, sites):
    precision, shift = sites
    law = MovingLaw.of(prior, *sites)
    covariance = np.linalg.inv(np.linalg.inv(prior) + np.diag(precision))
    np.testing.assert_allclose(law.covariance, covariance, atol=1e-10)
    np.testing.assert_allclose(law.mean, covariance @ shift, atol=1e-10)
    np.testing.assert_allclose(prior @ law.forces(law.mean), law.mean, atol=1e-10)
    system = np.eye(K) + precision[:, None] * prior
    assert law.log_determinant == pytest.approx(np.linalg.slogdet(system)[1])
    mean, variance, forces, log_normaliser = law.marginals
    assert mean.shape == variance.shape == forces.shape == (1, K)
    expected = (shift @ law.mean - law.log_determinant) / 2
    np.testing.assert_allclose(log_normaliser, [expected])


@pytest.mark.parametrize("n_new", [0, 1, 4])
def test_new_rows_have_no_sites_yet(prior, sites, n_new):
    known = K - n_new
    first = MovingLaw.of(prior[:known, :known], *(own[:known] for own in sites))
    before = first.covariance.copy()
    none = [np.pad(own[:known], (0, n_new)) for own in sites]
    assert_same(first.extended(prior), MovingLaw.of(prior, *none))
    first.extended(prior).moved(*sites)
    np.testing.assert_array_equal(first.covariance, before)


@pytest.mark.parametrize("places", [[], [3], [0, 5, 7], range(K)])
def test_sites_that_move_take_the_law_with_them(prior, sites, rng, places):
    precision, shift = (own.copy() for own in sites)
    law = MovingLaw.of(prior, *sites)
    precision[list(places)] = rng.uniform(0, 5, len(places))
    shift += rng.normal(size=K)
    moved = law.moved(precision, shift)
    assert_same(moved, MovingLaw.of(prior, precision, shift))
    assert moved.n_moved == np.count_nonzero(precision != sites[0])


def test_sites_that_leave_no_law_are_said(prior, sites):
    law = MovingLaw.of(prior, *sites)
    assert law.moved(np.where(np.arange(K) == 2, -1e6, sites[0]), sites[1]) is None


def test_a_prior_that_has_no_root_is_said(sites):
    assert MovingLaw.of(-np.eye(K), np.full(K, 2.0), sites[1]) is None


def test_it_is_computed_anew_in_time(prior, sites):
    law = MovingLaw.of(prior, *sites)
    assert not law.is_stale
    for step in range(6):
        law = law.moved(sites[0] + 0.1 * (step + 1), sites[1])
    assert law.is_stale


def test_another_prior_is_noticed(prior, sites):
    law = MovingLaw.of(prior, *sites)
    assert not law.has_drifted(prior)
    assert law.has_drifted(1.001 * prior)
