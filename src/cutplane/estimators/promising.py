"""Which hypotheses are worth comparing on many labels: those that a part of them leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from cutplane._types import Array
from cutplane.errors import EmptyVersionSpaceError
from cutplane.estimators.score import ScoreTarget
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

#: Labels that are searched first, where there are at least so many times as many.
_SEARCHED, _PARTS = 1000, 2
#: Nats on the part, of the best of the same slope, by which one must be behind to be left out.
_HOPELESS = 10.0


class _Compared(Protocol):
    @property
    def log_posterior(self) -> Array: ...


def promising(
    space: VersionSpace,
    targets: Sequence[ScoreTarget],
    hypotheses: Sequence[Hypothesis],
    compared: Callable[[VersionSpace, Sequence[ScoreTarget]], _Compared],
) -> Sequence[Hypothesis]:
    """Of every slope the best on every so manieth label, and those near to it.

    All where labels are few. More labels can bring another slope forward, and seldom another noise.

    Parameters
    ----------
    space : VersionSpace
        All labelled rows.
    targets : sequence of ScoreTarget
    hypotheses : sequence of Hypothesis
    compared : callable
        Gives the evidence of the hypotheses on a part of the rows.
    """
    step = space.n_rows // _SEARCHED
    if step < _PARTS:
        return hypotheses
    part = slice(None, None, step)
    try:
        found = compared(space.of_rows(part), [_of_rows(own, part) for own in targets])
    except EmptyVersionSpaceError:
        return hypotheses
    own, slope = found.log_posterior, np.array([each.slope for each in hypotheses])
    best = np.array([own[slope == each].max() for each in slope])
    return [each for each, stays in zip(hypotheses, own >= best - _HOPELESS, strict=True) if stays]


def _of_rows(target: ScoreTarget, part: slice) -> ScoreTarget:
    """What a score learns from some of the rows, from nothing known."""
    weight = None if target.weight is None else target.weight[part]
    return ScoreTarget(target.name, target.y[part], target.depth[part], weight)
