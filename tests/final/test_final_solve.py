"""The final solve is certified by its duality gap and agrees with a conic solver."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import nnls

from cutplane.errors import InvalidInputError
from cutplane.final.cone_problem import start
from cutplane.final.final_solve import final_solve
from cutplane.final.interior_point import interior_point
from cutplane.final.leaf_multipliers import least_pull
from cutplane.final.leaf_rows import LeafRows
from cutplane.final.scaled import Scaled
from cutplane.network import ReluNetwork
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace


def problem(hidden=(12,), k=10, d=3, *, gated=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((k, d))
    y = np.where(X[:, 0] * X[:, -1] > 0, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    return VersionSpace.classification(arrangement, X, y, gated=gated), y


def conic(space, y, beta):
    """The same problem by CVXPY and CLARABEL, every unit on its own."""
    cp = pytest.importorskip("cvxpy")
    k = space.n_rows
    weights = cp.Variable((space.rows.shape[1], max(space.arrangement.n_leaves, 1)))
    value, constraints = space.rows @ weights, []
    for pattern in space.patterns:
        mask = np.repeat(pattern.astype(float), 2, axis=1)
        n_parents = value.shape[1] // mask.shape[1]
        if space.has_sign_rows:
            constraints.append(cp.multiply(np.tile(2 * mask - 1, n_parents), value) >= 0)
        signed = mask * np.tile([1.0, -1.0], pattern.shape[1])
        total = sp.kron(sp.eye(n_parents), np.ones((mask.shape[1], 1))).tocsr()
        value = cp.multiply(np.tile(signed, n_parents), value) @ total
    loss = cp.sum_squares(value[:, 0] - y) / (2 * k)
    penalty = beta * cp.sum(cp.norm(weights, 2, axis=0))
    statement = cp.Problem(cp.Minimize(loss + penalty), constraints)
    statement.solve(solver="CLARABEL")
    return statement.value


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
def test_agrees_with_a_conic_solver(hidden, gated, beta):
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
def test_gap_and_sign_rows(hidden, gated):
    space, y = problem(hidden, gated=gated)
    solution = final_solve(space, y, beta=1e-2)
    assert abs(solution.duality_gap) <= 5e-6 * solution.objective
    assert solution.violation < 1e-5
    _, sign = space.slacks(solution.weights)
    assert sign.min(initial=0.0) >= -1e-5 * np.abs(solution.weights).max()


@pytest.mark.parametrize(("hidden", "gated"), CASES)
def test_objective_is_that_of_the_expanded_weights(hidden, gated):
    space, y = problem(hidden, gated=gated)
    solution = final_solve(space, y, beta=1e-2)
    weights = solution.weights
    assert weights.shape == (max(space.arrangement.n_leaves, 1), space.rows.shape[1])
    penalty = 1e-2 * np.linalg.norm(weights, axis=1).sum()
    error = solution.prediction - y
    assert solution.objective == pytest.approx(error @ error / (2 * y.size) + penalty)


@pytest.mark.parametrize("hidden", [(12,), (5, 4), (3, 3, 2)])
def test_decoded_network_gives_the_prediction(hidden):
    space, y = problem(hidden)
    solution = final_solve(space, y, beta=1e-3)
    network = ReluNetwork.from_tree(space.tree, solution.class_weights, fit_intercept=True)
    assert network(space.rows[:, :-1]) == pytest.approx(solution.prediction, abs=1e-4)


def test_order_of_the_rows_does_not_matter():
    space, y = problem()
    order = np.random.default_rng(1).permutation(y.size)
    shuffled = VersionSpace.classification(space.arrangement, space.rows[order, :-1], y[order])
    one, two = final_solve(space, y), final_solve(shuffled, y[order])
    assert two.objective == pytest.approx(one.objective, rel=1e-6)
    assert two.prediction == pytest.approx(one.prediction[order], abs=1e-4)


def test_larger_beta_prunes_more():
    space, y = problem((40,), k=20)
    active = [final_solve(space, y, beta=beta).n_active for beta in (1e-3, 3e-2, 0.1, 10.0)]
    assert active == sorted(active, reverse=True)
    assert active[0] > active[2] > active[3] == 0


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_units_of_the_rows_and_of_beta_cancel(scale):
    space, y = problem()
    rows = space.rows * scale
    arrangement = sample_arrangement(rows, (12,), np.random.default_rng(0), fit_intercept=False)
    plain = VersionSpace.classification(arrangement, space.rows, y)
    scaled = VersionSpace.classification(arrangement, rows, y)
    one, two = final_solve(plain, y, beta=1e-3), final_solve(scaled, y, beta=1e-3 * scale)
    assert two.objective == pytest.approx(one.objective, rel=1e-6)


def test_contradictory_labels_cost_their_variance():
    space, _ = problem(k=1)
    x = space.rows[:, :-1]
    twice = VersionSpace.classification(space.arrangement, np.vstack([x, x]), [1.0, -1.0])
    assert final_solve(twice, [1.0, -1.0]).objective == pytest.approx(0.5)


@pytest.mark.parametrize("k", [1, 2])
def test_few_rows_of_one_class(k):
    space, _ = problem(k=k)
    solution = final_solve(space, np.ones(k), beta=1e-4)
    assert solution.prediction == pytest.approx(np.ones(k), abs=1e-2)


def test_targets_of_zero_give_the_zero_network():
    space, y = problem()
    assert not final_solve(space, np.zeros_like(y)).class_weights.any()


def test_real_targets():
    space, y = problem()
    targets = 3 * y + np.linspace(0, 1, y.size)
    assert final_solve(space, targets).objective == pytest.approx(
        conic(space, targets, 1e-3), rel=1e-5
    )


@pytest.mark.parametrize("beta", [0.0, -1.0, np.nan, np.inf])
def test_beta_must_be_positive(beta):
    space, y = problem()
    with pytest.raises(InvalidInputError, match="positive"):
        final_solve(space, y, beta=beta)


@pytest.mark.parametrize("targets", [np.ones(3), np.full(10, np.nan)])
def test_targets_must_fit(targets):
    space, _ = problem()
    with pytest.raises(InvalidInputError, match="expected 10"):
        final_solve(space, targets)


def test_beta_must_not_vanish_against_the_scale_of_the_rows():
    space, y = problem()
    with pytest.raises(InvalidInputError, match="too small to tell"):
        final_solve(space, y, beta=1e-13)


def scaled(k=30, n_patterns=80):
    """A spiral-like problem in the solver's own units, most of whose units are zero."""
    space, y = problem((n_patterns,), k=k)
    return Scaled.of(space, y, 1e-2).problem


