"""Centers of gravity of many version spaces on one kernel, all sweeps side by side.

Without sign rows the labels see the prediction alone. The scores of several classes and the
hypotheses of one slope then share rows and kernel, and differ in their sites only: every step
is one on arrays with a version space in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from cutplane._types import Array, Index
from cutplane.arrays import HOST, Place, largest_in_rows, namespace, rows_at, to_numpy, with_rows
from cutplane.newton.center import Center
from cutplane.newton.law import Law, Sites
from cutplane.newton.low_rank_gravity import NearKernel
from cutplane.newton.matching import FULL, GROW, LEAST_SHARE, MOST, SHRINK, met
from cutplane.newton.small_matrices import (
    add_to_diagonals,
    apply,
    column_dots,
    diagonals,
    in_chunks,
    invert_roots,
)
from cutplane.newton.sweeps import MaybeCenter, fallback, first_sites, gravity_of
from cutplane.space.likelihood import LabelLikelihood
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

#: Precisions are at least this, so that a row without a site has a curvature.
_LEAST = 1e-200
#: Below this product of precision and prior variance, what the sites take off is rounding.
_SOFT = 1e-6
#: Share of a row's prior variance below which its cavity is rounding.
_ROUNDING = 1e-14


def kernel_gravity(
    spaces: Sequence[VersionSpace], starts: Sequence[Center | None], *, tol: float, max_iter: int
) -> list[MaybeCenter]:
    """Centers of gravity of version spaces without sign rows, or why there is none.

    They share their operator and the kind of their likelihood.
    """
    place, (first, *others) = spaces[0].place, [space.likelihood for space in spaces]
    copies = place.array(np.stack([space.labels.weight for space in spaces]))
    operator = spaces[0].operator
    kernel = NearKernel.of(operator) or operator.covariance
    problems = _Problems(kernel, first.beside(others), copies)
    sites = [first_sites(space.home, start) for space, start in zip(spaces, starts, strict=True)]
    precision = place.array(np.stack([own.precision.root for own in sites]))
    shift = place.array(np.stack([own.shift.root for own in sites]))
    laws, n_iter, status = _swept(problems, precision, shift, tol, max_iter)
    laws = HOST.moved(laws)
    return [
        fallback(space, tol)
        if np.isinf(laws.change[i]) or (status[i] != "optimal" and space.likelihood.is_hard)
        else laws.center(space, i, int(n_iter[i]), status[i])
        for i, space in enumerate(spaces)
    ]


@dataclass(frozen=True)
class _Problems:
    """What p version spaces say of the same k rows.

    Attributes
    ----------
    covariance : ndarray of shape (k, k), or NearKernel
    likelihood : Likelihood
        Of arrays (p, k).
    copies : ndarray of shape (p, k)
        How often each label counts.
    """

    covariance: Array | NearKernel
    likelihood: LabelLikelihood
    copies: Array

    def of(self, chosen: Index) -> _Problems:
        """Some of the version spaces."""
        copies = rows_at(self.copies, chosen)
        return _Problems(self.covariance, self.likelihood.of_spaces(chosen), copies)


@dataclass(frozen=True)
class _Laws:
    """Laws of p version spaces under their sites, each array (p, k) or (p,).

    Attributes
    ----------
    precision, shift : ndarray of shape (p, k)
        Sites.
    mean, variance, forces : ndarray of shape (p, k)
        Of the rows; forces are those whose weights are the center.
    cavity_mean, cavity_variance : ndarray of shape (p, k)
    new_precision, new_shift : ndarray of shape (p, k)
        Sites that would give every row its true mean and variance.
    change : ndarray of shape (p,)
        By how much these differ from the sites there are; infinite where double precision cannot
        follow. In NumPy, where it is decided who goes on.
    log_z : ndarray of shape (p,)
    """

    precision: Array
    shift: Array
    mean: Array
    variance: Array
    forces: Array
    cavity_mean: Array
    cavity_variance: Array
    new_precision: Array
    new_shift: Array
    change: Array
    log_z: Array

    @classmethod
    def of(cls, problems: _Problems, precision: Array, shift: Array) -> _Laws:
        """One sweep."""
        copies = problems.copies
        kernel, sites = problems.covariance, (copies * precision, copies * shift)
        if isinstance(kernel, NearKernel):
            prior, marginals = kernel.diagonal, kernel.marginals(*sites)
        else:
            prior, marginals = diagonals(kernel), _marginals(kernel, *sites)
        mean, variance, forces, log_normaliser = marginals
        xp = namespace(mean)
        is_open = xp.all(variance > _ROUNDING * prior, axis=1)
        lost = ~(xp.isfinite(log_normaliser) & is_open)
        mean, variance = (
            xp.where(lost[:, None], 0.0, mean),
            xp.where(lost[:, None], 1.0, variance),
        )
        rows = met(problems.likelihood, (mean, variance), precision, shift, copies)
        change = to_numpy(xp.where(lost, float("inf"), largest_in_rows(rows.change, 0.0)))
        log_z = log_normaliser + xp.sum(copies * rows.log_scale, axis=1)
        return cls(
            precision, shift, mean, variance, forces,
            rows.mean, rows.variance, rows.precision, rows.shift, change, log_z,
        )  # fmt: skip

    def moved(self, problems: _Problems, share: Array) -> _Laws:
        """After the sites went a share (p,) of the way to the new ones."""
        own = Place.of(self.mean).array(share)[:, None]
        far = self.new_precision, self.new_shift
        sites = (self.precision, self.shift)
        return _Laws.of(
            problems, *(now + own * (new - now) for now, new in zip(sites, far, strict=True))
        )

    def at(self, chosen: Index) -> _Laws:
        """Some of the version spaces."""
        return _Laws(*(rows_at(getattr(self, field.name), chosen) for field in fields(self)))

    def replacing(self, chosen: Index, others: _Laws) -> _Laws:
        """With the laws of others in these places."""
        pairs = ((getattr(self, own.name), getattr(others, own.name)) for own in fields(self))
        return _Laws(*(with_rows(own, chosen, other) for own, other in pairs))

    def center(self, space: VersionSpace, place: int, n_iter: int, status: str) -> Center:
        """The mean of one of the laws."""
        sites = Sites(RowValues(self.precision[place]), RowValues(self.shift[place]))
        law = Law(
            sites,
            self.mean[place],
            self.variance[place],
            self.cavity_mean[place],
            self.cavity_variance[place],
            float(self.log_z[place]),
        )
        forces, change = RowValues(self.forces[place]), float(self.change[place])
        return gravity_of(space, forces, law, n_iter, change, status)


def _swept(
    problems: _Problems, precision: Array, shift: Array, tol: float, max_iter: int
) -> tuple[_Laws, Index, Sequence[str]]:
    """Sweep until no site of any version space would change its row's law by more than ``tol``.

    Each version space has its own share of the way (mathematics (11.16)), and is swept until it
    is done itself.

    Returns
    -------
    laws : _Laws
    n_iter : ndarray of shape (p,)
        Sweeps.
    status : list of str
        "optimal", "max_iter", or "inaccurate" where double precision allowed no further sweep.
    """
    laws = _Laws.of(problems, precision, shift)
    p = laws.change.size
    most = FULL if isinstance(problems.covariance, NearKernel) else MOST
    share, n_iter = np.full(p, most), np.ones(p, dtype=np.intp)
    status = np.full(p, "max_iter", dtype=object)
    status[~np.isfinite(laws.change)] = "inaccurate"
    status[laws.change < tol] = "optimal"
    for _ in range(max_iter - 1):
        if not (going := np.flatnonzero(status == "max_iter")).size:
            break
        moved = laws.at(going).moved(problems.of(going), share[going])
        n_iter[going] += 1
        lost = np.isinf(moved.change)
        status[going[lost & (share[going] == LEAST_SHARE)]] = "inaccurate"
        worse = moved.change > laws.change[going]
        slower, faster = np.maximum(SHRINK * share, LEAST_SHARE), np.minimum(GROW * share, most)
        share[going] = np.where(worse, slower[going], faster[going])
        laws = laws.replacing(going[~lost], moved.at(np.flatnonzero(~lost)))
        status[going[moved.change < tol]] = "optimal"
    return laws, n_iter, status.tolist()


def _marginals(
    covariance: Array, precision: Array, shift: Array
) -> tuple[Array, Array, Array, Array]:
    """Mean, variance and force of every row, (p, k), and the logarithm of the integral, (p,).

    Not finite where double precision cannot follow.
    """
    xp, k = namespace(precision), precision.shape[1]

    def work(part: slice) -> tuple[Array, ...]:
        root, own = xp.sqrt(xp.maximum(precision[part, :], _LEAST)), shift[part, :]
        factor = root[:, :, None] * covariance
        factor *= root[:, None, :]
        add_to_diagonals(factor, 1.0)
        log_determinant = invert_roots(factor)
        with np.errstate(all="ignore"):  # numbers that are not finite tell
            right = apply(factor, own / root)
            forces = root * apply(factor.mT, right)
            mean = forces @ covariance
            variance = _variance(covariance, root, factor)
            return mean, variance, forces, (xp.vecdot(own, mean) - log_determinant) / 2

    each = zip(*in_chunks(work, precision, k * k), strict=True)
    mean, variance, forces, log_normaliser = (xp.concat(own) for own in each)
    return mean, variance, forces, log_normaliser


def _variance(covariance: Array, root: Array, factor: Array) -> Array:
    """Variances of the rows, (p, k), from the inverse Cholesky factors of ``I + T^1/2 K T^1/2``."""
    xp, prior = namespace(root), diagonals(covariance)
    left = (1 - column_dots(factor, factor)) / root**2
    soft = root**2 * prior < _SOFT
    if xp.any(soft):
        some = soft.any(axis=0) if xp is np else slice(None)
        known = factor @ (root[:, :, None] * covariance[:, some])
        known = prior[some] - column_dots(known, known)
        left[:, some] = xp.where(soft[:, some], known, left[:, some])
    return left
