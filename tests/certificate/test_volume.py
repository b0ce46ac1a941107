"""Measured volumes are the exact ones, within intervals that say what they mean."""

import itertools

import numpy as np
import pytest
from scipy import special, stats
from scipy.spatial import ConvexHull, HalfspaceIntersection

from cutplane.centers.sampled_gravity import sampled_gravity_center
from cutplane.certificate.splitting import LogEstimate
from cutplane.certificate.volume import Effort, cut_volumes, first_rows
from cutplane.errors import EmptyVersionSpaceError, InvalidInputError
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace

QUICK = Effort(n_chains=16, n_draws=30, burn_in=15)
BOUND = np.log(1 - 1 / np.e)


def linear(d):
    return Arrangement((), Inputs(d, False))


def measured(space, seed=0, effort=QUICK):
    return list(cut_volumes(space, np.random.default_rng(seed), effort))


def assert_close(estimate, exact, slack=4.5):
    assert abs(estimate.value - exact) < slack * np.sqrt(estimate.variance)


def volume_of(A, b, inside):
    """Volume of the polytope A x <= b by qhull."""
    return ConvexHull(HalfspaceIntersection(np.column_stack([A, -b]), inside).intersections).volume


# Exact answers


def test_orthants():
    space = VersionSpace.classification(linear(6), np.eye(6), [1.0, -1, 1, 1, -1, 1])
    for t, cut in enumerate(measured(space), start=1):
        assert_close(cut.label, np.log(1 / 2))
        assert_close(cut.volume, -t * np.log(2))


@pytest.mark.parametrize("angle", [0.01, 0.3, 1.5, 3.0])
def test_wedges(angle):
    """Two halfspaces of the plane that leave an angle, however small."""
    X = np.array([[0.0, 1.0], [np.sin(angle), -np.cos(angle)]])
    _, second = measured(VersionSpace.classification(linear(2), X, np.ones(2)))
    assert_close(second.label, np.log(angle / np.pi))


@pytest.mark.slow
@pytest.mark.parametrize("low", [0.1, 0.6, 0.95])
def test_spherical_caps(low):
    """Slabs that only the ball bounds: x_1 >= low in the unit ball of R^5."""
    space = VersionSpace.regression(linear(5), np.eye(5)[:1], [low + 2], epsilon=2.0)
    (cut,) = measured(space)
    assert_close(cut.label, np.log(special.betainc(3.0, 0.5, 1 - low**2) / 2))


@pytest.mark.slow
def test_polytopes_by_qhull():
    """Boxes cut by slanted slabs, inside a ball that does not touch them."""
    X = np.vstack([np.eye(3), np.random.default_rng(3).normal(size=(3, 3))])
    space = VersionSpace.regression(linear(3), X, np.zeros(6), epsilon=0.5, radius=1.0)
    A, b = np.vstack([X, -X]), np.full(12, 0.5)
    volumes = {}
    for t in (3, 4, 5, 6):
        rows = np.r_[0:t, 6 : 6 + t]
        volumes[t] = np.log(volume_of(A[rows], b[rows], np.zeros(3)))
    cuts = measured(space)
    assert_close(cuts[2].volume, volumes[3] - np.log(4 * np.pi / 3))
    for t in (4, 5, 6):
        assert_close(cuts[t - 1].label, volumes[t] - volumes[t - 1])


@pytest.mark.parametrize("hidden", [(), (3,), (3, 2)])
def test_gated_cones_are_normal_orthants(hidden):
    """Without sign rows: P(y f >= 0) of a normal vector, by Genz's integration."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(20, 3))
    space = VersionSpace.classification(
        sample_arrangement(X, hidden, rng), X[:3], [1.0, -1, 1], gated=True
    )
    signed = space.y[:, None] * space.operator.covariance * space.y
    exact = stats.multivariate_normal(cov=signed, allow_singular=True).cdf(np.zeros(3))
    assert_close(measured(space)[-1].volume, np.log(exact))


def _by_rejection(space, n, rng):
    """Share of N(0, I) weights (n, L, d) that satisfy every row, and its standard error."""
    L, d = space.arrangement.n_leaves, space.rows.shape[1]
    values = rng.normal(size=(n, L, d)) @ (space.rows / space.lengths[:, None]).T
    holds = np.ones(n, dtype=bool)
    for pattern in space.patterns:
        sigma = np.repeat(2.0 * pattern.T - 1, 2, axis=0)
        grouped = values.reshape(n, -1, *sigma.shape)
        holds &= (sigma * grouped >= 0).all(axis=(1, 2, 3))
        pairs = grouped.reshape(n, -1, pattern.shape[1], 2, grouped.shape[3])
        values = ((pairs[:, :, :, 0] - pairs[:, :, :, 1]) * pattern.T).sum(axis=2)
    holds &= (space.y * values[:, 0] >= 0).all(axis=1)
    return holds.mean(), np.sqrt(holds.mean() / n)


@pytest.mark.parametrize(("hidden", "k"), [((2,), 2), ((1, 1), 2), ((1, 1, 1), 1)])
def test_networks_by_rejection(hidden, k):
    """The product of leaves, inner nodes and prediction rows is the measure of the whole."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(20, 2))
    space = VersionSpace.classification(sample_arrangement(X, hidden, rng), X[:k], np.ones(k))
    for t, cut in enumerate(measured(space), start=1):
        share, error = _by_rejection(first_rows(space, t), 300_000, rng)
        deviation = np.hypot(np.sqrt(cut.volume.variance), error / share)
        assert abs(cut.volume.value - np.log(share)) < 4.5 * deviation


