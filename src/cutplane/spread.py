"""Spread: how far the networks of a version space differ on a row, in closed form.

Around its center the version space looks like a Gaussian whose precision is the Hessian
of the barrier (a Laplace approximation). With the sign rows left out, the prediction is
then a Gaussian process whose covariance is the gate kernel of design 3.5.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from cutplane.arrangement import Rows
from cutplane.centers.center import Center
from cutplane.version_space import VersionSpace

Array = NDArray[np.float64]

#: Kernel entries held at once.
_CHUNK_ENTRIES = 2**22


def prediction_spread(space: VersionSpace, center: Center, X: Rows) -> Array:
    """Standard deviation of the prediction over the version space (Laplace, gate kernel).

    Parameters
    ----------
    space : VersionSpace
        k cuts.
    center : Center
        Its analytic center.
    X : array or CSR matrix of shape (n, n_features)

    Returns
    -------
    ndarray of shape (n,)
        At the scale of ``center.weights``. The sign rows are ignored, which makes it an
        upper bound of the Laplace spread of a ReLU arrangement.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 2.2 and 3.4.
    """
    tau = center.multipliers.tau
    # of slabs, the uniform law has the logarithm of the ball's barrier N/2 times
    weight = 1.0 if space.is_cone else space.n_weights / 2
    curvature = space.cuts.curvature(center.multipliers.root)
    gram = space.gate_kernel(space.patterns, space.tree.rows) / tau
    gram[np.diag_indices_from(gram)] += curvature
    factor = scipy.linalg.cholesky(gram, lower=True, check_finite=False)
    out = np.empty(X.shape[0])
    size = max(1, _CHUNK_ENTRIES // max(1, space.n_rows))
    for begin in range(0, X.shape[0], size):
        chunk = X[begin : begin + size]
        patterns = space.arrangement.patterns(chunk)
        rows = space.arrangement.with_constant(chunk)
        cross = space.gate_kernel(patterns, rows) / tau
        explained = scipy.linalg.solve_triangular(factor, cross.T, lower=True, check_finite=False)
        prior = space.prior_variance(patterns, rows) / tau
        variance = prior - np.einsum("kn,kn->n", explained, explained)
        out[begin : begin + size] = np.sqrt(np.maximum(variance, 0))
    return out * center.scale / np.sqrt(weight)
