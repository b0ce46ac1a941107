"""Sites after a label more, where only those that the label concerns move (mathematics (11.24)).

With hundreds of labels a sweep costs ``k^3``, and five of them follow a label. But the precisions
of most sites stay what they were, and means follow for ``k^2``. So means are matched in every
row to the tolerance, and precisions where they are off by more than a share of themselves
(record 0069).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cutplane._types import Array
from cutplane.newton.matching import GROW, LEAST_SHARE, MOST, SHRINK, Met, met
from cutplane.newton.moving_law import MovingLaw
from cutplane.space.likelihood import LabelLikelihood

#: From so many labels on, and where at most this share of them is new.
LEAST_ROWS, MOST_NEW = 200, 0.02
#: Numbers in the covariances of all version spaces of a kernel (a gigabyte).
MOST_KEPT = 2**27
#: Share of itself by which a site's precision may be off, in tolerances: a tenth at the default.
LAG = 100.0
#: Steps before all sites are swept instead.
_STEPS = 30
#: Share of a row's prior variance below which its cavity is rounding.
_ROUNDING = 1e-10


@dataclass(frozen=True)
class Followed:
    """Sites (k,) of one copy of each row, their law, and after how many steps."""

    precision: Array
    shift: Array
    law: MovingLaw
    n_iter: int


def follow(
    prior: Array,
    likelihood: LabelLikelihood,
    copies: Array,
    sites: tuple[Array, Array],
    known: MovingLaw | None,
    tol: float,
) -> Followed | None:
    """Sites near to those of an earlier center of the first rows, or None where they are not near.

    Parameters
    ----------
    prior : ndarray of shape (k, k)
        Covariance of the rows.
    likelihood : LabelLikelihood
        Of arrays (k,).
    copies : ndarray of shape (k,)
        How often each label counts.
    sites : tuple of ndarray of shape (k,)
        Precision and shift to start from.
    known : MovingLaw, optional
        Law of the first rows; computed where there is none.
    tol : float
        Of means; precisions may be off by :data:`LAG` times as much.
    """
    precision, shift = sites
    law = None if known is None else known.extended(prior).moved(copies * precision, copies * shift)
    share, before = MOST, np.inf
    for n in range(1, _STEPS + 1):
        if law is None or law.is_stale:
            law = MovingLaw.of(prior, copies * precision, copies * shift)
        if law is None or not np.all(law.variance > _ROUNDING * np.diag(prior)):
            return None
        rows = met(likelihood, (law.mean, law.variance), precision, shift, copies)
        if not np.all(np.isfinite(rows.change)):
            return None
        off = _off(rows, precision, tol)
        if rows.pushed.max() < tol and not np.any(off > 1):
            if not law.has_drifted(prior):
                return Followed(precision, shift, law, n)
            law = None
            continue
        worse = rows.change.max() > before
        share = max(SHRINK * share, LEAST_SHARE) if worse else min(GROW * share, MOST)
        before = rows.change.max()
        moving = off > 0.5  # not the same rows again in the next step
        aim = np.where(moving, rows.shift, rows.shift_for(precision))
        shift = shift + share * (aim - shift)
        precision = np.where(moving, precision + share * (rows.precision - precision), precision)
        law = law.moved(copies * precision, copies * shift)
    return None


def _off(rows: Met, precision: Array, tol: float) -> Array:
    """By how much precisions are off, in what they may be; (k,)."""
    larger = np.maximum(rows.precision, precision)
    share = np.abs(rows.precision - precision) / np.maximum(larger, np.finfo(float).tiny)
    return np.minimum(rows.stiffer, share / LAG) / tol
