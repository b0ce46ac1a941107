"""The interior-point method: dual feasible throughout, and every step solves its equations."""

import numpy as np
import pytest

from cutplane.final.cone_problem import start
from cutplane.final.interior_point import interior_point
from cutplane.final.scaled import Scaled

CASES = [((), False), ((12,), False), ((5, 4), False), ((3, 3, 2), False), ((5, 4), True)]


@pytest.mark.slow
def test_units_leave_on_the_way_and_the_bound_covers_them(scaled):
    p = scaled()
    everything = np.arange(p.width)
    dropped = interior_point(p, everything, 1e-6, 100, drop=True)
    full = interior_point(p, everything, 1e-6, 100, drop=False)
    assert dropped.columns.size < p.width / 2
    assert dropped.point.gap(dropped.problem)[0] == pytest.approx(full.point.gap(p)[0], rel=1e-5)


def test_start_is_primal_and_dual_feasible(scaled):
    p = scaled()
    point = start(p)
    assert np.linalg.norm(point.g, axis=1).max() < p.beta
    assert all((s * lam > 0).all() for s, lam in zip(point.s, point.lam, strict=True))


@pytest.mark.parametrize(("hidden", "gated"), CASES)
def test_the_bound_is_below_and_the_slacks_agree_with_the_values(problem, hidden, gated):
    space, y = problem(hidden, gated=gated)
    p = Scaled.of(space, y, 1e-2).problem
    result = interior_point(p, np.arange(p.width), 1e-6, 100, drop=False)
    objective, gap = result.point.gap(result.problem)
    assert -1e-9 * objective < gap <= 1e-6 * objective or result.status == "stalled"
    assert result.point.infeasibility() < 1e-4
    assert np.linalg.norm(result.point.g, axis=1).max() <= p.beta * (1 + 1e-9)
    assert p.lower_bound(result.point.q) <= objective * (1 + 1e-9)


def test_too_few_iterations_say_so_and_return_the_best_point(scaled):
    p = scaled()
    result = interior_point(p, np.arange(p.width), 1e-12, 3, drop=False)
    assert (result.status, result.n_iter) == ("max_iter", 3)
    begin = start(p)
    assert result.point.gap(p)[1] < begin.gap(p)[1]
