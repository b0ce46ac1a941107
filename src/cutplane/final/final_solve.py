"""The final solve: least squares with group sparsity over the gate tree (mathematics 6).

Minimize ``1/(2n) sum (f(x_i) - y_i)^2 + beta * sum over leaves |u|`` subject to the sign
rows of the labelled points, by a primal-dual interior-point method. Every leaf is a
second-order cone. The dual variables are the forces of mathematics 3: positive multipliers of
the sign rows and the root force ``q = (y - f) / n``; they are feasible when every leaf's
pull ``g = X^T w_leaf`` is no longer than ``beta``, which holds at every iterate, so each
iterate carries a lower bound of the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Array, Index
from cutplane.errors import InvalidInputError
from cutplane.final.cone_problem import ConeProblem, Iterate, norms
from cutplane.final.interior_point import Result, interior_point
from cutplane.final.leaf_multipliers import least_pull
from cutplane.final.leaf_rows import LeafRows
from cutplane.newton.center import MAX_WEIGHTS
from cutplane.space.gate_tree import GateTree, Layer
from cutplane.space.version_space import VersionSpace

#: Smallest ``beta``, in units of the longest row times the largest target.
LEAST_BETA = 1e-10


@dataclass(frozen=True)
class FinalSolution:
    """The network with the least penalized squared error among those of the sign rows.

    Attributes
    ----------
    class_weights : ndarray of shape (m_1, d)
        Weights of one leaf of each pattern class; pruned leaves are exactly zero.
    prediction : ndarray of shape (k,)
        f on the labelled rows.
    objective : float
        Penalized squared error of ``class_weights``.
    duality_gap : float
        Objective minus a lower bound of the optimum.
    violation : float
        Largest violation of a sign row, relative to the largest value of any unit.
    n_iter : int
        Interior-point iterations.
    status : str
        "optimal"; "max_iter" or "stalled" (by rounding errors) when the gap stayed above
        the tolerance. ``duality_gap`` says how good the network is in each case.
    tree : GateTree
        What the classes refer to.
    """

    class_weights: Array
    prediction: Array
    objective: float
    duality_gap: float
    violation: float
    n_iter: int
    status: str
    tree: GateTree = field(repr=False)

    @property
    def n_active(self) -> int:
        """Leaf classes with weights: units that a network which merges equals needs."""
        return int(self.class_weights.any(axis=1).sum())

    @cached_property
    def weights(self) -> Array:
        """Leaf weights (n_leaves, d), in lexicographic order of (j_n, c_n, ..., j_1, c_1).

        Raises
        ------
        InvalidInputError
            There are too many leaves to write down.
        """
        n_leaves = int(np.prod([2 * layer.member.size for layer in self.tree.layers]))
        d = self.class_weights.shape[1]
        if n_leaves * d > MAX_WEIGHTS:
            raise InvalidInputError(
                f"{n_leaves} leaves of {d} weights need {8e-9 * n_leaves * d:.0f} GB; use "
                "class_weights, or fewer patterns per layer"
            )
        return self.tree.expand(self.class_weights)


def final_solve(
    space: VersionSpace,
    targets: ArrayLike,
    *,
    beta: float = 1e-3,
    tol: float = 1e-6,
    max_iter: int = 100,
) -> FinalSolution:
    """Minimize squared error plus group sparsity subject to the sign rows.

    Parameters
    ----------
    space : VersionSpace
        k labelled rows over an arrangement; only its gates and rows matter here, not its
        cuts, so labels that contradict each other are welcome.
    targets : array-like of shape (k,)
        What f should be on the rows of ``space``: -1 and +1, or real numbers.
    beta : float, default=1e-3
        Price of ``|u|``; larger prunes more units.
    tol : float, default=1e-6
        Stop when the duality gap is below this share of the objective.
    max_iter : int, default=100
        Interior-point iterations.

    Returns
    -------
    FinalSolution

    Raises
    ------
    InvalidInputError
        Targets of the wrong length or not finite; ``beta`` not positive, or too small for
        the scale of rows and targets.

    References
    ----------
    Vandenberghe, The CVXOPT linear and quadratic cone program solvers (2010).
    """
    y = np.asarray(targets, dtype=float)
    _check(space, y, beta)
    if not y.any():
        return _zero(space)
    problem, length, height = _scaled(space, y, beta)
    if problem.beta < LEAST_BETA:
        raise InvalidInputError(
            f"beta={beta} is {problem.beta:.0e} of the longest row ({length:.3g}) times the "
            f"largest target ({height:.3g}), too small to tell; use at least "
            f"{LEAST_BETA * length * height:.1g}, or scale the features"
        )
    u, bound, n_iter, status = _solve(problem, tol, max_iter)
    values, prediction = problem.values(u)
    gap = problem.objective(u, prediction) - bound
    return FinalSolution(
        class_weights=_unscaled(space, problem, u) * (height / length),
        prediction=prediction * height,
        objective=problem.objective(u, prediction) * height**2,
        duality_gap=gap * height**2,
        violation=_violation(problem, values),
        n_iter=n_iter,
        status=status,
        tree=space.tree,
    )


def _solve(p: ConeProblem, tol: float, max_iter: int) -> tuple[Array, float, int, str]:
    """Weights of all leaves, a lower bound of the optimum, iterations, status.

    Begins with few sign rows; where these allow weights that violate another, all count.
    Units that left the problem on the way come back if they pull more than beta: then the
    problem is solved again with them, and no unit may leave.
    """
    everything = np.arange(p.width)
    result = interior_point(p.nearest(), everything, tol, max_iter, drop=True)
    n_iter = result.n_iter
    if _misses_rows(p, result, tol):
        result = interior_point(p, everything, tol, max_iter, drop=True)
        n_iter += result.n_iter
    while True:
        pull = _pull_outside(p, result)
        shrink = min(1.0, p.beta / float(pull.max(initial=p.beta)))
        bound = p.lower_bound(shrink * result.point.q)
        objective, gap = result.point.gap(result.problem)
        if objective - bound <= max(abs(gap), tol * objective):
            break
        columns = np.union1d(result.columns, np.flatnonzero((pull > p.beta).any(axis=0)))
        result = interior_point(p, columns, tol, max_iter, drop=False)
        n_iter += result.n_iter
    u = _prune(p.restricted(result.columns), result.point, tol)
    spread = np.zeros((u.shape[0] // result.columns.size, p.width, u.shape[1]))
    spread[:, result.columns] = u.reshape(-1, result.columns.size, u.shape[1])
    return spread.reshape(-1, u.shape[1]), bound, n_iter, result.status


def _misses_rows(p: ConeProblem, result: Result, tol: float) -> bool:
    """Whether weights found with some of the sign rows violate another."""
    rows = result.problem.leaf_rows
    if rows is None or rows.nearest is None:
        return False
    whole = p.restricted(result.columns)
    return _violation(whole, whole.values(result.point.u)[0]) > 10 * tol


def _pull_outside(p: ConeProblem, result: Result) -> Array:
    """Pull on every leaf outside the problem that is left, zero inside; (m_2, width)."""
    out = np.setdiff1d(np.arange(p.width), result.columns)
    n_parents = result.point.tau.size // result.columns.size
    pull = np.zeros((n_parents, p.width))
    if out.size > 0:
        few = p.restricted(out)
        own = np.zeros((n_parents * out.size, p.tree.n_rows))
        g0 = few.pulls([own, *result.point.lam[1:]], result.point.q)
        if p.signed:
            sigma = np.tile(few.tree.layers[0].sigma, (n_parents, 1))
            least = least_pull(p.tree.rows, sigma, g0, p.beta)
        else:
            least = norms(g0)
        pull[:, out] = least.reshape(n_parents, -1)
    return pull


def _check(space: VersionSpace, y: Array, beta: float) -> None:
    if y.shape != (space.n_rows,) or not np.isfinite(y).all():
        raise InvalidInputError(
            f"targets of shape {y.shape} arrived; expected {space.n_rows} finite numbers, one "
            "for each labelled row of the version space"
        )
    if not (np.isfinite(beta) and beta > 0):
        raise InvalidInputError(f"beta={beta} arrived; expected a positive number such as 1e-3")


def _zero(space: VersionSpace) -> FinalSolution:
    """Without labels, or with targets of zero, no unit is worth its price."""
    m = space.tree.n_nodes[0] if space.tree.layers else 1
    weights = np.zeros((m, space.tree.rows.shape[1]))
    return FinalSolution(weights, np.zeros(space.n_rows), 0.0, 0.0, 0.0, 0, "optimal", space.tree)


def _scaled(space: VersionSpace, y: Array, beta: float) -> tuple[ConeProblem, float, float]:
    """The problem in its own units, the longest row, and the largest target."""
    length = float(space.lengths.max(initial=0.0)) or 1.0
    height = float(np.abs(y).max(initial=0.0)) or 1.0
    tree = space.tree
    basis = _basis(tree.rows)
    rows = tree.rows if basis is None else tree.rows @ basis
    layers = tree.layers
    if not space.has_sign_rows:
        layers = (_paths(tree)[0],)
    single = tuple(replace(layer, count=np.ones(layer.width)) for layer in layers)
    problem = ConeProblem(
        GateTree(rows, single),
        space.lengths / length,
        y / height,
        beta / (length * height),
        LeafRows.all(rows, layers[0]) if space.has_sign_rows else None,
    )
    return problem, length, height


def _paths(tree: GateTree) -> tuple[Layer, Index, Array]:
    """Leaves of a tree without sign rows, merged by the product of the masks on their path.

    Returns
    -------
    layer : Layer
        One child for each distinct product, all with sign +1.
    member : ndarray of int of shape (m_1,)
        The child that each leaf class belongs to.
    sign : ndarray of shape (m_1,)
        Product of the signs on the path.
    """
    mask, sign = np.ones((1, tree.n_rows)), np.ones(1)
    for layer in reversed(tree.layers):
        mask = (mask[:, None] * layer.mask).reshape(-1, tree.n_rows)
        sign = np.outer(sign, layer.sign).ravel()
    distinct, member = np.unique(mask, axis=0, return_inverse=True)
    ones = np.ones(distinct.shape[0])
    return Layer(distinct, ones, ones, member.ravel()), member.ravel(), sign


def _unscaled(space: VersionSpace, problem: ConeProblem, u: Array) -> Array:
    """Share merged weights out among equal units and rotate them back; (m_1, d)."""
    tree = space.tree
    counts = tree.multiplicity[0] if tree.layers else np.ones(1)
    if space.has_sign_rows:
        weights = u / counts[:, None]
    else:
        _, member, sign = _paths(tree)
        total = np.bincount(member, weights=counts)
        weights = sign[:, None] * (u / total[:, None])[member]
    basis = _basis(tree.rows)
    return weights if basis is None else weights @ basis.T


def _basis(rows: Array) -> Array | None:
    """Orthonormal basis (d, k) of the rows, where the weights of fewer rows than d lie."""
    k, d = rows.shape
    return np.linalg.qr(rows.T)[0] if k < d else None


def _prune(problem: ConeProblem, point: Iterate, tol: float) -> Array:
    """Set to zero the leaves whose weights, not whose room to beta, go to zero.

    Near the optimum the product of the two is the barrier parameter; both are compared in
    units in which they are at most one. In a deep tree a small leaf may hold a sign row of
    its parent up: leaves are then pruned less eagerly.
    """
    objective, _ = point.gap(problem)
    room = 1 - norms(point.g) / problem.beta
    share = norms(point.u) * problem.beta / objective
    for eagerness in (1.0, 1e-2, 1e-4):
        u = np.where((share > eagerness * room)[:, None], point.u, 0.0)
        values, prediction = problem.values(u)
        dearer = problem.objective(u, prediction) - objective
        if _violation(problem, values) <= 10 * tol and dearer <= tol * objective:
            return u
    return point.u


def _violation(problem: ConeProblem, values: Sequence[Array]) -> float:
    """Largest violation of a sign row relative to the largest value."""
    largest = max((float(abs(v).max(initial=0.0)) for v in values), default=0.0)
    signed = [
        layer.signed(value) for layer, value in zip(problem.tree.layers, values, strict=False)
    ]
    worst = max((float((-v).max(initial=0.0)) for v in signed), default=0.0)
    return max(worst / largest, 0.0) if largest > 0 else 0.0
