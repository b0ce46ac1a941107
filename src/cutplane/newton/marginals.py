"""Marginals of all rows under normal weights and Gaussian sites (kernel case)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from cutplane.space.operator import Operator
from cutplane.space.row_values import RowValues


@dataclass(frozen=True)
class Marginals:
    """Normal law of every row's value.

    Attributes
    ----------
    mean, variance : RowValues
        Of the values s = A theta.
    forces : RowValues
        w with mean weights ``A^T w``.
    log_normaliser : float
        Logarithm of the integral of the prior times all sites.
    """

    mean: RowValues
    variance: RowValues
    forces: RowValues
    log_normaliser: float


def marginals(operator: Operator, precision: RowValues, shift: RowValues) -> Marginals:
    K = operator.covariance
    root = np.sqrt(precision.root)
    M = root[:, None] * K * root
    M[np.diag_indices_from(M)] += 1.0
    L = scipy.linalg.cholesky(M, lower=True, check_finite=False, overwrite_a=True)
    V = scipy.linalg.solve_triangular(L, root[:, None] * K, lower=True, check_finite=False)
    variance = np.diagonal(K) - np.einsum("ij,ij->j", V, V)
    mean = K @ shift.root - V.T @ (V @ shift.root)
    forces = shift.root - precision.root * mean
    log_normaliser = 0.5 * float(shift.root @ mean) - float(np.log(np.diagonal(L)).sum())
    return Marginals(RowValues(mean), RowValues(variance), RowValues(forces), log_normaliser)
