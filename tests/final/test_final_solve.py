"""The final solve is certified by its duality gap and agrees with a conic solver."""

import numpy as np
import pytest

from cutplane.errors import InvalidInputError
from cutplane.final.final_solve import final_solve
from cutplane.network import ReluNetwork
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

CASES = [
    ((), False),
    ((12,), False),
    ((5, 4), False),
    ((3, 3, 2), False),
    ((12,), True),
    ((5, 4), True),
]


@pytest.mark.parametrize(("hidden", "gated"), CASES)
@pytest.mark.parametrize("beta", [1e-1, 1e-3])
def test_agrees_with_a_conic_solver(problem, conic, hidden, gated, beta):
    space, y = problem(hidden, gated=gated)
    ours = final_solve(space, y, beta=beta)
    best = conic(space, y, beta)
    if ours.status == "stalled":  # of deep trees only, by rounding; the gap tells how far from it
        assert len(hidden) > 2
        assert ours.duality_gap < 1e-4 * ours.objective
        assert ours.objective - 1.01 * ours.duality_gap <= best <= ours.objective * (1 + 1e-6)
    else:
        assert ours.status == "optimal"
        assert ours.objective == pytest.approx(best, rel=1e-5)


@pytest.mark.parametrize(("hidden", "gated"), CASES)
def test_gap_and_sign_rows(problem, hidden, gated):
    space, y = problem(hidden, gated=gated)
    solution = final_solve(space, y, beta=1e-2)
    assert abs(solution.duality_gap) <= 5e-6 * solution.objective
    assert solution.violation < 1e-5
    _, sign = space.slacks(solution.weights)
    assert sign.min(initial=0.0) >= -1e-5 * np.abs(solution.weights).max()


@pytest.mark.parametrize(("hidden", "gated"), CASES)
def test_objective_is_that_of_the_expanded_weights(problem, hidden, gated):
    space, y = problem(hidden, gated=gated)
    solution = final_solve(space, y, beta=1e-2)
    weights = solution.weights
    assert weights.shape == (max(space.arrangement.n_leaves, 1), space.rows.shape[1])
    penalty = 1e-2 * np.linalg.norm(weights, axis=1).sum()
    error = solution.prediction - y
    assert solution.objective == pytest.approx(error @ error / (2 * y.size) + penalty)


@pytest.mark.parametrize(("hidden", "gated"), CASES[:2] + CASES[4:])
def test_a_row_that_counts_twice_is_two_rows(problem, hidden, gated):
    space, y = problem(hidden, gated=gated)
    k, told = y.size, np.where(np.arange(y.size) % 3 == 0, 2, 1)
    X = space.rows[:, : space.arrangement.n_features]
    twice = space.with_labels(X[told == 2], y[told == 2])
    one = final_solve(space.relabelled(y, 0.0, told), y, beta=1e-2, tol=1e-9)
    two = final_solve(twice, twice.y, beta=1e-2, tol=1e-9)
    assert one.objective == pytest.approx(two.objective, rel=1e-6)
    np.testing.assert_allclose(one.prediction, two.prediction[:k], atol=1e-3)
    assert np.abs(one.prediction - final_solve(space, y, beta=1e-2).prediction).max() > 1e-2


@pytest.mark.parametrize("hidden", [(12,), (5, 4), (3, 3, 2)])
def test_decoded_network_gives_the_prediction(problem, hidden):
    space, y = problem(hidden)
    solution = final_solve(space, y, beta=1e-3)
    network = ReluNetwork.from_tree(space.tree, solution.class_weights, space.arrangement.inputs)
    assert network(space.rows[:, :-1]) == pytest.approx(solution.prediction, abs=1e-4)


