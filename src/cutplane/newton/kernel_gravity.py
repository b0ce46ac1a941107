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
from cutplane.newton.following import LEAST_ROWS, MOST_KEPT, MOST_NEW, follow
from cutplane.newton.kernel_marginals import Marginals, kernel_marginals
from cutplane.newton.law import Law, Sites
from cutplane.newton.low_rank_gravity import NearKernel
from cutplane.newton.matching import FULL, GROW, LEAST_SHARE, MOST, SHRINK, met
from cutplane.newton.moving_law import MovingLaw
from cutplane.newton.small_matrices import diagonals
from cutplane.newton.sweeps import MaybeCenter, fallback, first_sites, gravity_of
from cutplane.space.likelihood import LabelLikelihood
from cutplane.space.row_values import RowValues
from cutplane.space.version_space import VersionSpace

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
    found = _followed(problems, spaces, starts, (precision, shift), tol)
    left = np.array([i for i in range(len(spaces)) if i not in found], dtype=np.intp)
    if left.size:
        begin = rows_at(precision, left), rows_at(shift, left)
        laws, n_iter, status = _swept(problems.of(left), *begin, tol, max_iter)
        laws = HOST.moved(laws)
    for at, i in enumerate(left.tolist()):
        space, is_done = spaces[i], status[at] == "optimal"
        if np.isinf(laws.change[at]) or (space.likelihood.is_hard and not is_done):
            found[i] = fallback(space, tol)
        else:
            found[i] = laws.center(space, at, int(n_iter[at]), status[at])
    return [found[i] for i in range(len(spaces))]


def _followed(
    problems: _Problems,
    spaces: Sequence[VersionSpace],
    starts: Sequence[Center | None],
    sites: tuple[Array, Array],
    tol: float,
) -> dict[int, MaybeCenter]:
    """Centers of those version spaces that have many labels, few of them new."""
    found: dict[int, MaybeCenter] = {}
    prior, k = problems.covariance, spaces[0].n_rows
    if not isinstance(prior, np.ndarray) or k < LEAST_ROWS or k * k * len(spaces) > MOST_KEPT:
        return found
    for i, (space, start) in enumerate(zip(spaces, starts, strict=True)):
        if start is None or start.law is None:
            continue
        if not 0 < k - start.law.mean.size <= MOST_NEW * k:
            continue
        own, at = problems.of(np.array([i])), (sites[0][i], sites[1][i])
        copies, known = problems.copies[i], start.law.moving
        if (done := follow(prior, space.likelihood, copies, at, known, tol)) is not None:
            laws = _Laws.met(own, done.precision[None], done.shift[None], done.law.marginals)
            found[i] = laws.center(space, 0, done.n_iter, "optimal", done.law)
    return found


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

    @property
    def diagonal(self) -> Array:
        """Prior variances of the rows; (k,)."""
        kernel = self.covariance
        return kernel.diagonal if isinstance(kernel, NearKernel) else diagonals(kernel)

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
            return cls.met(problems, precision, shift, kernel.marginals(*sites))
        return cls.met(problems, precision, shift, kernel_marginals(kernel, *sites))

    @classmethod
    def met(
        cls, problems: _Problems, precision: Array, shift: Array, marginals: Marginals
    ) -> _Laws:
        """Rows of known marginals meet their cavities."""
        copies, prior = problems.copies, problems.diagonal
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

    def center(
        self,
        space: VersionSpace,
        place: int,
        n_iter: int,
        status: str,
        moving: MovingLaw | None = None,
    ) -> Center:
        """The mean of one of the laws."""
        sites = Sites(RowValues(self.precision[place]), RowValues(self.shift[place]))
        law = Law(
            sites,
            self.mean[place],
            self.variance[place],
            self.cavity_mean[place],
            self.cavity_variance[place],
            float(self.log_z[place]),
            moving,
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
