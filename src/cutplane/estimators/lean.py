"""What an estimator learnt without what was computed from it: models that wait, and may be many.

Laws of questions and covariances of labelled rows are as large as the square of the labels.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TypeVar

from cutplane.estimators.fitted import FittedScores
from cutplane.estimators.score import Score
from cutplane.newton.center import Center

Fitted = TypeVar("Fitted", bound=FittedScores)


def lean(estimator: Fitted) -> Fitted:
    """A copy that knows what was learnt, and computes again what it is asked for."""
    own = copy.copy(estimator)
    own._hold(own._labels, own._weight, [_lean(score) for score in own._scores])
    return own


def _lean(score: Score) -> Score:
    members = tuple(
        replace(own, space=replace(own.space), center=_alone(own.center)) for own in score.members
    )
    center = _alone(score.center)
    return Score(replace(score.space), center, score.name, score.analytic, members)


def _alone(center: Center) -> Center:
    """Without the covariance that the next label would start from."""
    if center.law is None:
        return center
    return replace(center, law=replace(center.law, moving=None))
