"""The final solve with the directions of all units fixed: only their sizes are learnt.

A unit that keeps the direction h of its gate, u = a h, satisfies its sign rows on every row,
labelled or not, so the gated form and the ReLU network are the same. Least squares in the
sizes a with a squared penalty is a ridge regression on the features of the random network
that the gates come from. The group penalty of ``final_solve`` leaves few units and sharp
bends; the squared penalty uses all of them a little, and the function is smooth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Array
from cutplane.errors import InvalidInputError
from cutplane.final.scaled import roots
from cutplane.network import ReluNetwork
from cutplane.space.version_space import VersionSpace

#: Penalties that leave-one-out chooses from.
BETAS = tuple(10.0**e for e in range(-6, 1))


def ridge_solve(
    space: VersionSpace, targets: ArrayLike, *, beta: float | None = None
) -> ReluNetwork:
    """Network of the gates' own directions with the least squared error and squared sizes.

    Parameters
    ----------
    space : VersionSpace
        k labelled rows over an arrangement; only its gates, its rows and how often each counts
        matter.
    targets : array-like of shape (k,)
        What f should be on the rows: -1 and +1, or real numbers.
    beta : float, optional
        Penalty of the squared sizes, in units of the mean squared length of the rows'
        features; 1e-6 interpolates. By default the one of ``BETAS`` with the least squared
        leave-one-out error, which has a closed form.

    Returns
    -------
    ReluNetwork
        Its hidden layers are the gates, the last ones at unit length; its output weights are
        the sizes.

    Raises
    ------
    InvalidInputError
        ``beta`` is not positive.

    References
    ----------
    Cho and Saul, "Kernel Methods for Deep Learning", NeurIPS 2009: the kernel that the
    features approach as gates are added. Hastie, Tibshirani and Friedman, "The Elements of
    Statistical Learning" (2009), 7.10: the leave-one-out error of a linear smoother.
    """
    if beta is not None and not beta > 0:
        raise InvalidInputError(f"beta={beta} arrived; expected a positive number such as 1e-3")
    gates = list(space.arrangement.gates)
    if gates:  # those of the inner layers keep their lengths, or patterns above them would change
        gates[-1] = gates[-1] / np.linalg.norm(gates[-1], axis=0)
    inputs = space.arrangement.inputs
    features = inputs.of(space.rows[:, : inputs.n_features])  # gated leaves read less than gates
    for gate in gates:
        features = np.maximum(features @ gate, 0)
    told = roots(space.labels.weight)
    features = told[:, None] * features
    forces = _forces(features @ features.T, told * np.asarray(targets, dtype=float), beta)
    sizes = features.T @ forces
    return ReluNetwork((*gates, sizes[:, None]), inputs)


def _forces(gram: Array, y: Array, beta: float | None) -> Array:
    """``(gram + penalty I)^-1 y``; without ``beta`` for the least error of mathematics (6.8)."""
    eigenvalues, vectors = np.linalg.eigh(gram)
    turned, best, least = vectors.T @ y, np.zeros_like(y), np.inf
    for candidate in BETAS if beta is None else (beta,):
        inverse = 1 / (np.maximum(eigenvalues, 0) + candidate * eigenvalues.mean())
        forces = vectors @ (inverse * turned)
        error = float(np.sum((forces / (vectors**2 @ inverse)) ** 2))
        if error < least:
            best, least = forces, error
    return best
