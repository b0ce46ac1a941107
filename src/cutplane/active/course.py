"""The course of a run: models after batches of labels, and after corrections as if told so."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from cutplane._types import Metadata, Rows
from cutplane.active.book import Batch
from cutplane.active.domain import Domain
from cutplane.active.labels import can_cut, disagrees
from cutplane.active.settings import Settings
from cutplane.active.volume import Volume
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.lean import lean

#: Last models that keep what was computed from them: today's, and the one that an undo goes to.
_WHOLE = 2


@dataclass(frozen=True, eq=False)
class Model:
    """An estimator after some batches; what it learnt is frozen, so a copy of it is shallow.

    Attributes
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
    n_batches : int
    n_labels : int
        Labels of these batches.
    cut_rows : tuple of int
        Row numbers of labels that became cuts.
    history : tuple of dict
    """

    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor
    n_batches: int = 0
    n_labels: int = 0
    cut_rows: tuple[int, ...] = ()
    history: tuple[Metadata, ...] = ()

    @property
    def is_fitted(self) -> bool:
        """Whether the labels make a model; those of one class wait for another."""
        return bool(self.cut_rows)

    @property
    def volume(self) -> Volume:
        """What the cuts left."""
        return Volume.of(self.estimator) if self.is_fitted else Volume(None, 0)


@dataclass(frozen=True, eq=False)
class Lessons:
    """How batches change a model.

    Attributes
    ----------
    domain : Domain
    settings : Settings
    """

    domain: Domain
    settings: Settings

    def after(self, model: Model, batches: tuple[Batch, ...]) -> Model:
        """The model after the next of the batches; errors of the estimator pass through."""
        begin = time.perf_counter()
        batch = batches[model.n_batches]
        numbers = self.domain.numbers(batch.questions, model.n_labels)
        n_labels = model.n_labels + numbers.size
        estimator, cut_rows = self._learnt(model, batches[: model.n_batches + 1])
        after = Model(estimator, model.n_batches + 1, n_labels, cut_rows)
        step = {
            "rows": numbers.tolist(),
            "n_labels": n_labels,
            "n_cuts": len(cut_rows),
            "n_iter": estimator.n_iter_ if after.is_fitted else 0,
            "seconds": time.perf_counter() - begin,
            **after.volume.since(model.volume),
        }
        return replace(after, history=(*model.history, step))

    def _learnt(
        self, model: Model, batches: tuple[Batch, ...]
    ) -> tuple[CuttingPlaneClassifier | CuttingPlaneRegressor, tuple[int, ...]]:
        """A copy of the estimator that has learnt; the first model is of all labels held."""
        estimator = copy.copy(model.estimator) if model.is_fitted else clone(model.estimator)
        new = batches[-1:] if model.is_fitted else batches
        questions = np.concatenate([batch.questions for batch in new])
        labels = np.concatenate([batch.labels for batch in new])
        names = np.concatenate([batch.annotators for batch in new])
        numbers = self.domain.numbers(questions, model.n_labels if model.is_fitted else 0)
        X = self.domain.columns(questions)
        cutting = can_cut(X, fit_intercept=estimator.fit_intercept)
        if model.is_fitted and not self.settings.cut_agreeing:
            cutting &= disagrees(estimator, self._named(X), labels)
        X, labels, numbers = self._named(X[cutting]), labels[cutting], numbers[cutting]
        is_named = any(batch.annotators.any() for batch in batches)
        told: Metadata = {"annotator": names[cutting]} if is_named else {}
        if labels.size == 0:
            return estimator, model.cut_rows
        is_regression = isinstance(estimator, CuttingPlaneRegressor)
        if model.is_fitted:
            options = {} if is_regression else {"depth": self.settings.depth}
            estimator.partial_fit(X, labels, **told, **options)
            return estimator, (*model.cut_rows, *numbers.tolist())
        probe = self._named(self.domain.probe(batches[-1].n_pool))
        if is_regression or np.unique(labels).size > 1:
            estimator.fit(X, labels, X_pool=probe, **told)
            return estimator, tuple(numbers.tolist())
        estimator.partial_fit(X, labels, X_pool=probe, **told)  # waits for another class
        return estimator, ()

    def _named(self, X: Rows) -> Rows:
        """Rows with the names of their columns, which the estimator then asks of others."""
        names = self.domain.names
        return X if names is None else pd.DataFrame(X, columns=names)


@dataclass(frozen=True, eq=False)
class Course:
    """Models along the way, fewer the longer ago, from which a correction is learnt again.

    Attributes
    ----------
    batches : tuple of Batch
    models : tuple of Model
        In order; the last one is that of all batches, the first that of none.
    """

    batches: tuple[Batch, ...]
    models: tuple[Model, ...]

    @classmethod
    def begun(cls, estimator: CuttingPlaneClassifier | CuttingPlaneRegressor) -> Self:
        """Before any label."""
        return cls((), (Model(estimator),))

    @property
    def model(self) -> Model:
        """The model of today."""
        return self.models[-1]

    def of(
        self, batches: tuple[Batch, ...], lessons: Lessons, ahead: Sequence[Course] = ()
    ) -> Course:
        """The course of other batches: what begins alike is kept, the rest is learnt in order.

        The models are those of a run in which these batches were told from the start.

        Parameters
        ----------
        batches : tuple of Batch
        lessons : Lessons
        ahead : sequence of Course
            Of the same run, learnt for batches that might come; the one that shares most with
            those that came is gone on from.
        """
        known = max((self, *ahead), key=lambda course: course.n_alike(batches))
        alike = known.n_alike(batches)
        models = [model for model in known.models if model.n_batches <= alike]
        while models[-1].n_batches < len(batches):
            models = _thinned([*models, lessons.after(models[-1], batches)])
        return Course(batches, tuple(models))

    def n_alike(self, batches: tuple[Batch, ...]) -> int:
        """How many of the first batches are those of this course."""
        pairs = zip(self.batches, batches, strict=False)
        same = (a.is_same(b) for a, b in pairs)
        return sum(1 for _ in takewhile(bool, same))


def _thinned(models: list[Model]) -> list[Model]:
    """The last eight models, of the eight before every second, of the 16 before every fourth...

    All but the last two are kept without what was computed from them.
    """
    last = models[-1].n_batches

    def gap(model: Model) -> int:
        return 1 << max(0, (last - model.n_batches).bit_length() - 3)

    if len(models) > _WHOLE and models[-1 - _WHOLE].is_fitted:
        waits = models[-1 - _WHOLE]
        models[-1 - _WHOLE] = replace(waits, estimator=lean(waits.estimator))
    return [model for model in models if model.n_batches % gap(model) == 0]
