"""The final solve: least squares with group sparsity over the gate tree (design 3.6).

Minimize ``1/(2n) sum (f(x_i) - y_i)^2 + beta * sum over leaves |u|`` subject to the sign
rows of the labelled points, by a primal-dual interior-point method. Every leaf is a
second-order cone. The dual variables are the forces of design 3.3: positive multipliers of
the sign rows and the root force ``q = (y - f) / n``; they are feasible when every leaf's
pull ``g = X^T w_leaf`` is no longer than ``beta``, which holds at every iterate, so each
iterate carries a lower bound of the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane.centers.center import MAX_WEIGHTS
from cutplane.cone_system import Cones, ConeStep, ConeSystem, dot
from cutplane.errors import InvalidInputError
from cutplane.gate_tree import GateTree, Layer
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

#: Share of the way to the boundary that a step may go.
_STEP = 0.99


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
        "optimal", or "max_iter" when the gap stayed above the tolerance.
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


@dataclass(frozen=True)
class _Problem:
    """The same problem in units where the longest row, the largest target are 1.

    Multiplicities are gone: a class of c equal units is one unit c times as large, and
    neither the sign rows (cones) nor the penalty (a norm) can tell.
    """

    tree: GateTree
    reach: Array
    y: Array
    beta: float
    signed: bool

    def forces(self, sign: Sequence[Array], root: Array) -> Array:
        """Pull g on every leaf, (m_1, r)."""
        if not self.signed:
            sign = [np.zeros((self.tree.n_nodes[0], self.tree.n_rows))]
        return self.tree.forces(self.reach * root, sign) @ self.tree.rows

    def values(self, u: Array) -> tuple[list[Array], Array]:
        """Values of the nodes with sign rows, times their signs, and the prediction."""
        values, prediction = self.tree.values(u @ self.tree.rows.T)
        signed = zip(self.tree.layers, values, strict=True) if self.signed else ()
        return [layer.signed(value) for layer, value in signed], self.reach * prediction

    def flip(self, arrays: Sequence[Array]) -> list[Array]:
        """Turn multipliers into signed forces and back."""
        return [layer.signed(a) for layer, a in zip(self.tree.layers, arrays, strict=False)]

    def objective(self, u: Array, prediction: Array) -> float:
        error = prediction - self.y
        return float(error @ error) / (2 * self.y.size) + self.beta * float(
            np.sqrt(dot(u, u)).sum()
        )

    def lower_bound(self, root: Array) -> float:
        """Dual objective of a feasible root force."""
        return float(root @ self.y) - self.y.size / 2 * float(root @ root)


@dataclass(frozen=True)
class _Iterate:
    """Primal (tau, u, s) and dual (lam, q) variables with what depends on them."""

    tau: Array
    u: Array
    s: list[Array]
    lam: list[Array]
    q: Array
    g: Array
    values: list[Array]
    prediction: Array

    @classmethod
    def of(
        cls, p: _Problem, tau: Array, u: Array, s: list[Array], lam: list[Array], q: Array
    ) -> _Iterate:
        return cls(tau, u, s, lam, q, p.forces(p.flip(lam), q), *p.values(u))

    def complementarity(self, p: _Problem) -> float:
        """Sum of all products of primal and dual variables."""
        cones = float(p.beta * self.tau.sum() - (self.u * self.g).sum())
        return cones + sum(float((a * b).sum()) for a, b in zip(self.s, self.lam, strict=True))


@dataclass(frozen=True)
class _Direction:
    tau: Array
    u: Array
    s: list[Array]
    lam: list[Array]
    q: Array
    g: Array


def final_solve(
    space: VersionSpace,
    targets: ArrayLike,
    *,
    beta: float = 1e-3,
    tol: float = 1e-7,
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
    tol : float, default=1e-7
        Stop when the duality gap is below this share of the objective.
    max_iter : int, default=100
        Interior-point iterations.

    Returns
    -------
    FinalSolution

    Raises
    ------
    InvalidInputError
        Targets of the wrong length or not finite; ``beta`` not positive.

    References
    ----------
    Vandenberghe, The CVXOPT linear and quadratic cone program solvers (2010).
    """
    y = np.asarray(targets, dtype=float)
    _check(space, y, beta)
    problem, length, height = _scaled(space, y, beta)
    point, n_iter, status = _interior_point(problem, tol, max_iter)
    u = _prune(problem, point)
    values, prediction = problem.values(u)
    gap = problem.objective(u, prediction) - problem.lower_bound(point.q)
    rows = space.tree.rows
    return FinalSolution(
        class_weights=_unscaled(space, problem, u) * (height / length),
        prediction=prediction * height,
        objective=problem.objective(u, prediction) * height**2,
        duality_gap=gap * height**2,
        violation=_violation(values),
        n_iter=n_iter,
        status=status,
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


def _scaled(space: VersionSpace, y: Array, beta: float) -> tuple[_Problem, float, float]:
    """The problem in its own units, the longest row, and the largest target."""
    length = float(space.lengths.max(initial=0.0)) or 1.0
    height = float(np.abs(y).max(initial=0.0)) or 1.0
    tree = space.tree
    rows = tree.rows
    if rows.shape[0] < rows.shape[1]:  # u lies in the span of the rows: rotate to rank k
        rows = np.linalg.qr(rows.T, mode="r").T
    layers = tree.layers
    if not space.has_sign_rows:
        layers = (_paths(tree)[0],)
    single = tuple(replace(layer, count=np.ones(layer.width)) for layer in layers)
    problem = _Problem(
        GateTree(rows, single),
        space.lengths / length,
        y / height,
        beta / (length * height),
        space.has_sign_rows,
    )
    return problem, length, height


def _paths(tree: GateTree) -> tuple[Layer, NDArray[np.intp], Array]:
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


def _unscaled(space: VersionSpace, problem: _Problem, u: Array) -> Array:
    """Share merged weights out among equal units and rotate them back; (m_1, d)."""
    tree = space.tree
    counts = tree.multiplicity[0] if tree.layers else np.ones(1)
    if space.has_sign_rows:
        weights = u / counts[:, None]
    else:
        _, member, sign = _paths(tree)
        total = np.bincount(member, weights=counts)
        weights = sign[:, None] * (u / total[:, None])[member]
    if tree.rows.shape[0] < tree.rows.shape[1]:
        weights = weights @ np.linalg.qr(tree.rows.T)[0].T
    return weights


def _interior_point(p: _Problem, tol: float, max_iter: int) -> tuple[_Iterate, int, str]:
    """Mehrotra's predictor-corrector method with Nesterov-Todd scaling."""
    point = _start(p)
    degree = point.tau.size + sum(s.size for s in point.s)
    for n_iter in range(max_iter + 1):
        residuals = [s - value for s, value in zip(point.s, point.values, strict=True)]
        primal = p.objective(point.u, point.prediction)
        gap = primal - p.lower_bound(point.q)
        if VERBOSE:
            print(n_iter, primal, gap, _residual(residuals, point), point.complementarity(p))
        if abs(gap) <= tol * primal and _residual(residuals, point) <= tol:
            return point, n_iter, "optimal"
        mu = point.complementarity(p) / degree
        newton = _Newton.at(p, point, residuals)
        affine = newton.direction(newton.predictor())
        reached = 1 - newton.longest(affine)
        target = mu * max(reached, 0.0) ** 3
        step = newton.direction(newton.corrector(affine, target))
        point = newton.move(step, min(1.0, _STEP * newton.longest(step)))
    return point, n_iter, "max_iter"

VERBOSE = False
FAC = 1.0

def _residual(residuals: Sequence[Array], point: _Iterate) -> float:
    largest = max((float(abs(v).max(initial=0.0)) for v in point.values), default=0.0)
    worst = max((float(abs(r).max(initial=0.0)) for r in residuals), default=0.0)
    return worst / largest if largest > 0 else worst


def _start(p: _Problem) -> _Iterate:
    """No force from the root, equal multipliers that pull half of beta, and all products equal."""
    m = p.tree.n_nodes[0]
    shapes = [(m, p.tree.n_rows) for m in p.tree.n_nodes] if p.signed else []
    lam = [np.ones(shape) for shape in shapes]
    q = np.zeros_like(p.y)
    g = p.forces(p.flip(lam), q)
    pull = np.sqrt(dot(g, g)).max(initial=0.0)
    size = p.beta / (2 * pull) if pull > 0 else 1.0
    lam = [size * own for own in lam]
    mu_factor = FAC
    products = m + sum(own.size for own in lam)
    mu = FAC * max(float(p.y @ p.y) / (2 * p.y.size), 1e-3) / products
    tau = np.full(m, 2 * mu / p.beta)
    s = [mu / own for own in lam]
    return _Iterate.of(p, tau, np.zeros((m, p.tree.rows.shape[1])), s, lam, q)


@dataclass(frozen=True)
class _Newton:
    """The linearized optimality conditions at one iterate."""

    p: _Problem
    point: _Iterate
    residuals: list[Array]
    cones: Cones
    system: ConeSystem
    scaled: tuple[Array, Array]  # W^-1 x = W z

    @classmethod
    def at(cls, p: _Problem, point: _Iterate, residuals: list[Array]) -> _Newton:
        beta = np.full(point.tau.size, p.beta)
        cones = Cones.at(point.tau, point.u, beta, -point.g)
        stiffness = [lam / s for lam, s in zip(point.lam, point.s, strict=True)]
        system = ConeSystem(p.tree, cones, stiffness, p.reach)
        return cls(p, point, residuals, cones, system, cones.scale(beta, -point.g))

    def predictor(self) -> tuple[Array, Array, list[Array]]:
        """Aim at complementarity zero."""
        return -self.point.tau, -self.point.u, [-s for s in self.point.s]

    def corrector(self, affine: _Direction, target: float) -> tuple[Array, Array, list[Array]]:
        """Aim at products of ``target``, less the predictor's second-order error."""
        x0, x = self.cones.unscale(affine.tau, affine.u)
        z0, z = self.cones.scale(np.zeros_like(affine.tau), -affine.g)
        l0, l = self.scaled
        r0 = target - (l0**2 + dot(l, l)) - (x0 * z0 + dot(x, z))
        r = -2 * l0[:, None] * l - x0[:, None] * z - z0[:, None] * x
        c0, c = self.cones.scale(*_divide(l0, l, r0, r))
        signs = [
            (target - ds * dlam) / lam - s
            for ds, dlam, lam, s in zip(
                affine.s, affine.lam, self.point.lam, self.point.s, strict=True
            )
        ]
        return c0, c, signs

    def direction(self, aim: tuple[Array, Array, list[Array]]) -> _Direction:
        """Solve for the step whose linearized products are those of ``aim``."""
        p, point = self.p, self.point
        c_tau, c_u, c_s = aim
        values, prediction = p.values(c_u)
        sign_residual = p.flip(
            [c + r - v for c, r, v in zip(c_s, self.residuals, values, strict=True)]
        )
        root_residual = p.y - p.y.size * point.q - point.prediction - prediction
        step: ConeStep = self.system.solve(sign_residual, root_residual)
        lam = p.flip(step.sign)
        g = p.forces(step.sign, step.root)
        cones = self.cones
        along = 2 * cones.eta**2 * dot(cones.axis, g)
        return _Direction(
            tau=c_tau + cones.w0 * along,
            u=c_u + cones.eta[:, None] ** 2 * g + along[:, None] * cones.axis,
            s=[c - s / own * d for c, s, own, d in zip(c_s, point.s, point.lam, lam, strict=True)],
            lam=lam,
            q=step.root,
            g=g,
        )

    def longest(self, step: _Direction) -> float:
        """Step length, at most one, at which the first variable reaches its boundary."""
        point = self.point
        beta = np.full(point.tau.size, self.p.beta)
        length = min(
            _longest_in_cone(point.tau, point.u, step.tau, step.u),
            _longest_in_cone(beta, -point.g, np.zeros_like(beta), -step.g),
        )
        for own, change in [*zip(point.s, step.s), *zip(point.lam, step.lam)]:
            length = min(length, 1 / max(float((-change / own).max(initial=0.0)), 1e-300))
        return min(length, 1.0)

    def move(self, step: _Direction, length: float) -> _Iterate:
        point = self.point
        return _Iterate.of(
            self.p,
            point.tau + length * step.tau,
            point.u + length * step.u,
            [s + length * ds for s, ds in zip(point.s, step.s, strict=True)],
            [lam + length * d for lam, d in zip(point.lam, step.lam, strict=True)],
            point.q + length * step.q,
        )


def _divide(l0: Array, l: Array, r0: Array, r: Array) -> tuple[Array, Array]:
    """Solve ``l o v = r`` in the algebra of second-order cones."""
    norm = np.sqrt(dot(l, l))
    v0 = (l0 * r0 - dot(l, r)) / ((l0 - norm) * (l0 + norm))
    return v0, (r - v0[:, None] * l) / l0[:, None]


def _longest_in_cone(t: Array, v: Array, dt: Array, dv: Array) -> float:
    """Largest step that keeps every ``|v| <= t``."""
    norm = np.sqrt(dot(v, v))
    a = dt**2 - dot(dv, dv)
    b = t * dt - dot(v, dv)
    c = (t - norm) * (t + norm)
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    hits = (a < 0) | ((b < 0) & (b**2 > a * c))
    # Smallest positive root of a x^2 + 2 b x + c, in the form that does not cancel.
    step = np.where(hits, c / np.where(hits, root - b, 1.0), np.inf)
    return float(step.min(initial=np.inf))


def _prune(p: _Problem, point: _Iterate) -> Array:
    """Set to zero the leaves whose weights, not whose room to beta, go to zero."""
    room = 1 - np.sqrt(dot(point.g, point.g)) / p.beta
    size = np.sqrt(dot(point.u, point.u))
    keep = size > room * size.max(initial=0.0)
    return np.where(keep[:, None], point.u, 0.0)


def _violation(values: Sequence[Array]) -> float:
    largest = max((float(abs(v).max(initial=0.0)) for v in values), default=0.0)
    worst = max((float((-v).max(initial=0.0)) for v in values), default=0.0)
    return worst / largest if largest > 0 else 0.0
