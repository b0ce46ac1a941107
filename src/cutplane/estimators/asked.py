"""What questions look at: scores of a whole pool in passing, and of a few rows closely."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import numpy as np

from cutplane._types import Array, Floats, Index
from cutplane.estimators.score import Score, evaluate
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.kept_pool import KeptPool
from cutplane.uncertainty.link import gaps
from cutplane.uncertainty.mixture import Mixture
from cutplane.uncertainty.prior import GatedRows, parts


def passing_scores(scores: Sequence[Score], pool: KeptPool, model: str) -> Floats:
    """Scores of all rows of a pool; (n, q), in single precision where products are kept."""
    if model != "center" or not _is_kernel(scores[0]):
        networks = [score.scorer(model) for score in scores]
        width = sum(scores[0].space.arrangement.n_patterns) + scores[0].space.n_rows
        blocks = [evaluate(networks, pool.take(part)) for part in parts(pool.n_rows, width)]
        return np.concatenate(blocks).reshape(-1, len(scores))
    mixtures = [Mixture(score.members) for score in scores]
    spaces = {slope: space for mixture in mixtures for slope, space in mixture.spaces.items()}
    total = np.zeros((pool.n_rows, len(scores)), dtype=np.float32)
    for slope, space in spaces.items():
        none = np.zeros(space.n_rows)
        forces = [mixture.forces.get(slope, none) for mixture in mixtures]
        total += pool.mean(space, np.column_stack(forces))
    return total


def passing_deviation(score: Score, pool: KeptPool) -> Floats:
    """Prior deviation of the score of all rows of a pool, up to a factor; (n,)."""
    space = score.members[0].space if score.members else score.space
    return np.sqrt(np.maximum(pool.prior_variance(space), np.float32(1e-30)))


def joint_laws(
    scores: Sequence[Score], pool: KeptPool, at: Index, *, decides: bool, sharp: bool
) -> list[JointLaw]:
    """Law of every score, of some rows of a pool and of its reference rows.

    ``decides``: how far a score is from winning or losing matters, or else its value. Decisions
    have the law of the heaviest hypothesis, or with ``sharp`` that around the analytic center;
    values have one for each hypothesis that matters.
    """
    space, places = scores[0].space, range(len(scores))
    sharp = sharp and decides and _is_kernel(scores[0])

    @cache
    def close(is_reference: bool) -> tuple[GatedRows, Array | None]:
        chosen = pool.reference if is_reference else at
        rows = pool.gated(space, chosen)
        if not decides:
            return rows, None
        if sharp:
            cross = rows.prior(space).cross
            return rows, gaps(np.column_stack([cross @ score.sharp()[1] for score in scores]))
        return rows, gaps(_close_scores(scores, pool, chosen, rows))

    def of_score(place: int, *, is_reference: bool) -> tuple[GatedRows, Array | None]:
        rows, margins = close(is_reference)
        return rows, None if margins is None else margins[:, place]

    laws = []
    for place, score in zip(places, scores, strict=True):
        spreads = score.spreads()
        if decides:
            spreads = [score.sharp()[0] if sharp else score.spread()]
        candidates, reference = of_score(place, is_reference=False), partial(of_score, place)
        laws += [own.joint(*candidates, partial(reference, is_reference=True)) for own in spreads]
    return laws


def _close_scores(scores: Sequence[Score], pool: KeptPool, at: Index, rows: GatedRows) -> Array:
    """Scores of some rows in double precision; (n, q)."""
    if not _is_kernel(scores[0]):
        networks = [score.scorer("center") for score in scores]
        return evaluate(networks, pool.take(at)).reshape(-1, len(scores))
    mixtures = [Mixture(score.members) for score in scores]
    spaces = {slope: space for mixture in mixtures for slope, space in mixture.spaces.items()}
    priors = {slope: rows.prior(space) for slope, space in spaces.items()}
    return np.column_stack([mixture.mean(priors) for mixture in mixtures])


def _is_kernel(score: Score) -> bool:
    """Whether predictions are a sum over the labelled rows."""
    return bool(score.members) and not score.space.has_sign_rows