def test_slabs_of_a_network():
    """Slabs too wide to cut leave the sign rows' volume, a cone's share of the ball."""
    arrangement, X = (
        Arrangement((np.eye(2),), Inputs(2, False)),
        np.array([[1.0, 0.5]]),
    )
    space = VersionSpace.regression(arrangement, X, [0.0], epsilon=50.0)
    (cut,) = measured(space)
    assert_close(cut.label, -4 * np.log(2))
    assert cut.prediction.ratio == pytest.approx(1.0)


def test_elastic_cuts_count_by_their_mass():
    """Integral of exp(-C violation) under the normal law, in closed form."""
    space = VersionSpace.classification(linear(2), np.eye(2)[:1], [1.0], cost=2.0)
    C = space.cuts.price[0]
    (cut,) = measured(space)
    assert_close(cut.label, np.log(0.5 + np.exp(C**2 / 2) * stats.norm.cdf(-C)))


def test_elastic_cuts_that_contradict_each_other_end():
    """Most draws violate either cut at every level: E exp(-C |f|) of a normal f, exactly."""
    space = VersionSpace.classification(linear(2), [[1.0, 0], [1.0, 0]], [1.0, -1.0], cost=30.0)
    C = space.cuts.price[0]
    cuts = measured(space)
    exact = np.log(2) + C**2 / 2 + stats.norm.logcdf(-C)
    assert_close(cuts[-1].volume, exact)


# What the intervals say


@pytest.mark.slow
def test_intervals_cover_the_exact_value():
    """95% of the intervals of 60 seeds, within what 60 trials can tell (p < 0.001)."""
    space = VersionSpace.classification(
        linear(3), [[0, 0, 1.0], [0, np.sin(1), -np.cos(1)]], [1, 1]
    )
    exact = np.log(1 / (2 * np.pi))
    effort = Effort(n_chains=16, n_draws=20, burn_in=10)
    covered = 0
    for seed in range(60):
        low, high = measured(space, seed, effort)[-1].volume.interval()
        covered += low <= exact <= high
    assert covered >= stats.binom.ppf(0.001, 60, 0.95)


def test_intervals_are_students():
    estimate = LogEstimate(-1.0, 0.04, 5)
    low, high = estimate.interval(0.9)
    assert (low + high) / 2 == pytest.approx(-1)
    assert (high - low) / 2 == pytest.approx(0.2 * stats.t.ppf(0.95, 4))
    assert estimate.plus(estimate, -1.0) == LogEstimate(0.0, 0.08, 5)


@pytest.mark.slow
def test_same_seed_same_volumes():
    X = np.random.default_rng(0).normal(size=(12, 2))
    space = VersionSpace.classification(
        sample_arrangement(X, (3,), np.random.default_rng(0)), X[:3], np.ones(3)
    )
    one, two, other = (measured(space, seed) for seed in (0, 0, 1))
    assert one == two
    assert one != other


def test_effort_is_checked():
    with pytest.raises(InvalidInputError, match="at least 2 chains"):
        Effort(n_chains=1)


# What the theorem promises


@pytest.mark.parametrize("seed", range(4))
def test_cuts_through_gravity_stay_under_the_bound(seed):
    """Grünbaum: a halfspace without the center of gravity leaves at most 1 - 1/e."""
    rng = np.random.default_rng(seed)
    space = VersionSpace.classification(linear(4), rng.normal(size=(3, 4)), np.ones(3))
    center = sampled_gravity_center(space).weights[0]
    x = rng.normal(size=4)
    x -= (x @ center) / (center @ center) * center  # the cut goes through the center
    both = [measured(space.with_labels(x[None], [y]), seed)[-1].label for y in (1.0, -1.0)]
    for one in both:
        assert one.interval()[0] < BOUND
    total = sum(one.ratio for one in both)
    assert total == pytest.approx(1, abs=0.15)
    assert min(one.ratio for one in both) > 1 / np.e - 0.1


@pytest.mark.parametrize("hidden", [(), (6,), (3, 2)])
def test_realizable_labels_leave_something(hidden):
    """Labels of a network of the arrangement never empty the set."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(30, 2))
    arrangement = sample_arrangement(X, hidden, rng)
    first = VersionSpace.classification(arrangement, X[:6], np.ones(6)).cleared()
    labelled = [first.with_labels(X[:6], y) for y in itertools.product([-1.0, 1.0], repeat=6)]
    teacher = rng.normal(size=3)
    y = np.where(arrangement.inputs.of(X[:6]) @ teacher > 0, 1.0, -1.0)
    space = next(space for space in labelled if (space.y == y).all())
    cuts = measured(space, effort=Effort(4, 5, 5))
    assert len(cuts) == 6
    assert np.isfinite([cut.volume.value for cut in cuts]).all()


def test_contradictions_are_named():
    space = VersionSpace.classification(linear(2), [[1.0, 0], [1.0, 0]], [1.0, -1.0])
    with pytest.raises(EmptyVersionSpaceError):
        measured(space)
