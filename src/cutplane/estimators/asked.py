"""What questions look at: scores of many rows in passing, and the law of a few closely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np

from cutplane._types import Array
from cutplane.estimators.score import Score, evaluate
from cutplane.network import GatedNetwork, ReluNetwork, SpannedNetwork
from cutplane.scanning.gates import Gates
from cutplane.scanning.networks import ExactForm, ReluForm
from cutplane.scanning.passing import Form, Passing, cheapest
from cutplane.scanning.products import Labelled
from cutplane.space.rows import row_lengths
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.joint_law import JointLaw
from cutplane.uncertainty.link import gaps
from cutplane.uncertainty.mixture import Mixture
from cutplane.uncertainty.prior import GatedRows

#: Least prior variance of a row.
_LEAST = 1e-30


def passing(scores: Sequence[Score], model: str, room: int) -> Passing:
    """What a pass needs of a model of some scores, which share their labelled rows.

    ``room``: labels whose products the rows keep.
    """
    space, prior = scores[0].space, heaviest(scores[0])
    gates = Gates.of(space.arrangement)
    reads = slice(-1, None) if space.gated and gates.inputs.fit_intercept else slice(None)
    return Passing(_form(scores, model, room, gates), gates, prior.hypothesis.slope, reads)


def _form(scores: Sequence[Score], model: str, room: int, gates: Gates) -> Form:
    forces = _forces(scores, model)
    if forces is not None:
        space = scores[0].space
        lengths = row_lengths(space.rows)[:, None]  # whose squares may be too large
        rows = space.rows[:, : space.arrangement.n_features] / lengths
        labelled = Labelled(gates, rows, gates.of_labelled(space.patterns))
        return cheapest(labelled, forces[0] * lengths, forces[1], room)
    networks = [score.scorer(model) for score in scores]
    relu = [own for own in networks if isinstance(own, ReluNetwork | SpannedNetwork)]
    if len(relu) == len(networks):
        return ReluForm.of(relu)
    return ExactForm(partial(evaluate, networks))


def _forces(scores: Sequence[Score], model: str) -> tuple[Array, Array] | None:
    """What products with features of labelled rows count, and with their constant; (k, q) each.

    None for networks that are no sum over labelled rows.
    """
    if model != "center":
        return None
    if _is_kernel(scores[0]):
        return _of_mixtures([Mixture(score.members) for score in scores])
    space = scores[0].space
    if not space.gated:
        return None
    decoded = [score.decoded(model) for score in scores]
    networks = [network for network in decoded if isinstance(network, GatedNetwork)]
    force = np.column_stack([network.coefficients for network in networks])
    force = force / space.lengths[:, None]
    return force, force * space.arrangement.fit_intercept


def _of_mixtures(mixtures: Sequence[Mixture]) -> tuple[Array, Array]:
    """The same of scores whose hypotheses may differ in their slope."""
    spaces = {slope: space for mixture in mixtures for slope, space in mixture.spaces.items()}
    any_space = next(iter(spaces.values()))
    slopes = np.zeros((any_space.n_rows, len(mixtures)))
    constants = np.zeros_like(slopes)
    for number, mixture in enumerate(mixtures):
        for slope, force in mixture.forces.items():
            raw = force / spaces[slope].lengths
            slopes[:, number] += slope**2 * raw
            constants[:, number] += raw
    return slopes, constants * any_space.arrangement.fit_intercept


def close_deviation(score: Score, rows: GatedRows) -> Array:
    """Prior deviation of the score of rows, up to a factor; (n,)."""
    space = heaviest(score)
    if _is_kernel(score):  # by what their scores need as well
        variance = rows.prior(space).variance
    else:
        variance = space.prior_variance(rows.patterns, rows.rows)
    return np.sqrt(np.maximum(variance, _LEAST))


def close_scores(scores: Sequence[Score], rows: GatedRows, model: str = "center") -> Array:
    """Scores of rows in double precision; (n, q)."""
    if model != "center" or not _is_kernel(scores[0]):
        networks = [score.scorer(model) for score in scores]
        X = rows.rows[:, : scores[0].space.arrangement.n_features]
        return evaluate(networks, X).reshape(-1, len(scores))
    mixtures = [Mixture(score.members) for score in scores]
    spaces = {slope: space for mixture in mixtures for slope, space in mixture.spaces.items()}
    priors = {slope: rows.prior(space) for slope, space in spaces.items()}
    return np.column_stack([mixture.mean(priors) for mixture in mixtures])


def joint_laws(
    scores: Sequence[Score],
    rows: GatedRows,
    reference: Callable[[], GatedRows],
    *,
    decides: bool,
    sharp: bool,
) -> list[JointLaw]:
    """Law of every score, of some rows and of reference rows.

    ``decides``: how far a score is from winning or losing matters, or else its value. Decisions
    have the law of the heaviest hypothesis, or with ``sharp`` that around the analytic center;
    values have one for each hypothesis that matters.
    """
    space, places = scores[0].space, range(len(scores))
    sharp = sharp and decides and _is_kernel(scores[0])

    @cache
    def close(is_reference: bool) -> tuple[GatedRows, Array | None]:
        chosen = reference() if is_reference else rows
        if not decides:
            return chosen, None
        if sharp:
            cross = chosen.prior(space).cross
            return chosen, gaps(np.column_stack([cross @ score.sharp()[1] for score in scores]))
        return chosen, gaps(close_scores(scores, chosen))

    def of_score(place: int, *, is_reference: bool) -> tuple[GatedRows, Array | None]:
        chosen, margins = close(is_reference)
        return chosen, None if margins is None else margins[:, place]

    laws = []
    for place, score in zip(places, scores, strict=True):
        near = [score.sharp()[0] if sharp else score.spread()] if decides else None
        candidates, others = of_score(place, is_reference=False), partial(of_score, place)
        laws += [
            own.joint(*candidates, partial(others, is_reference=True))
            for own in near or score.spreads()
        ]
    return laws


def heaviest(score: Score) -> VersionSpace:
    """The version space of the heaviest hypothesis."""
    return score.members[0].space if score.members else score.space


def _is_kernel(score: Score) -> bool:
    """Whether predictions are a sum over the labelled rows."""
    return bool(score.members) and not score.space.has_sign_rows
