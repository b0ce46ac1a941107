"""What every center has to do: satisfy the cuts, name contradictions, know symmetric sets."""

from functools import partial

import numpy as np
import pytest

from cutplane.centers.chebyshev import chebyshev_center
from cutplane.centers.ellipsoid import max_volume_ellipsoid_center
from cutplane.centers.registry import CENTERS
from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace

SMALL = [((), False), ((2,), False), ((2,), True), ((1, 1), False)]
ROUGH_GRAVITY = partial(sampled_gravity_center, precision=0.2, n_chains=64, burn_in=20)


@pytest.mark.parametrize(("hidden", "gated"), [((), False), ((3,), False), ((3,), True)])
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
def test_contradictory_hard_labels_are_named(center, hidden, gated):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    X = np.array([[1.0, 2.0], [-1.0, 1.0], [1.0, 2.0]])
    arrangement = sample_arrangement(X, hidden, np.random.default_rng(0))
    space = VersionSpace.classification(arrangement, X, [1, 1, -1], gated=gated)
    with pytest.raises(EmptyVersionSpaceError, match="contradict") as caught:
        center(space)
    assert {0, 2} <= set(caught.value.rows)


@pytest.mark.parametrize("center", [chebyshev_center, max_volume_ellipsoid_center])
def test_deep_cuts_are_refused(problem, center):
    space = problem((), depth=0.1)
    with pytest.raises(InvalidInputError, match="neutral"):
        center(space)


@pytest.mark.parametrize(("hidden", "gated"), SMALL)
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
def test_satisfies_every_hard_cut_cold_and_warm(
    problem, flat_weights, margins, center, hidden, gated
):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    space = problem(hidden, k=4, gated=gated, radius=3.0)
    rng = np.random.default_rng(5)
    X = rng.normal(size=(2, 2))
    grown = space.with_labels(X, np.where(X[:, 0] + 0.3 > 0, 1.0, -1.0))
    cold = center(space, tol=1e-3, max_iter=100)
    warm = center(grown, cold, tol=1e-3, max_iter=100)
    for own, found in ((space, cold), (grown, warm)):
        assert found.status == "optimal"
        assert margins(own, found).min() > 1e-5
        assert np.linalg.norm(flat_weights(own, found)) < 3
        assert found.prediction.shape == (own.n_rows,)
        if own.has_sign_rows:
            assert own.contains(found.weights)


@pytest.mark.parametrize(("hidden", "gated"), [((2,), False), ((2,), True)])
@pytest.mark.parametrize("center", [chebyshev_center, ROUGH_GRAVITY, max_volume_ellipsoid_center])
def test_a_finite_cost_survives_contradictions(center, hidden, gated):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    X = np.array([[1.0, 2.0], [-1.0, 1.0], [1.0, 2.0], [0.5, -1.0]])
    arrangement = sample_arrangement(X, hidden, np.random.default_rng(0))
    space = VersionSpace.classification(arrangement, X, [1, -1, -1, 1], cost=1.0, gated=gated)
    found = center(space, tol=1e-3)
    signed = space.y * found.prediction
    assert np.isfinite(signed).all()
    assert signed[1] > 0  # what nothing contradicts is kept
    assert signed[3] > 0


@pytest.mark.parametrize(
    "center",
    [analytic_center, chebyshev_center, sampled_gravity_center, max_volume_ellipsoid_center],
)
def test_all_centers_of_an_orthant_and_of_a_halfspace_have_one_direction(linear, orthant, center):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    # The conic solver promises a gap of 1e-8 in a log-determinant, which is quadratic around its
    # maximum: the point is known to the root of that, and how much better depends on rounding.
    accuracy = np.sqrt(1e-8) if center is max_volume_ellipsoid_center else 1e-5
    for rows in (orthant(3), np.array([[3.0, 4.0, 0.0], [6.0, 8.0, 0.0]])):
        options = {"precision": 0.01, "n_chains": 128} if center is sampled_gravity_center else {}
        found = center(linear(rows, np.ones(len(rows))), **options)
        weights = found.coefficients @ (rows / np.linalg.norm(rows, axis=1)[:, None])
        expected = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
        bound = 4 * found.standard_error + accuracy
        assert np.linalg.norm(weights / np.linalg.norm(weights) - expected) < bound


@pytest.mark.parametrize("center", [sampled_gravity_center, max_volume_ellipsoid_center])
@pytest.mark.parametrize(("radius", "middle"), [(5.0, 1.0), (0.5, 0.75)])
def test_a_slab_on_the_line_is_centered_between_its_ends_or_the_ball(center, radius, middle):
    if center is max_volume_ellipsoid_center:
        pytest.importorskip("cvxpy")
    arrangement = Arrangement((), Inputs(1, False))
    space = VersionSpace.regression(
        arrangement, [[2.0], [2.0]], [1.0, 1.0], epsilon=0.5, radius=radius
    )
    np.testing.assert_allclose(center(space, tol=1e-6).prediction, middle, atol=0.02)


@pytest.mark.parametrize("name", ["analytic", "chebyshev", "gravity", "gravity_sampled"])
def test_registry_passes_on_the_seed_where_it_is_taken(problem, name):
    space = problem((2,), k=3)
    first, other = (
        CENTERS[name](space, None, tol=1e-3, max_iter=20, seed=seed).weights for seed in (1, 2)
    )
    is_sampled = name == "gravity_sampled"
    assert (np.abs(first - other).max() > 0) == CENTERS[name].takes_seed == is_sampled
