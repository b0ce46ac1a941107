"""The center as CLARABEL and SCS take it themselves: a quadratic and exponential cones."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from center_suite.problems import CenterProblem, sum_children
from center_suite.result import RivalResult, judge


def constraint_matrix(problem: CenterProblem, rows: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray]:
    """All slack rows as one sparse matrix on the leaf-major weights, and each row's weight."""
    levels, k = problem.levels(), len(problem.y)
    values = sp.kron(sp.eye(problem.n_leaves), rows).tocsr()
    blocks, weight = [], []
    for level in reversed(levels):
        blocks.append(sp.diags(level.sigma.T.ravel()) @ values)
        weight.append(np.repeat(level.weight, k))
        gather = sp.kron(sum_children(level.n_parents, level.gate.shape[1]).T, sp.eye(k))
        values = (gather @ sp.diags(level.gate.T.ravel()) @ values).tocsr()
    blocks.append(sp.diags(problem.y) @ values)
    return sp.vstack(blocks).tocsr(), np.concatenate([*weight, np.ones(k)])


class _Form(NamedTuple):
    """Minimize ``1/2 z' quadratic z`` less the weighted logarithms of ``logs @ z``."""

    quadratic: sp.spmatrix
    equal: sp.spmatrix  # equal @ z = 0
    logs: sp.spmatrix
    weight: np.ndarray
    recover: Callable[[np.ndarray], np.ndarray]  # from z to leaf weights


def by_weights(problem: CenterProblem, rows: np.ndarray) -> _Form:
    """The leaf weights are the variables."""
    slack, weight = constraint_matrix(problem, rows)
    shape = (problem.n_leaves, rows.shape[1])
    quadratic = sp.diags(np.repeat(_multiplicity(problem), shape[1]))
    return _Form(
        quadratic, sp.csr_matrix((0, slack.shape[1])), slack, weight, lambda z: z.reshape(shape)
    )


def by_values(problem: CenterProblem, rows: np.ndarray) -> _Form:
    """Leaf values are the variables; needs k <= d (square rows)."""
    k = rows.shape[0]
    inverse = np.linalg.inv(rows)
    quadratic = sp.kron(sp.diags(_multiplicity(problem)), inverse.T @ inverse).tocsc()
    slack, weight = constraint_matrix(problem, np.eye(k))
    return _Form(
        quadratic,
        sp.csr_matrix((0, slack.shape[1])),
        slack,
        weight,
        lambda z: z.reshape(problem.n_leaves, k) @ inverse.T,
    )


def by_multipliers(problem: CenterProblem, rows: np.ndarray) -> _Form:
    """The dual: multipliers, then the leaf weights that they imply."""
    slack, weight = constraint_matrix(problem, rows)
    n, size = slack.shape
    scale = sp.diags(np.repeat(1 / np.sqrt(_multiplicity(problem)), rows.shape[1]))
    return _Form(
        sp.block_diag([sp.csr_matrix((n, n)), sp.eye(size)]),
        sp.hstack([scale @ slack.T, -sp.eye(size)]),
        sp.hstack([sp.eye(n), sp.csr_matrix((n, size))]).tocsr(),
        weight,
        lambda z: (scale @ z[n:]).reshape(problem.n_leaves, -1),
    )


def by_slacks(problem: CenterProblem, rows: np.ndarray) -> _Form:
    """Weights, then all slacks."""
    slack, weight = constraint_matrix(problem, rows)
    n, size = slack.shape
    quadratic = sp.diags(np.repeat(_multiplicity(problem), rows.shape[1]))
    return _Form(
        sp.block_diag([quadratic, sp.csr_matrix((n, n))]),
        sp.hstack([slack, -sp.eye(n)]),
        sp.hstack([sp.csr_matrix((n, size)), sp.eye(n)]).tocsr(),
        weight,
        lambda z: z[:size].reshape(problem.n_leaves, -1),
    )


def _multiplicity(problem: CenterProblem) -> np.ndarray:
    return problem.levels()[-1].weight


NATIVE_FORMULATIONS: dict[str, Callable[[CenterProblem, np.ndarray], _Form]] = {
    "native weights": by_weights,
    "native values": by_values,
    "native dual": by_multipliers,
    "native slacks": by_slacks,
}


class Conic(NamedTuple):
    """Minimize ``1/2 x' P x + q x`` with ``b - A x`` zero first, then in exponential cones."""

    P: sp.spmatrix
    q: np.ndarray
    A: sp.spmatrix
    b: np.ndarray
    n_equal: int
    n_cones: int
    recover: Callable[[np.ndarray], np.ndarray]


def conic_form(problem: CenterProblem, form: str) -> Conic:
    """A formulation with every (t_i, 1, slack_i) in the exponential cone."""
    rows, _ = problem.reduced_rows()
    quadratic, equal, logs, weight, recover = NATIVE_FORMULATIONS[form](problem, rows)
    n, size = len(weight), quadratic.shape[0]
    P = sp.block_diag([quadratic, sp.csr_matrix((n, n))]).tocsc()
    q = np.concatenate([np.zeros(size), -weight])
    # Row 3i is t_i, row 3i + 1 the constant 1, row 3i + 2 the slack (b - A x lies in the cone).
    first = sp.csr_matrix((np.ones(n), (3 * np.arange(n), np.arange(n))), (3 * n, n))
    third = sp.csr_matrix((np.ones(n), (3 * np.arange(n) + 2, np.arange(n))), (3 * n, n))
    cone_rows = -sp.hstack([third @ logs, first])
    A = sp.vstack([sp.hstack([equal, sp.csr_matrix((equal.shape[0], n))]), cone_rows]).tocsc()
    b = np.concatenate([np.zeros(equal.shape[0]), np.tile([0.0, 1.0, 0.0], n)])
    return Conic(P, q, A, b, equal.shape[0], n, lambda x: recover(x[:size]))


def solve_native(problem: CenterProblem, formulation: str, solver: str, **options) -> RivalResult:
    """State and solve; seconds of both, and the objective of what came out."""
    cpu, begin = time.process_time(), time.perf_counter()
    conic = conic_form(problem, formulation)
    compiled = time.perf_counter()
    x, status = (run_clarabel if solver == "CLARABEL" else run_scs)(conic, options)
    solved, cpu = time.perf_counter(), time.process_time() - cpu
    _, basis = problem.reduced_rows()
    found = judge(problem, conic.recover(x) @ basis.T)
    return RivalResult(formulation, solver, status, compiled - begin, solved - compiled, found, cpu)


def run_clarabel(conic: Conic, options: dict) -> tuple[np.ndarray, str]:
    """Solution and status of CLARABEL."""
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    for key, value in options.items():
        setattr(settings, key, value)
    zero = [clarabel.ZeroConeT(conic.n_equal)] if conic.n_equal else []
    cones = zero + [clarabel.ExponentialConeT()] * conic.n_cones
    P = sp.triu(conic.P).tocsc()
    solution = clarabel.DefaultSolver(P, conic.q, conic.A, conic.b, cones, settings).solve()
    return np.array(solution.x), str(solution.status)


def run_scs(conic: Conic, options: dict) -> tuple[np.ndarray, str]:
    """Solution and status of SCS."""
    import scs

    data = {"P": sp.triu(conic.P).tocsc(), "A": conic.A, "b": conic.b, "c": conic.q}
    cones = {"z": conic.n_equal, "ep": conic.n_cones}
    solution = scs.SCS(data, cones, verbose=False, **options).solve()
    return solution["x"], solution["info"]["status"]
