"""The Newton system of the final solve: a gate tree whose leaves carry cones.

Where ``tree_system`` gives every leaf the covariance ``I / tau``, a leaf with penalty
``beta |u|`` has that of its second-order cone, ``H = eta^2 (I + 2 a a^T)`` at the
Nesterov-Todd scaling point (design 3.6). The elimination from the leaves to the root is
the same; it keeps the factor Z of every covariance, ``S = Z Z^T``, because near the optimum
the curvatures of the sign rows spread over twenty orders of magnitude and a difference of
matrices would lose the small ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from cutplane.gate_tree import GateTree, Layer

Array = NDArray[np.float64]


def dot(a: Array, b: Array) -> Array:
    """Inner products of matching rows; (m, r), (m, r) -> (m,)."""
    return np.einsum("mr,mr->m", a, b)


@dataclass(frozen=True)
class Cones:
    """Nesterov-Todd scaling of m second-order cones (Vandenberghe 2010, section 5.4).

    With ``w = (w_0, a)`` and ``J = diag(1, -I)`` the scaling matrix squared is
    ``W^2 = eta^2 (2 w w^T - J)``; it maps the dual point z to the primal point x. Points are
    pairs (scalars (m,), vectors (m, r)).
    """

    eta: Array
    w0: Array
    axis: Array

    @classmethod
    def at(cls, tau: Array, u: Array, z0: Array, z: Array) -> Cones:
        """Scaling of the primal point (tau, u) and the dual point (z0, z)."""
        size_x, size_z = _size(tau, u), _size(z0, z)
        ratio = (tau * z0 + dot(u, z)) / (size_x * size_z)
        gamma = 2 * np.sqrt((1 + ratio) / 2)
        w0 = (tau / size_x + z0 / size_z) / gamma
        axis = (u / size_x[:, None] - z / size_z[:, None]) / gamma[:, None]
        return cls(np.sqrt(size_x / size_z), w0, axis)

    def scale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W v``."""
        along = dot(self.axis, v)
        factor = v0 + along / (1 + self.w0)
        return self.eta * (self.w0 * v0 + along), self.eta[:, None] * (
            v + factor[:, None] * self.axis
        )

    def unscale(self, v0: Array, v: Array) -> tuple[Array, Array]:
        """``W^-1 v``."""
        along = dot(self.axis, v)
        factor = -v0 + along / (1 + self.w0)
        return (self.w0 * v0 - along) / self.eta, (
            v + factor[:, None] * self.axis
        ) / self.eta[:, None]

    def root(self) -> Array:
        """``H^1/2`` of every leaf; (m, r, r)."""
        squared = dot(self.axis, self.axis)
        stretch = 2 / (1 + np.sqrt(1 + 2 * squared))
        outer = (stretch[:, None] * self.axis)[:, :, None] * self.axis[:, None, :]
        diagonal = np.arange(self.axis.shape[1])
        outer[:, diagonal, diagonal] += 1.0
        return self.eta[:, None, None] * outer


def _size(v0: Array, v: Array) -> Array:
    """``sqrt(v_0^2 - |v|^2)``."""
    norm = np.sqrt(dot(v, v))
    return np.sqrt((v0 - norm) * (v0 + norm))


