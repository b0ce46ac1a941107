"""What was left out of the final solve comes back where it must."""

import numpy as np
import pytest

from cutplane.final.final_solve import final_solve
from cutplane.final.leaf_rows import LeafRows
from cutplane.final.pricing import violation
from cutplane.final.scaled import Scaled


@pytest.mark.parametrize("beta", [1e-1, 1e-3])
def test_many_rows_in_few_dimensions(problem, conic, beta):
    """Leaves begin with some of their sign rows; all hold in the end."""
    space, y = problem((40,), k=40, d=2)
    p = Scaled.of(space, y, beta).problem
    assert p.nearest().leaf_rows.center.shape[1] < space.n_rows
    solution = final_solve(space, y, beta=beta)
    assert solution.objective == pytest.approx(conic(space, y, beta), rel=1e-5)
    assert solution.violation < 1e-5
    _, sign = space.slacks(solution.weights)
    assert sign.min() >= -1e-5 * np.abs(solution.weights).max()


def test_rows_that_were_wrongly_left_out_come_back(problem, monkeypatch):
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


@pytest.mark.slow
def test_units_that_were_wrongly_left_out_come_back(problem, monkeypatch):
    space, y = problem((80,), k=30)
    expected = final_solve(space, y, beta=1e-2)
    few = lambda p, point, gap: np.arange(3)  # noqa: E731
    monkeypatch.setattr("cutplane.final.interior_point._alive", few)
    solution = final_solve(space, y, beta=1e-2)
    assert solution.n_iter > expected.n_iter
    assert solution.objective == pytest.approx(expected.objective, rel=1e-5)
    assert abs(solution.duality_gap) <= 5e-6 * solution.objective


def test_violation_is_relative_to_the_largest_value(scaled):
    p = scaled(k=6, n_patterns=5)
    required = p.layers[0].sigma * np.linspace(1, 2, p.width)[:, None]
    assert violation(p, [required]) == 0
    required[0, 0] *= -0.5
    assert violation(p, [required]) == 0.25
    assert violation(p, [0 * required]) == 0
