"""Laws of a classifier's scores in plain arrays, for models that leave the library."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane.estimators.score import Score
from cutplane.export.answers import Hypothesized, Laws
from cutplane.uncertainty.mixture import Member


def exported_laws(scores: Sequence[Score]) -> Laws:
    """What :func:`cutplane.estimators.probability.law_probabilities` needs, of scores with laws."""
    space = scores[0].space
    return Laws(
        inputs=space.arrangement.inputs,
        gated=space.gated,
        gates=tuple(space.arrangement.gates),
        patterns=tuple(space.patterns),
        scores=tuple(tuple(map(_hypothesized, score.members)) for score in scores),
        spreads_means=not space.has_sign_rows,
    )


def _hypothesized(member: Member) -> Hypothesized:
    space, inputs = member.space, member.space.arrangement.inputs
    rows = space.tree.dual_rows
    metric = np.ones(rows.shape[1]) if space.metric is None else space.metric
    read = np.ones(rows.shape[1], dtype=bool)
    if space.gated and inputs.norms is not None:  # leaves read zeros there
        read[inputs.radial : inputs.radial + 2] = False
    return Hypothesized(
        weight=member.weight,
        unit=member.unit,
        noise=space.hypothesis.noise,
        force=member.center.multipliers.root,
        rows=rows[:, read],
        metric=metric[read],
        explains=member.explained.matrix,
    )
