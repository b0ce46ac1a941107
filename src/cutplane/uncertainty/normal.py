"""The normal law in closed form, where drawing networks would take long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutplane._types import Rows
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.ensemble import Ensemble
from cutplane.uncertainty.score_law import ScoreLaw
from cutplane.uncertainty.scoring import Scoring

#: Draws that stand for the law where only counting votes will do.
_DRAWS = 256


class NormalEnsemble(Ensemble):
    """The Laplace approximation in closed form: center's scores, spread of the gate kernel.

    See :class:`cutplane.uncertainty.spread.Spread`.
    """

    def __init__(self, spaces: Sequence[VersionSpace], model: Scoring, rng: np.random.Generator):
        half = rng.standard_normal((_DRAWS // 2, len(spaces)))
        super().__init__(spaces, 0, np.concatenate([half, -half]))
        self._model = model

    def law(self, X: Rows) -> ScoreLaw:
        shape = (1, X.shape[0], len(self.spaces))
        scores, spread = self._model.scores(X, "center"), self._model.spread(X)
        return ScoreLaw(scores.reshape(shape), spread.reshape(shape), self.noise)