def test_units_leave_on_the_way_and_the_bound_covers_them():
    p = scaled()
    everything = np.arange(p.width)
    dropped = interior_point(p, everything, 1e-6, 100, drop=True)
    full = interior_point(p, everything, 1e-6, 100, drop=False)
    assert dropped.columns.size < p.width / 2
    assert dropped.point.gap(dropped.problem)[0] == pytest.approx(full.point.gap(p)[0], rel=1e-5)


@pytest.mark.parametrize("beta", [1e-1, 1e-3])
def test_many_rows_in_few_dimensions(beta):
    """Leaves begin with some of their sign rows; all hold in the end."""
    space, y = problem((40,), k=40, d=2)
    p = Scaled.of(space, y, beta).problem
    assert p.nearest().leaf_rows.center.shape[1] < space.n_rows
    solution = final_solve(space, y, beta=beta)
    assert solution.objective == pytest.approx(conic(space, y, beta), rel=1e-5)
    assert solution.violation < 1e-5
    _, sign = space.slacks(solution.weights)
    assert sign.min() >= -1e-5 * np.abs(solution.weights).max()


def test_rows_that_were_wrongly_left_out_come_back(monkeypatch):
    space, y = problem((40,), k=40, d=2)
    expected = final_solve(space, y, beta=1e-3)
    order = LeafRows.nearest_rows

    def wrong(self, p):
        """The rows with the smallest multipliers instead of those with the largest."""
        upside_down = order(LeafRows(self.rows, 1 / self.center), p)
        kept = np.take_along_axis(self.center, upside_down.nearest, axis=1)
        return LeafRows(self.rows, kept, upside_down.nearest)

    monkeypatch.setattr(LeafRows, "nearest_rows", wrong)
    solution = final_solve(space, y, beta=1e-3)
    assert solution.n_iter > expected.n_iter
    assert solution.objective == pytest.approx(expected.objective, rel=1e-5)
    assert solution.violation < 1e-5


def test_units_that_were_wrongly_left_out_come_back(monkeypatch):
    space, y = problem((80,), k=30)
    expected = final_solve(space, y, beta=1e-2)
    few = lambda p, point, gap: np.arange(3)  # noqa: E731
    monkeypatch.setattr("cutplane.final.interior_point._alive", few)
    solution = final_solve(space, y, beta=1e-2)
    assert solution.n_iter > expected.n_iter
    assert solution.objective == pytest.approx(expected.objective, rel=1e-5)
    assert abs(solution.duality_gap) <= 5e-6 * solution.objective


def test_start_is_primal_and_dual_feasible():
    p = scaled()
    point = start(p)
    assert np.linalg.norm(point.g, axis=1).max() < p.beta
    assert all((s * lam > 0).all() for s, lam in zip(point.s, point.lam, strict=True))


def test_least_pull_is_the_distance_to_the_polar_cone():
    p = scaled()
    g0 = np.random.default_rng(0).standard_normal((p.width, p.tree.rows.shape[1]))
    sigma = p.tree.layers[0].sigma
    exact = [nnls((s[:, None] * p.tree.rows).T, -g)[1] for s, g in zip(sigma, g0, strict=True)]
    found = least_pull(p.tree.rows, sigma, g0, 1e-3)
    assert found == pytest.approx(np.maximum(exact, 0), abs=5e-3)
    assert (found >= np.array(exact) - 1e-9).all()
