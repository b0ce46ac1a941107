"""Generic conic solvers on `center_problems.py`, in every formulation we could think of.

A formulation states the problem; a solver is CLARABEL or SCS, through CVXPY or through its own
Python interface. Each solve runs in a process of its own, so that its time can be limited and
its peak memory measured.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from center_problems import CenterProblem

MEMORY_LIMIT = 14 * 2**30  # bytes of address space per rival


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


# --- CVXPY ------------------------------------------------------------------------------------


def sum_children(n_parents: int, n_nodes: int) -> sp.csr_matrix:
    return sp.kron(sp.eye(n_parents), np.ones((n_nodes // n_parents, 1))).tocsr()


def log_terms(problem: CenterProblem, leaf_values):
    """Minus the weighted sum of logarithms of all slacks, from the (k, L) leaf values."""
    import cvxpy as cp

    values, terms = leaf_values, []
    for level in reversed(problem.levels()):
        slack = cp.multiply(level.sigma, values)
        terms.append(cp.sum(weigh(cp.log(slack), level.weight)))
        values = cp.multiply(level.gate, values) @ sum_children(
            level.n_parents, level.gate.shape[1]
        )
    terms.append(cp.sum(cp.log(cp.multiply(problem.y[:, None], values))))
    return -sum(terms)


def weigh(expression, weight: np.ndarray):
    import cvxpy as cp

    return (
        expression
        if (weight == 1).all()
        else cp.multiply(np.broadcast_to(weight, expression.shape), expression)
    )


def ridge(problem: CenterProblem, weights):
    """Half the weighted squared norm of (r, L) leaf weights."""
    import cvxpy as cp

    return 0.5 * cp.sum_squares(weigh(weights, np.sqrt(problem.levels()[-1].weight)))


def matrix(problem: CenterProblem, rows: np.ndarray):
    """One matrix variable U (r, L); leaf values rows @ U."""
    import cvxpy as cp

    weights = cp.Variable((rows.shape[1], problem.n_leaves))
    objective = ridge(problem, weights) + log_terms(problem, rows @ weights)
    return cp.Problem(cp.Minimize(objective)), lambda: weights.value.T


def direct(problem: CenterProblem, rows: np.ndarray):
    """The rows as given, no rotation: the formulation one writes first (vectorised over leaves)."""
    import cvxpy as cp

    weights = cp.Variable((problem.rows.shape[1], problem.n_leaves))
    objective = ridge(problem, weights) + log_terms(problem, problem.rows @ weights)
    _, basis = problem.reduced_rows()
    return cp.Problem(cp.Minimize(objective)), lambda: weights.value.T @ basis


def explicit(problem: CenterProblem, rows: np.ndarray):
    """Leaf and node values as variables of their own: more variables, far sparser rows."""
    import cvxpy as cp

    k, weights = len(problem.y), cp.Variable((rows.shape[1], problem.n_leaves))
    values = cp.Variable((k, problem.n_leaves))
    constraints, terms = [values == rows @ weights], []
    for level in reversed(problem.levels()):
        terms.append(cp.sum(weigh(cp.log(cp.multiply(level.sigma, values)), level.weight)))
        parents = cp.Variable((k, level.n_parents))
        gated = cp.multiply(level.gate, values) @ sum_children(level.n_parents, level.gate.shape[1])
        constraints.append(parents == gated)
        values = parents
    terms.append(cp.sum(cp.log(cp.multiply(problem.y[:, None], values))))
    return cp.Problem(
        cp.Minimize(ridge(problem, weights) - sum(terms)), constraints
    ), lambda: weights.value.T


def slack_variables(problem: CenterProblem, rows: np.ndarray):
    """Slacks as nonnegative variables: logarithms of plain variables, equalities carry the tree."""
    import cvxpy as cp

    k, weights = len(problem.y), cp.Variable((rows.shape[1], problem.n_leaves))
    values, constraints, terms = rows @ weights, [], []
    for level in reversed(problem.levels()):
        slack = cp.Variable(level.sigma.shape)
        constraints.append(cp.multiply(level.sigma, slack) == values)
        terms.append(cp.sum(weigh(cp.log(slack), level.weight)))
        gated = cp.multiply(level.gate * level.sigma, slack)
        values = gated @ sum_children(level.n_parents, level.gate.shape[1])
    slack = cp.Variable((k, 1))
    constraints.append(slack == cp.multiply(problem.y[:, None], values))
    terms.append(cp.sum(cp.log(slack)))
    return cp.Problem(
        cp.Minimize(ridge(problem, weights) - sum(terms)), constraints
    ), lambda: weights.value.T


def geometric_mean(problem: CenterProblem, rows: np.ndarray):
    """Maximize the geometric mean of the slacks in the unit ball: one large power cone."""
    import cvxpy as cp

    weights = cp.Variable((rows.shape[1], problem.n_leaves))
    values, slacks, powers = rows @ weights, [], []
    for level in reversed(problem.levels()):
        slacks.append(cp.vec(cp.multiply(level.sigma, values), order="F"))
        powers.append(np.repeat(level.weight, len(problem.y)))
        values = cp.multiply(level.gate, values) @ sum_children(
            level.n_parents, level.gate.shape[1]
        )
    slacks.append(cp.vec(cp.multiply(problem.y[:, None], values), order="F"))
    powers.append(np.ones(len(problem.y)))
    scaled = weigh(weights, np.sqrt(problem.levels()[-1].weight))
    mean = cp.geo_mean(cp.hstack(slacks), np.concatenate(powers), approx=False)
    return cp.Problem(cp.Maximize(mean), [cp.norm(scaled, "fro") <= 1]), lambda: weights.value.T


def dual(problem: CenterProblem, rows: np.ndarray):
    """The dual, min 1/2 |A^T lambda|^2 - sum log lambda: logarithms of plain variables."""
    import cvxpy as cp

    levels, k = problem.levels(), len(problem.y)
    multiplier = cp.Variable((k, 1))
    force, terms = cp.multiply(problem.y[:, None], multiplier), [cp.sum(cp.log(multiplier))]
    for level in levels:
        multiplier = cp.Variable(level.sigma.shape)
        terms.append(cp.sum(weigh(cp.log(multiplier), level.weight)))
        from_parent = force @ sum_children(level.n_parents, level.gate.shape[1]).T
        force = cp.multiply(level.sigma, multiplier) + cp.multiply(level.gate, from_parent)
    root = np.sqrt(levels[-1].weight)
    pull = weigh(rows.T @ force, 1 / root)
    stationary = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(pull) - sum(terms)))
    return stationary, lambda: (pull.value / root).T


CVXPY_FORMULATIONS: dict[str, Callable] = {
    "direct": direct,
    "matrix": matrix,
    "explicit": explicit,
    "slack variables": slack_variables,
    "geometric mean": geometric_mean,
    "dual": dual,
}


def solve_cvxpy(problem: CenterProblem, formulation: str, solver: str, **options) -> RivalResult:
    cpu, begin = time.process_time(), time.perf_counter()
    rows, basis = problem.reduced_rows()
    statement, weights = CVXPY_FORMULATIONS[formulation](problem, rows)
    data, chain, inverse = statement.get_problem_data(solver, solver_opts=options)
    compiled = time.perf_counter()
    raw = chain.solve_via_data(statement, data, solver_opts=options)
    solved, cpu = time.perf_counter(), time.process_time() - cpu
    statement.unpack_results(raw, chain, inverse)
    found = (
        np.inf
        if statement.status in ("infeasible", "unbounded")
        else judge(problem, weights() @ basis.T)
    )
    return RivalResult(
        formulation, solver, statement.status, compiled - begin, solved - compiled, found, cpu
    )


def judge(problem: CenterProblem, weights: np.ndarray) -> float:
    """Grant the rival the best scaling of what it returned."""
    return min(problem.objective(weights), problem.objective(problem.rescaled(weights)))


# --- the solvers' own interfaces --------------------------------------------------------------


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


def native_data(problem: CenterProblem, form: str):
    """Quadratic P, equalities, log rows B with slack = B z, their weights, z -> leaf weights."""
    rows, _ = problem.reduced_rows()
    r, n_leaves, k = rows.shape[1], problem.n_leaves, len(problem.y)
    leaf_weight = problem.levels()[-1].weight
    slack, weight = constraint_matrix(problem, rows)
    size = r * n_leaves
    if form == "native weights":
        quadratic = sp.diags(np.repeat(leaf_weight, r))
        return quadratic, sp.csr_matrix((0, size)), slack, weight, lambda z: z.reshape(n_leaves, r)
    if form == "native values":  # leaf values are the variables; needs k <= d (square rows)
        inverse = np.linalg.inv(rows)
        quadratic = sp.kron(sp.diags(leaf_weight), inverse.T @ inverse).tocsc()
        slack, _ = constraint_matrix(problem, np.eye(k))
        return (
            quadratic,
            sp.csr_matrix((0, size)),
            slack,
            weight,
            lambda z: z.reshape(n_leaves, k) @ inverse.T,
        )
    if form == "native dual":  # variables: multipliers, then the leaf weights they imply
        scale = sp.diags(np.repeat(1 / np.sqrt(leaf_weight), r))
        n = slack.shape[0]
        quadratic = sp.block_diag([sp.csr_matrix((n, n)), sp.eye(size)])
        equal = sp.hstack([scale @ slack.T, -sp.eye(size)])
        rows_of_logs = sp.hstack([sp.eye(n), sp.csr_matrix((n, size))]).tocsr()
        return (
            quadratic,
            equal,
            rows_of_logs,
            weight,
            lambda z: (scale @ z[n:]).reshape(n_leaves, r),
        )
    if form == "native slacks":  # variables: weights, then all slacks
        n = slack.shape[0]
        quadratic = sp.block_diag([sp.diags(np.repeat(leaf_weight, r)), sp.csr_matrix((n, n))])
        equal = sp.hstack([slack, -sp.eye(n)])
        rows_of_logs = sp.hstack([sp.csr_matrix((n, size)), sp.eye(n)]).tocsr()
        return quadratic, equal, rows_of_logs, weight, lambda z: z[:size].reshape(n_leaves, r)
    raise ValueError(form)


NATIVE_FORMULATIONS = ("native weights", "native values", "native dual", "native slacks")


def conic_form(problem: CenterProblem, form: str):
    """Minimize 1/2 z'Pz - weight.t with every (t_i, 1, slack_i) in the exponential cone."""
    quadratic, equal, logs, weight, recover = native_data(problem, form)
    n, size = len(weight), quadratic.shape[0]
    P = sp.block_diag([quadratic, sp.csr_matrix((n, n))]).tocsc()
    q = np.concatenate([np.zeros(size), -weight])
    # Row 3i is t_i, row 3i + 1 the constant 1, row 3i + 2 the slack (b - A x lies in the cone).
    first = sp.csr_matrix((np.ones(n), (3 * np.arange(n), np.arange(n))), (3 * n, n))
    third = sp.csr_matrix((np.ones(n), (3 * np.arange(n) + 2, np.arange(n))), (3 * n, n))
    cone_rows = -sp.hstack([third @ logs, first])
    A = sp.vstack([sp.hstack([equal, sp.csr_matrix((equal.shape[0], n))]), cone_rows]).tocsc()
    b = np.concatenate([np.zeros(equal.shape[0]), np.tile([0.0, 1.0, 0.0], n)])
    return P, q, A, b, equal.shape[0], n, lambda x: recover(x[:size])


