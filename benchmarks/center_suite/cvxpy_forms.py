"""The center stated in CVXPY, in every formulation we could think of.

A formulation takes the problem and its rows of full rank, and gives the statement and a function
that reads the leaf weights of its solution.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from center_suite.problems import CenterProblem, sum_children
from center_suite.result import RivalResult, judge


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