class _Nodes:
    """Nodes of one layer: ``S = (S0^-1 + diag(h)^-1)^-1 = Z Z^T`` from a factor of S0.

    Parameters
    ----------
    factor : ndarray of shape (m, k, r)
        ``L`` with ``S0 = L L^T``, the covariance of the node's value without its sign row.
    stiffness : ndarray of shape (m, k)
        ``1 / h``, the ratio of multiplier to slack of the sign rows.
    """

    def __init__(self, factor: Array, stiffness: Array):
        self.stiffness = stiffness
        weighted = np.sqrt(stiffness)[:, :, None] * factor
        information = weighted.transpose(0, 2, 1) @ weighted
        diagonal = np.arange(factor.shape[2])
        information[:, diagonal, diagonal] += 1.0
        cholesky = np.linalg.cholesky(information)
        self.Z = factor @ np.linalg.inv(cholesky).transpose(0, 2, 1)

    def message(self, layer: Layer) -> Array:
        """Covariance that the parents receive; (m / A, k, k)."""
        m, k, r = self.Z.shape
        Z = self.Z.reshape(-1, layer.width, k, r) * layer.mask[None, :, :, None]
        flat = np.ascontiguousarray(Z.transpose(0, 2, 1, 3)).reshape(m // layer.width, k, -1)
        return flat @ flat.transpose(0, 2, 1)

    def apply(self, force: Array) -> Array:
        """``S`` times a force; (m, k)."""
        return (self.Z @ (self.Z.transpose(0, 2, 1) @ force[:, :, None]))[:, :, 0]

    def up(self, residual: Array, b0: Array | None) -> Array:
        """Value change before any force arrives from above; (m, k)."""
        if b0 is None:
            return self.apply(self.stiffness * residual)
        return b0 + self.apply(self.stiffness * (residual - b0))


@dataclass(frozen=True)
class ConeStep:
    """Solution of the Newton system: forces on sign rows (signed) and on the prediction."""

    sign: list[Array]
    root: Array


class ConeSystem:
    """Factorization of ``A H A^T + diag(h)`` over a tree whose classes count once.

    Parameters
    ----------
    tree : GateTree
        k rows in R^r; every ``count`` is one.
    cones : Cones
        Scaling of the m_1 leaves.
    stiffness : sequence of ndarray
        Entry l of shape (m_{l+1}, k); empty for a tree without sign rows.
    reach : ndarray of shape (k,)
        Length of each original row over that of the longest.
    """

    def __init__(
        self, tree: GateTree, cones: Cones, stiffness: Sequence[Array], reach: Array
    ):
        self.tree, self.reach = tree, reach
        self.nodes: list[_Nodes] = []
        if stiffness:
            covariance = self._eliminate(cones, stiffness)
        else:
            covariance = _free_covariance(tree, cones)
        self.covariance = reach[:, None] * covariance * reach
        root = self.covariance.copy()
        root[np.diag_indices_from(root)] += tree.n_rows
        self._root = scipy.linalg.cho_factor(root, check_finite=False)

    def _eliminate(self, cones: Cones, stiffness: Sequence[Array]) -> Array:
        factor = self.tree.rows @ cones.root()
        for level, (layer, own) in enumerate(zip(self.tree.layers, stiffness, strict=True)):
            if level > 0:
                factor = _factor(covariance)  # noqa: F821
            self.nodes.append(_Nodes(factor, own))
            covariance = self.nodes[-1].message(layer)
        return covariance[0]

    def solve(self, sign_residuals: Sequence[Array], root_residual: Array) -> ConeStep:
        """Forces p with ``(A H A^T + diag(h)) p = residual``."""
        tree, gathered = self.tree, []
        b0 = None
        for node, layer, residual in zip(self.nodes, tree.layers, sign_residuals, strict=False):
            gathered.append(node.up(residual, b0))
            b0 = tree.gather(layer, gathered[-1])
        b = 0.0 if b0 is None else self.reach * b0[0]
        root = scipy.linalg.cho_solve(self._root, root_residual - b, check_finite=False)
        incoming = (self.reach * root)[None]
        forces: list[Array] = []
        for level in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[level]
            incoming = tree.scatter(tree.layers[level], incoming)
            change = gathered[level] + node.apply(incoming)
            own = node.stiffness * (sign_residuals[level] - change)
            forces.append(own)
            incoming = incoming + own
        return ConeStep(forces[::-1], root)


def _free_covariance(tree: GateTree, cones: Cones) -> Array:
    """Covariance of the prediction when only cones hold the leaves; (k, k)."""
    mask = tree.layers[0].signed_mask * cones.eta[:, None]
    along = np.sqrt(2.0) * mask * (cones.axis @ tree.rows.T)
    return tree.gram * (mask.T @ mask) + along.T @ along


def _factor(covariance: Array) -> Array:
    """Lower factors of a stack of covariances that may be singular."""
    diagonal = np.arange(covariance.shape[-1])
    own = covariance[:, diagonal, diagonal]
    covariance[:, diagonal, diagonal] += 1e-14 * own.max(axis=1, keepdims=True) + 1e-300
    return np.linalg.cholesky(covariance)