def solve_native(problem: CenterProblem, formulation: str, solver: str, **options) -> RivalResult:
    cpu, begin = time.process_time(), time.perf_counter()
    P, q, A, b, n_equal, n_cones, recover = conic_form(problem, formulation)
    compiled = time.perf_counter()
    x, status = (run_clarabel if solver == "CLARABEL" else run_scs)(
        P, q, A, b, n_equal, n_cones, options
    )
    solved, cpu = time.perf_counter(), time.process_time() - cpu
    _, basis = problem.reduced_rows()
    found = judge(problem, recover(x) @ basis.T)
    return RivalResult(formulation, solver, status, compiled - begin, solved - compiled, found, cpu)


def run_clarabel(P, q, A, b, n_equal, n_cones, options):
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    for key, value in options.items():
        setattr(settings, key, value)
    cones = ([clarabel.ZeroConeT(n_equal)] if n_equal else []) + [
        clarabel.ExponentialConeT()
    ] * n_cones
    solution = clarabel.DefaultSolver(sp.triu(P).tocsc(), q, A, b, cones, settings).solve()
    return np.array(solution.x), str(solution.status)


def run_scs(P, q, A, b, n_equal, n_cones, options):
    import scs

    data = {"P": sp.triu(P).tocsc(), "A": A, "b": b, "c": q}
    solution = scs.SCS(data, {"z": n_equal, "ep": n_cones}, verbose=False, **options).solve()
    return solution["x"], solution["info"]["status"]


# --- one solve in its own process -------------------------------------------------------------


def solve_rival(
    problem: CenterProblem, formulation: str, solver: str, time_limit: float, **options
) -> RivalResult:
    """Solve in a fresh process; failures, time-outs and lack of memory become a status."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_child, args=(sender, problem, formulation, solver, options), daemon=True
    )
    process.start()
    sender.close()
    try:
        result = (
            receiver.recv() if receiver.poll(time_limit) else f"stopped after {time_limit:.0f} s"
        )
    except EOFError:
        result = "process died (out of memory)"
    if process.is_alive():
        process.kill()
    process.join()
    return result if isinstance(result, RivalResult) else RivalResult(formulation, solver, result)


def _child(sender, problem, formulation, solver, options) -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    import cvxpy  # noqa: F401  (the import is nobody's solve time)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = solve_native if formulation in NATIVE_FORMULATIONS else solve_cvxpy
    try:
        result = run(problem, formulation, solver, **options)
    except MemoryError:
        sender.send("out of memory")
        return
    except Exception as error:  # a solver may fail in any way: the benchmark reports it
        sender.send(f"{type(error).__name__}: {error}".splitlines()[0][:120])
        return
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sender.send(RivalResult(**{**vars(result), "peak_mb": peak}))
