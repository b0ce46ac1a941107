"""Which ensemble speaks for a version space: drawn networks where a second is enough for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane.errors import InvalidInputError
from cutplane.newton.center import Center
from cutplane.space.cuts import SlabCuts
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.normal import NormalEnsemble
from cutplane.uncertainty.sampled import SampledEnsemble
from cutplane.uncertainty.scoring import Scoring

#: Networks drawn by default.
N_SAMPLES = 256
#: Sizes of classifications up to which they are drawn within about a second (decision 0023):
#: scores times leaves times the square of ten more than the labels, scores times labels squared.
MAX_WITH_SIGN_ROWS = 50_000
MAX_WITHOUT_SIGN_ROWS = 150_000


def draw_ensemble(
    spaces: Sequence[VersionSpace],
    centers: Sequence[Center],
    model: Scoring,
    n_samples: int | None,
    rng: np.random.Generator,
) -> Ensemble:
    """Networks of version spaces on the same rows, one space for each score.

    Parameters
    ----------
    spaces, centers : sequences of VersionSpace and of Center
        One for each score.
    model : Scoring
        The estimator, for the normal law.
    n_samples : int, optional
        Networks to draw; 0 for the normal law. By default 256, or the normal law where
        they would take more than about a second, with q scores, L leaves and k labels:
        ``q L (k + 10)^2 > 50_000`` with sign rows and ``q k^2 > 150_000`` without. Regression
        is sampled without sign rows only; with them, its chains mix too slowly.
    rng : numpy.random.Generator

    Returns
    -------
    Ensemble

    Raises
    ------
    InvalidInputError
        ``n_samples`` is not a whole number, or negative.
    """
    if n_samples is None:
        n_samples = N_SAMPLES if _is_sampled(spaces) else 0
    if isinstance(n_samples, bool) or not isinstance(n_samples, (int, np.integer)) or n_samples < 0:
        raise InvalidInputError(
            f"n_samples={n_samples!r} arrived; give the number of networks to draw from the "
            "version space, 0 for the closed form, or None to let the size decide"
        )
    if n_samples == 0:
        return NormalEnsemble(spaces, model, rng)
    return SampledEnsemble([_sharpened(space) for space in spaces], centers, int(n_samples), rng)


def _sharpened(space: VersionSpace) -> VersionSpace:
    """Elastic slabs at a price by which most networks keep to them.

    The price is counted in units of a prior that can be far wider than the labels, and networks
    drawn at it leave slabs by a hundredth of that, in which the center lies. At 1 / half-width
    they leave one by as much as it is wide.
    """
    cuts = space.cuts
    if not isinstance(cuts, SlabCuts) or np.isinf(space.cost):
        return space
    widths = float(np.median(cuts.price * cuts.half_width)) * space.n_weights / 2
    return space.repriced(space.cost / widths) if widths < 1 else space


def _is_sampled(spaces: Sequence[VersionSpace]) -> bool:
    """Whether networks are drawn when nobody says how many."""
    space, q = spaces[0], len(spaces)
    if not space.cuts.is_cone:
        return not space.operator.layers
    if space.operator.layers:
        return q * space.arrangement.n_leaves * (space.n_rows + 10) ** 2 <= MAX_WITH_SIGN_ROWS
    return q * space.n_rows**2 <= MAX_WITHOUT_SIGN_ROWS
