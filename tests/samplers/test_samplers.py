"""Samplers draw from the law they state: exact moments, rejection sampling, every cut."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.samplers import Laplace, sample, start_chains, tree_motion, truncated_gaussian
from cutplane.samplers.diagnostics import effective_sample_size, split_r_hat
from cutplane.samplers.hamiltonian import move
from cutplane.samplers.tree_motion import TreeMotion
from cutplane.samplers.tree_motion import climb as motion_climb
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (5,), (3, 2), (2, 2, 2)]


def always_on(d, depth):
    """One gate per layer, on everywhere: leaves are a binary tree of signs."""
    gates = tuple(np.ones((d if level == 0 else 1, 1)) for level in range(depth))
    return Arrangement(gates, fit_intercept=False, n_features=d)


def problem(hidden, *, k=6, d=2, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, d))
    y = np.where(X[:, 0] + 0.3 * X[:, 1] + 0.2 > 0, 1.0, -1.0)
    return sample_arrangement(X, hidden, rng), X[:k], y[:k]


def networks(draws):
    return draws.weights.reshape(len(draws), -1)


def assert_moments(draws, expected_mean, expected_square, functions=None, slack=4.5):
    """First and second moments, within so many standard errors of chains that mixed."""
    x = networks(draws) if functions is None else functions
    for values, expected in ((x, expected_mean), (x**2, expected_square)):
        traces = values.reshape(-1, draws.n_chains, values.shape[1]).transpose(1, 0, 2)
        ess = effective_sample_size(traces)
        assert ess.min() > 300
        z = (values.mean(axis=0) - expected) / (values.std(axis=0) / np.sqrt(ess))
        assert np.abs(z).max() < slack


# Exact answers


def test_hamiltonian_motion_reflects_at_the_walls():
    """A particle between x >= 0 and y >= 0: the ellipse folded back into the quadrant."""
    rng = np.random.default_rng(0)
    z, w = np.abs(rng.normal(size=(50, 2))), rng.normal(size=(50, 2))
    t = rng.uniform(0, 2.5, 50)
    folded = np.abs(z * np.cos(t)[:, None] + w * np.sin(t)[:, None])
    np.testing.assert_allclose(move(z, w, np.eye(2), t), folded, atol=1e-12)
    lowered = move(z, w, np.eye(2), t, np.full((50, 2), 100.0))
    np.testing.assert_allclose(lowered, z * np.cos(t)[:, None] + w * np.sin(t)[:, None], atol=1e-12)


@pytest.mark.parametrize("hidden", [(3,), (2, 2), (2, 1, 2)])
@pytest.mark.parametrize("depth", [0.0, -0.4])
def test_motion_of_a_tree_is_that_of_one_gaussian_between_all_its_rows(hidden, depth):
    """Event by event on the tree, or all rows stacked into one dense problem."""
    arrangement, X, y = problem(hidden, k=4)
    space = VersionSpace.classification(arrangement, X, y)
    tree = GateTree.without_classes(space.tree.rows, space.patterns)
    leaf = start_chains(space, None, 6).values.transpose(1, 0, 2)
    rng = np.random.default_rng(0)
    velocity = rng.normal(size=(*leaf.shape[:2], 3)) @ tree.rows.T
    time = rng.uniform(0.5, 1.5, 6)
    moved, taken = TreeMotion(tree, space.y).move(leaf, velocity, np.full((6, 4), depth), time)

    def stacked(leaf):  # signed values of every node, (C, rows)
        values = [leaf, *motion_climb(tree, leaf)]
        sigma = [np.repeat(2.0 * p.T - 1, 2, axis=0) for p in space.patterns]
        signs = [np.tile(s, (len(v) // len(s), 1)) for s, v in zip(sigma, values, strict=False)]
        both = zip([*signs, space.y[None]], values, strict=True)
        return np.concatenate([s[:, None] * v for s, v in both]).transpose(1, 0, 2).reshape(6, -1)

    units = np.eye(len(leaf) * 3).reshape(-1, len(leaf), 3) @ tree.rows.T
    matrix = np.concatenate([stacked(np.repeat(u[:, None], 6, axis=1))[:1] for u in units])
    offset = np.zeros((6, matrix.shape[1]))
    offset[:, -4:] = -depth
    dense = move(stacked(leaf), stacked(velocity), matrix.T @ matrix, time, offset)
    assert taken.all()
    np.testing.assert_allclose(stacked(moved), dense, atol=1e-7)


def test_orthant():
    y = np.array([1.0, -1.0, 1.0, 1.0])
    space = VersionSpace.classification(Arrangement((), False, 4), 3 * np.eye(4), y)
    draws = sample(space, 12_800, np.random.default_rng(0), start=y[None])
    assert_moments(draws, y * np.sqrt(2 / np.pi), np.ones(4))
    correlation = np.corrcoef(networks(draws).T) - np.eye(4)
    assert np.abs(correlation).max() < 0.05


def test_orthant_of_pairs():
    """u, u' >= 0 and y (u - u') >= 0: larger and smaller of two half-normal variables."""
    y = np.array([1.0, -1.0, 1.0])
    space = VersionSpace.classification(always_on(3, 1), np.eye(3), y)
    draws = sample(space, 6_400, np.random.default_rng(0))
    larger, both = 2 / np.sqrt(np.pi), 2 * np.sqrt(2 / np.pi)
    mean = np.where(y > 0, larger, both - larger)
    square = 1 + y * 2 / np.pi
    assert_moments(draws, np.r_[mean, both - mean], np.r_[square, 2 - square])


def test_half_space_of_the_ball():
    """Cone and ball together: the half ball, whose mean is known in any dimension."""
    space = VersionSpace.classification(
        Arrangement((), False, 5), np.eye(5)[:1], np.ones(1), radius=2.0
    )
    draws = sample(space, 12_800, np.random.default_rng(0), start=np.ones((1, 5)))
    ball = networks(draws) * draws.radii()[:, None]
    assert np.linalg.norm(ball, axis=1).max() <= 2
    mean = 2 * special.gamma(3.5) / (np.sqrt(np.pi) * special.gamma(4))
    assert_moments(draws, [mean, 0, 0, 0, 0], np.full(5, 4 / 7), ball)


def test_spherical_cap():
    """A slab that the ball cuts off: 0.3 <= x_1 in the unit ball of R^4."""
    space = VersionSpace.regression(
        Arrangement((), False, 4), np.eye(4)[:1], np.ones(1), epsilon=0.7
    )
    draws = sample(space, 3_200, np.random.default_rng(0))

    def moment(power):
        return integrate.quad(lambda t: t**power * (1 - t**2) ** 1.5, 0.3, 1)[0] / moment_0

    moment_0 = integrate.quad(lambda t: (1 - t**2) ** 1.5, 0.3, 1)[0]
    x = networks(draws)
    assert np.linalg.norm(x, axis=1).max() <= 1
    rest = (1 - moment(2)) / 5  # E of one square in the ball of R^3 of radius^2 1 - x_1^2
    assert_moments(draws, [moment(1), 0, 0, 0], [moment(2), rest, rest, rest])


def test_box():
    target, epsilon = np.array([0.5, -1.0, 2.0, 0.0]), 0.25
    space = VersionSpace.regression(
        Arrangement((), False, 4), np.eye(4), target, epsilon=epsilon, radius=10.0
    )
    draws = sample(space, 3_200, np.random.default_rng(0))
    assert np.abs(networks(draws) - target).max() <= epsilon
    assert_moments(draws, target, target**2 + epsilon**2 / 3)


def test_simplex():
    """x >= 0 and sum(x) <= 1 by slabs as wide as the ball: means 1/4, squares 1/10."""
    X = np.vstack([np.eye(3), np.ones((1, 3))])
    space = VersionSpace.regression(
        Arrangement((), False, 3), X, np.array([50.0, 50, 50, -49]), epsilon=50.0, radius=9.0
    )
    draws = sample(space, 3_200, np.random.default_rng(0))
    assert_moments(draws, np.full(3, 1 / 4), np.full(3, 1 / 10))


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_depth_truncates_where_it_says(hidden):
    """One gated cut f >= depth: a truncated normal of the prior's variance."""
    arrangement, X, _ = problem(hidden, k=1)
    space = VersionSpace.classification(arrangement, X, np.ones(1), depth=1.5, gated=True)
    sd = np.sqrt(space.operator.covariance[0, 0])
    law = stats.truncnorm(1.5 / sd, np.inf, scale=sd)
    draws = sample(space, 12_800, np.random.default_rng(0))
    assert_moments(draws, law.mean(), law.moment(2), draws.values)