def test_order_of_the_rows_does_not_matter(problem):
    space, y = problem()
    order = np.random.default_rng(1).permutation(y.size)
    shuffled = VersionSpace.classification(space.arrangement, space.rows[order, :-1], y[order])
    one, two = final_solve(space, y), final_solve(shuffled, y[order])
    assert two.objective == pytest.approx(one.objective, rel=1e-6)
    assert two.prediction == pytest.approx(one.prediction[order], abs=1e-4)


def test_larger_beta_prunes_more(problem):
    space, y = problem((40,), k=20)
    active = [final_solve(space, y, beta=beta).n_active for beta in (1e-3, 3e-2, 0.1, 10.0)]
    assert active == sorted(active, reverse=True)
    assert active[0] > active[2] > active[3] == 0


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_units_of_the_rows_and_of_beta_cancel(problem, scale):
    space, y = problem()
    rows = space.rows * scale
    arrangement = sample_arrangement(rows, (12,), np.random.default_rng(0), fit_intercept=False)
    plain = VersionSpace.classification(arrangement, space.rows, y)
    scaled = VersionSpace.classification(arrangement, rows, y)
    one, two = final_solve(plain, y, beta=1e-3), final_solve(scaled, y, beta=1e-3 * scale)
    assert two.objective == pytest.approx(one.objective, rel=1e-6)


def test_contradictory_labels_cost_their_variance(problem):
    space, _ = problem(k=1)
    x = space.rows[:, :-1]
    twice = VersionSpace.classification(space.arrangement, np.vstack([x, x]), [1.0, -1.0])
    assert final_solve(twice, [1.0, -1.0]).objective == pytest.approx(0.5)


@pytest.mark.parametrize("k", [1, 2])
def test_few_rows_of_one_class(problem, k):
    space, _ = problem(k=k)
    solution = final_solve(space, np.ones(k), beta=1e-4)
    assert solution.prediction == pytest.approx(np.ones(k), abs=1e-2)


def test_targets_of_zero_give_the_zero_network(problem):
    space, y = problem()
    assert not final_solve(space, np.zeros_like(y)).class_weights.any()


@pytest.mark.parametrize("scale", [0.5, 1e-10, 1e-170])
@pytest.mark.parametrize("gated", [False, True])
def test_small_targets_are_not_worth_the_price(problem, gated, scale):
    space, y = problem((3,), gated=gated)
    small = scale * y / space.lengths.max() / np.abs(y).max()
    found = final_solve(space, small, beta=1.0)
    assert not found.class_weights.any()
    assert found.objective == pytest.approx(small @ small / (2 * y.size))
    near = final_solve(space, small, beta=0.99 * scale)
    assert near.objective <= found.objective * (1 + 1e-6)


def test_rows_may_be_tiny(problem):
    space, y = problem((3,), gated=True)
    rows = 1e-150 * space.rows
    arrangement = sample_arrangement(rows, (3,), np.random.default_rng(0), fit_intercept=False)
    tiny = VersionSpace.classification(arrangement, rows, y)
    assert not final_solve(tiny, 1e-20 * y).class_weights.any()


def test_real_targets(problem, conic):
    space, y = problem()
    targets = 3 * y + np.linspace(0, 1, y.size)
    assert final_solve(space, targets).objective == pytest.approx(
        conic(space, targets, 1e-3), rel=1e-5
    )


@pytest.mark.parametrize("beta", [0.0, -1.0, np.nan, np.inf])
def test_beta_must_be_positive(problem, beta):
    space, y = problem()
    with pytest.raises(InvalidInputError, match="positive"):
        final_solve(space, y, beta=beta)


@pytest.mark.parametrize("targets", [np.ones(3), np.full(10, np.nan)])
def test_targets_must_fit(problem, targets):
    space, _ = problem()
    with pytest.raises(InvalidInputError, match="expected 10"):
        final_solve(space, targets)


def test_beta_must_not_vanish_against_the_scale_of_the_rows(problem):
    space, y = problem()
    with pytest.raises(InvalidInputError, match="too small to tell"):
        final_solve(space, y, beta=1e-13)
