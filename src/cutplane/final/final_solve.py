"""The final solve: least squares with group sparsity over the gate tree (mathematics (6.1)).

Minimize ``1/(2n) sum (f(x_i) - y_i)^2 + beta * sum over leaves |u|`` subject to the sign
rows of the labelled points, by a primal-dual interior-point method. Every leaf is a
second-order cone. The dual variables are the forces of mathematics (2.6): positive multipliers of
the sign rows and the root force ``q = (y - f) / n``; they are feasible when every leaf's
pull ``g = X^T w_leaf`` is no longer than ``beta``, which holds at every iterate, so each
iterate carries a lower bound of the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.final.pricing import solve, violation
from cutplane.final.scaled import Scaled
from cutplane.newton.center import check_leaves
from cutplane.space.gate_tree import GateTree
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
        check_leaves(self.tree)
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
        k labelled rows over an arrangement; only its gates, its rows and how often each counts
        matter here, not its cuts, so labels that contradict each other are welcome.
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
        return _zero(space, 0.0)
    scaled = Scaled.of(space, y, beta)
    problem, height = scaled.problem, scaled.height
    if problem.beta >= 1:  # all rows together pull no more
        return _zero(space, float(problem.y @ problem.y) / (2 * y.size) * height**2)
    if problem.beta < LEAST_BETA:
        raise InvalidInputError(
            f"beta={beta} is {problem.beta:.0e} of the longest row ({scaled.length:.3g}) times "
            f"the largest target ({height:.3g}), too small to tell; use at least "
            f"{LEAST_BETA * scaled.length * height:.1g}, or scale the features"
        )
    found = solve(problem, tol, max_iter)
    values, prediction = problem.values(found.u)
    objective = problem.objective(found.u, prediction)
    _, prediction = replace(problem, reach=space.lengths / scaled.length).values(found.u)
    return FinalSolution(
        class_weights=scaled.weights(found.u),
        prediction=prediction * height,
        objective=objective * height**2,
        duality_gap=(objective - found.bound) * height**2,
        violation=violation(problem, values),
        n_iter=found.n_iter,
        status=found.status,
        tree=space.tree,
    )


def _check(space: VersionSpace, y: Array, beta: float) -> None:
    if y.shape != (space.n_rows,) or not np.isfinite(y).all():
        raise InvalidInputError(
            f"targets of shape {y.shape} arrived; expected {space.n_rows} finite numbers, one "
            "for each labelled row of the version space"
        )
    if not (np.isfinite(beta) and beta > 0):
        raise InvalidInputError(f"beta={beta} arrived; expected a positive number such as 1e-3")


def _zero(space: VersionSpace, objective: float) -> FinalSolution:
    """Without labels, or where rows or targets are small for beta, no unit is worth its price."""
    m = space.tree.n_nodes[0] if space.tree.layers else 1
    weights = np.zeros((m, space.tree.rows.shape[1]))
    return FinalSolution(
        weights, np.zeros(space.n_rows), objective, 0.0, 0.0, 0, "optimal", space.tree
    )