def test_elastic_cut_has_a_price():
    """Density phi(f) exp(-C max(0, -f)), by quadrature."""
    space = VersionSpace.classification(Arrangement((), False, 2), np.eye(2)[:1], [1.0], cost=2.0)

    def weight(f):
        return np.exp(-(f**2) / 2 - space.cuts.price[0] * max(0.0, -f))

    total, first, second = (
        integrate.quad(lambda f, p=p: f**p * weight(f), -9, 9, points=[0])[0] for p in range(3)
    )
    draws = sample(space, 25_600, np.random.default_rng(0), thinning=2)
    assert (draws.values < 0).any()
    assert_moments(draws, first / total, second / total, draws.values)


def test_elastic_slab_has_a_price():
    space = VersionSpace.regression(
        Arrangement((), False, 3), np.eye(3)[:1], [0.2], epsilon=0.1, cost=2.0
    )

    def weight(f):
        violation = max(0.0, abs(f - 0.2) - 0.1)  # of 3 weights, so priced 3 / 2 times
        return (1 - f**2) * np.exp(-3 / 2 * space.cuts.price[0] * violation)

    total, first, second = (
        integrate.quad(lambda f, p=p: f**p * weight(f), -1, 1, points=[0.1, 0.3])[0]
        for p in range(3)
    )
    draws = sample(space, 6_400, np.random.default_rng(0))
    assert_moments(draws, first / total, second / total, draws.values)


