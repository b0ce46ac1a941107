"""What one rival did, and how its weights are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from center_suite.problems import CenterProblem


@dataclass(frozen=True)
class RivalResult:
    """What one solver did: seconds, its own verdict, the objective of the weights it gave."""

    formulation: str
    solver: str
    status: str
    compile_s: float = np.nan
    solve_s: float = np.nan
    objective: float = np.inf
    cpu_s: float = np.nan
    peak_mb: float = np.nan

    @property
    def total_s(self) -> float:
        return self.compile_s + self.solve_s


def judge(problem: CenterProblem, weights: np.ndarray) -> float:
    """Grant the rival the best scaling of what it returned."""
    return min(problem.objective(weights), problem.objective(problem.rescaled(weights)))
