"""The normal approximation at the analytic center."""

import numpy as np
import pytest

from cutplane.newton.analytic import analytic_center
from cutplane.samplers import Laplace
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(), (2,), (2, 2)])
@pytest.mark.parametrize("slabs", [False, True])
def test_laplace_draws_have_the_inverse_hessian_as_covariance(hidden, slabs, problem):
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