# Rejection sampling


def climb(space, leaf):
    """Values of inner nodes and prediction of leaf values (n, L, k), straight from 3.2."""
    above = []
    for pattern in space.patterns:
        leaf = leaf.reshape(len(leaf), -1, pattern.shape[1], 2, leaf.shape[2])
        leaf = ((leaf[:, :, :, 0] - leaf[:, :, :, 1]) * pattern.T).sum(axis=2)
        above.append(leaf)
    return above


def cone_by_rejection(space, n, rng):
    """Normal weights whose sign rows hold: leaves first, each on its own, then the rest."""
    unit = space.rows / space.lengths[:, None]
    leaves = []
    for index in range(space.arrangement.n_leaves):
        sigma = 2.0 * space.patterns[0][:, index // 2 % space.arrangement.n_patterns[0]] - 1
        u = rng.normal(size=(10 * n, unit.shape[1]))
        u = u[(sigma * (u @ unit.T) >= 0).all(axis=1)]
        assert len(u) >= n
        leaves.append(u[:n])
    weights = np.stack(leaves, axis=1)
    above = climb(space, weights @ unit.T)
    holds = np.ones(n, dtype=bool)
    for value, pattern in zip(above[:-1], space.patterns[1:], strict=True):
        sigma = np.repeat(2.0 * pattern.T - 1, 2, axis=0)
        grouped = value.reshape(n, -1, *sigma.shape)
        holds &= (sigma * grouped >= 0).all(axis=(1, 2, 3))
    return weights[holds], above[-1][holds, 0]


REJECTION = [((2,), 2, 20_000), ((1, 1), 2, 40_000), ((1, 1, 1), 1, 60_000)]


def small(hidden, k):
    rng = np.random.default_rng(3)
    X = np.array([[1.0, 0.4], [0.7, -0.5]])[:k]
    if hidden == (2,):
        gates = (rng.normal(size=(2, 2)),)
        return Arrangement(gates, fit_intercept=False, n_features=2), X
    return always_on(2, len(hidden)), X


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("hidden", "k", "n"), REJECTION)
def test_cone_against_rejection(hidden, k, n, together, monkeypatch):
    """By the moves that burn-in chooses, and by all leaves together whatever it finds."""
    if together:
        monkeypatch.setattr(truncated_gaussian, "_SHORT", 10.0)
    arrangement, X = small(hidden, k)
    y = np.array([1.0, -1.0])[:k] if hidden != (1, 1, 1) else np.ones(1)
    space = VersionSpace.classification(arrangement, X, y)
    weights, f = cone_by_rejection(space, n, np.random.default_rng(1))
    exact = weights[(y * f >= 0).all(axis=1)]
    assert_same_law(space, exact, thinning=2)


