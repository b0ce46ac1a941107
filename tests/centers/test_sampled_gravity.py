"""The center of gravity: against closed forms and rejection, and its stated error."""

import numpy as np
import pytest
from scipy.special import gamma

from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

#: Centroid of the unit disc's sector between 0 and 45 degrees.
WEDGE_CENTROID = 2 / 3 * np.sinc(1 / 8) * np.array([np.cos(np.pi / 8), np.sin(np.pi / 8)])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_gravity_of_an_orthant_is_exact_up_to_its_standard_error(linear, orthant, n):
    space = linear(orthant(n), np.ones(2 * n), radius=2.0)
    center = sampled_gravity_center(space, precision=0.01, n_chains=128)
    # n / (n + 1) is the mean radius; the rest the mean of |x_1| over the unit sphere
    expected = 2.0 * n / (n + 1) * gamma(n / 2) / (np.sqrt(np.pi) * gamma((n + 1) / 2))
    error = np.linalg.norm(center.prediction[:n] - expected) / (expected * np.sqrt(n))
    assert center.standard_error < 0.01
    assert error < 3 * center.standard_error + 1e-12


def test_gravity_of_a_wedge_is_the_centroid_of_the_sector(wedge):
    center = sampled_gravity_center(wedge(radius=3.0), precision=0.01, n_chains=256, burn_in=10)
    expected = 3.0 * WEDGE_CENTROID
    error = np.linalg.norm(center.weights[:, 0] - expected) / np.linalg.norm(expected)
    assert error < 3 * center.standard_error < 0.03
    own = 2 * (center.weights[0, 0] - center.weights[1, 0])
    np.testing.assert_allclose(center.prediction, own, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "gated"), [((2,), False), ((2,), True), ((1, 1), False)])
def test_gravity_agrees_with_rejection_sampling(dense_rows, flat_weights, hidden, gated):
    rng = np.random.default_rng(1)
    arrangement = sample_arrangement(rng.normal(size=(50, 2)), hidden, rng)
    X, y = [[0.4, 1.0], [-1.2, 0.3]], [1.0, -1.0]
    k = 1 if len(hidden) == 2 else 2
    space = VersionSpace.classification(arrangement, X[:k], y[:k], gated=gated)
    rows = dense_rows(space)
    n = rows.shape[1]
    draws = rng.normal(size=(1_500_000, n))
    kept = draws[(draws @ rows.T >= 0).all(axis=1)]
    assert len(kept) > 300
    inside = kept / np.linalg.norm(kept, axis=1)[:, None] * rng.random((len(kept), 1)) ** (1 / n)
    expected = inside.mean(axis=0)
    noise = np.sqrt(inside.var(axis=0).sum() / len(inside)) / np.linalg.norm(expected)
    center = sampled_gravity_center(space, precision=0.02, n_chains=256, burn_in=20)
    error = np.linalg.norm(flat_weights(space, center) - expected) / np.linalg.norm(expected)
    assert center.status == "optimal"
    assert error < 3 * np.hypot(noise, center.standard_error)


@pytest.mark.slow
def test_gravity_standard_error_is_the_error_made(problem, wedge, flat_weights):
    gated = problem((2,), k=3, gated=True)
    exact = flat_weights(
        gated, sampled_gravity_center(gated, seed=99, precision=0.004, n_chains=512)
    )
    runs = [
        (gated, exact, sampled_gravity_center(gated, seed=seed, precision=0.05))
        for seed in range(12)
    ]
    relu, short = wedge(), {"precision": 0.0, "max_iter": 2, "n_chains": 64}
    runs += [
        (relu, WEDGE_CENTROID, sampled_gravity_center(relu, seed=s, **short)) for s in range(12)
    ]
    for part in (runs[:12], runs[12:]):
        errors = [np.linalg.norm(flat_weights(s, c) - e) / np.linalg.norm(e) for s, e, c in part]
        stated = [center.standard_error for _, _, center in part]
        ratio = np.sqrt(np.mean(np.square(errors)) / np.mean(np.square(stated)))
        assert 0.5 < ratio < 1.6


def test_gravity_repeats_with_its_seed_and_says_when_it_stopped_early(problem):
    hurried = {"precision": 1e-6, "tol": 1e-3, "max_iter": 3, "burn_in": 5}
    space = problem((3,), k=3)
    first, again, other = (sampled_gravity_center(space, seed=s, **hurried) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert np.abs(other.weights - first.weights).max() > 0
    assert (first.status, first.n_iter) == ("max_iter", 3)
    assert first.standard_error > 1e-6


def test_gravity_multipliers_start_the_next_center(problem):
    space = problem((3,))
    center, analytic = (
        sampled_gravity_center(space, precision=0.2, n_chains=64),
        analytic_center(space),
    )
    np.testing.assert_allclose(center.multipliers.root, analytic.multipliers.root)
    assert np.abs(center.weights - analytic.weights).max() > 1e-2