@pytest.mark.parametrize(("hidden", "k", "n"), REJECTION)
def test_slabs_against_rejection(hidden, k, n):
    arrangement, X = small(hidden, k)
    target, radius = np.array([0.3, 0.2])[:k], 1.5
    space = VersionSpace.regression(arrangement, X, target, epsilon=0.35, radius=radius)
    rng = np.random.default_rng(1)
    weights, f = cone_by_rejection(space, n, rng)
    length = radius * rng.random(len(f)) ** (1 / weights[0].size)
    length /= np.linalg.norm(weights, axis=(1, 2))
    inside = (np.abs(space.lengths * f * length[:, None] - target) <= 0.35).all(axis=1)
    assert_same_law(space, (weights * length[:, None, None])[inside], thinning=2)


def assert_same_law(space, exact, thinning):
    draws = sample(space, 3_200, np.random.default_rng(2), thinning=thinning)
    assert draws.diagnostics.max_r_hat < 1.05
    assert len(exact) > 400
    ours, exact = networks(draws), exact.reshape(len(exact), -1)
    ess = draws.diagnostics.min_ess
    assert ess > 300
    for a, b in ((ours, exact), (ours**2, exact**2)):
        error = np.sqrt(a.var(axis=0) / ess + b.var(axis=0) / len(b))
        assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) / error).max() < 4.5
    norms = [np.linalg.norm(x, axis=1) for x in (ours, exact)]
    assert stats.ks_2samp(norms[0][:: len(ours) // int(ess)], norms[1]).pvalue > 1e-3


# Every draw is a network of the version space


def test_tight_spaces_move_all_leaves_together_and_mix():
    """Two layers under ten labels, where single leaves have no room."""
    arrangement, X, y = problem((3, 2), k=10, d=3)
    chains = start_chains(VersionSpace.classification(arrangement, X, y), None, 16)
    rng, traces = np.random.default_rng(0), []
    for step in range(60):
        chains.sweep(rng, adapt=step < 20)
        if step >= 20:
            traces.append(chains.prediction)
    assert chains.pace > 1
    assert chains.acceptance == 1
    assert split_r_hat(np.stack(traces, axis=1)).max() < 1.1


@pytest.mark.parametrize("elastic", [False, True])
def test_trajectories_with_too_many_events_are_shortened(elastic, monkeypatch):
    arrangement, X, y = problem((3, 2), k=10, d=3)
    space = VersionSpace.classification(arrangement, X, y, cost=3.0 if elastic else np.inf)
    chains = start_chains(space, None, 8)
    rng = np.random.default_rng(0)
    monkeypatch.setattr(tree_motion, "MAX_EVENTS", 20)
    monkeypatch.setattr(truncated_gaussian, "_SHORT", 10.0)
    taken = []
    for _ in range(12):
        chains.sweep(rng, adapt=True)
        taken.append(chains.acceptance)
    assert min(taken[1:4]) < 0.5
    assert taken[-1] > 0.8


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("slabs", [False, True])
def test_every_draw_satisfies_every_hard_cut(hidden, gated, slabs):
    arrangement, X, y = problem(hidden)
    if slabs:
        space = VersionSpace.regression(
            arrangement, X, 0.3 * X[:, 0], epsilon=0.1, radius=4.0, gated=gated
        )
    else:
        space = VersionSpace.classification(arrangement, X, y, gated=gated)
    draws = sample(space, 80, np.random.default_rng(0), burn_in=20, n_chains=8)
    for weights in draws:
        prediction, sign = space.slacks(weights)
        assert prediction.min() > -1e-9
        assert sign.min(initial=0.0) > -1e-9
        assert not slabs or np.linalg.norm(weights) <= 4 * (1 + 1e-9)
    spread = draws.weights.std(axis=0)
    assert (spread > 0.02 * spread.max()).all()


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("gated", [False, True])
def test_scores_are_the_sampled_networks(hidden, gated, leaf_features):
    """The lift reproduces the values on labelled rows; new rows follow Theorem 4.2."""
    arrangement, X, y = problem(hidden)
    space = VersionSpace.classification(arrangement, X, y, gated=gated)
    draws = sample(space, 5, np.random.default_rng(0), burn_in=5, n_chains=5)
    unit = space.rows / space.lengths[:, None]
    f = networks(draws) @ leaf_features(space.patterns, unit).T
    values = climb(space, draws.values)[-1][:, 0] if space.has_sign_rows else draws.values
    np.testing.assert_allclose(f, values, atol=1e-9)
    np.testing.assert_allclose(draws.scores(X), f * space.lengths, atol=1e-9)
    new = np.random.default_rng(1).normal(size=(7, 2))
    rows = arrangement.with_constant(new)
    gated_f = networks(draws) @ leaf_features(arrangement.patterns(new), rows).T
    if not space.has_sign_rows:
        np.testing.assert_allclose(draws.scores(new), gated_f, atol=1e-9)


def test_repeated_rows_change_nothing():
    arrangement, X, y = problem((3,), k=2)
    once = VersionSpace.classification(arrangement, X, y)
    twice = once.with_labels(X, y)
    a, b = (
        sample(s, 6_400, np.random.default_rng(seed), thinning=2)
        for seed, s in enumerate((once, twice))
    )
    error = np.sqrt(
        networks(a).var(axis=0) * (1 / a.diagnostics.min_ess + 1 / b.diagnostics.min_ess)
    )
    assert (np.abs(networks(a).mean(axis=0) - networks(b).mean(axis=0)) / error).max() < 4.5


@pytest.mark.parametrize("slabs", [False, True])
def test_same_seed_same_draws(slabs):
    arrangement, X, y = problem((3,))
    space = (
        VersionSpace.regression(arrangement, X, 0.3 * X[:, 0], epsilon=0.1, radius=4.0)
        if slabs
        else VersionSpace.classification(arrangement, X, y)
    )
    one, two, other = (
        sample(space, 20, np.random.default_rng(seed), burn_in=3) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.weights, two.weights)
    assert not np.allclose(one.weights, other.weights)


def test_starts_are_checked():
    arrangement, X, y = problem((3,))
    space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space)
    rng = np.random.default_rng(0)
    start = start_chains(space, center.weights / center.scale, 2)
    np.testing.assert_allclose(start.values, start_chains(space, center, 2).values, atol=1e-6)
    with pytest.raises(InvalidInputError, match="violates a hard cut"):
        sample(space, 2, rng, start=-center.weights)
    with pytest.raises(InvalidInputError, match="shape"):
        sample(space, 2, rng, start=center.weights[:-1])
    with pytest.raises(InvalidInputError, match="center of 6 cuts"):
        sample(space.with_labels(X[:1], y[:1]), 2, rng, start=center)
    with pytest.raises(InvalidInputError, match="without labels"):
        sample(space.cleared(), 2, rng)
    with pytest.raises(InvalidInputError, match="at least one of each"):
        sample(space, 0, rng)
    slab = VersionSpace.regression(arrangement, X, y, epsilon=5.0, radius=1e-3)
    with pytest.raises(InvalidInputError, match="radius"):
        sample(slab, 2, rng, start=center.weights)
    with pytest.raises(InvalidInputError, match="cone"):
        sample(slab, 2, rng).radii()


@pytest.mark.parametrize("hidden", [(), (2,), (2, 2)])
@pytest.mark.parametrize("slabs", [False, True])
def test_laplace_draws_have_the_inverse_hessian_as_covariance(hidden, slabs):
    arrangement, X, y = problem(hidden, k=3)
    if slabs:
        space = VersionSpace.regression(arrangement, X, 0.3 * X[:, 0], epsilon=0.5, radius=4.0)
    else:
        space = VersionSpace.classification(arrangement, X, y)
    center = analytic_center(space)
    tree = GateTree.without_classes(space.tree.rows, space.patterns)
    laplace = Laplace.at(space, center)
    n, d = space.arrangement.n_leaves, space.rows.shape[1]
    values = [tree.values(e.reshape(n, d) @ tree.rows.T) for e in np.eye(n * d)]
    A = np.array([np.concatenate([*(v.ravel() for v in vs), f]) for vs, f in values]).T
    if not space.arrangement.gates:
        A = A[-space.n_rows :]
    weight = [w.ravel() ** 2 for w in laplace.sign_weight]
    weight.append(1 / space.cuts.curvature(center.multipliers.root))
    hessian = laplace.tau * np.eye(n * d) + A.T @ (np.concatenate(weight)[:, None] * A)
    rng = np.random.default_rng(0)
    draws = np.stack([laplace.draw(rng).ravel() for _ in range(3_000)])
    white = draws @ np.linalg.cholesky(hessian)
    assert np.abs(white.T @ white / len(white) - np.eye(n * d)).max() < 0.12


# Diagnostics


def autoregressive(rho, shape, rng):
    x = rng.normal(size=shape)
    for t in range(1, shape[1]):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * x[:, t]
    return x


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.3])
def test_effective_sample_size_of_known_series(rho):
    traces = autoregressive(rho, (16, 4_000, 3), np.random.default_rng(0))
    expected = 64_000 * (1 - rho) / (1 + rho)
    np.testing.assert_allclose(effective_sample_size(traces), expected, rtol=0.12)
    np.testing.assert_allclose(split_r_hat(traces), 1.0, atol=0.01)


def test_split_r_hat_by_hand():
    """Halves (0, 1), (0, 1), (2, 3), (2, 3): W = 1/2, variance of means 4/3."""
    traces = np.array([[0.0, 1, 0, 1], [2, 3, 2, 3]])[:, :, None]
    np.testing.assert_allclose(split_r_hat(traces), np.sqrt(1 / 2 + (4 / 3) / (1 / 2)))
    drift = np.array([[0.0, 1, 2, 3]])[:, :, None]  # halves (0, 1), (2, 3)
    np.testing.assert_allclose(split_r_hat(drift), np.sqrt(1 / 2 + 2 / (1 / 2)))
    still = np.array([[1.0] * 4, [2.0] * 4])[:, :, None]
    assert np.isinf(split_r_hat(still)).all()
    assert np.isnan(split_r_hat(traces[:, :3])).all()


def test_chains_that_disagree_are_worth_one_draw_each():
    rng = np.random.default_rng(0)
    traces = rng.normal(size=(4, 1_000, 1)) + 10 * np.arange(4)[:, None, None]
    assert effective_sample_size(traces)[0] < 10
    assert split_r_hat(traces)[0] > 5
