"""What is learnt of a project: one estimator for each control, on the same columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Array, Metadata, Rows
from cutplane.active.events import Label
from cutplane.app.label_studio.answers import Told
from cutplane.app.label_studio.config import Control
from cutplane.app.label_studio.payload import file_name
from cutplane.app.label_studio.reading import Reading
from cutplane.errors import CutplaneError, InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.model import TableModel
from cutplane.tables.pool import pool_of
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.table import Table

#: Rows of a pool that stand for more of them.
_PROBE_ROWS = 20_000
#: A standard deviation to both sides of a normal law's mean.
_COVERAGE = 0.6827
#: Of a project that has no model yet.
UNTRAINED = "cutplane-0"
#: Of all versions.
PREFIX = "cutplane-"


class Guess(NamedTuple):
    """What a control's estimator says of n rows.

    Attributes
    ----------
    labels : ndarray of shape (n,)
    scores : ndarray of shape (n,)
        Between 0 and 1, larger where it is surer: the probability of the class, or for numbers
        1 / (1 + h), where h is half the interval that holds the label with a probability of
        0.68, in standard deviations of the labels.
    """

    labels: NDArray
    scores: Array


@dataclass(frozen=True, eq=False)
class Learnt:
    """What is learnt of one control.

    Attributes
    ----------
    control : Control
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
    spread : float
        Standard deviation of the labels; of numbers.
    """

    control: Control
    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor
    spread: float = 1.0

    def guess(self, X: Rows) -> Guess:
        """Labels of rows, and how sure they are."""
        if isinstance(self.estimator, CuttingPlaneRegressor):
            low, high = self.estimator.predict_interval(X, _COVERAGE)
            half = (high - low) / 2 / self.spread
            return Guess(self.estimator.values(self.estimator.scores(X)), 1 / (1 + half))
        shares = self.estimator.predict_proba(X)
        return Guess(self.estimator.classes_[shares.argmax(axis=1)], shares.max(axis=1))


@dataclass(frozen=True, eq=False)
class StudioModel:
    """A model of a project; frozen, so that predictions never wait for training.

    Attributes
    ----------
    version : str
        Another one whenever labels or tasks are others.
    embedded : dict of str to str
        Fields that were embedded.
    preprocessing : Preprocessing
    learnt : tuple of Learnt
        Of the controls that have enough labels.
    said : tuple of str
        Why others have none, and what was left out.
    """

    version: str
    embedded: Mapping[str, str]
    preprocessing: Preprocessing
    learnt: tuple[Learnt, ...]
    said: tuple[str, ...]

    def predictions(self, reading: Reading) -> list[Metadata]:
        """A prediction for each task; its score is that of the least sure control."""
        columns = self.preprocessing.columns
        missing = [name for name in columns if name not in reading.features]
        empty = pd.DataFrame(np.nan, reading.features.index, missing)
        X = self.preprocessing.transform(pd.concat([reading.features, empty], axis=1))
        guesses = [own.guess(X) for own in self.learnt]
        results = [
            [own.control.result(label, score) for label, score in zip(*_plain(guess), strict=True)]
            for own, guess in zip(self.learnt, guesses, strict=True)
        ]
        scores = np.min([guess.scores for guess in guesses], axis=0).tolist()
        return [
            {"result": list(result), "score": score, "model_version": self.version}
            for result, score in zip(zip(*results, strict=True), scores, strict=True)
        ]

    def write(self, folder: Path) -> None:
        """Keep the networks of every control as a model folder, for ``cutplane predict``.

        Raises
        ------
        InvalidInputError
            Nothing can be written there.
        """
        for own in self.learnt:
            path = folder / file_name(own.control.name)
            path.mkdir(exist_ok=True)
            model = TableModel.from_estimator(own.estimator, self.preprocessing, own.control.name)
            model.save(path / "model.npz")


def learn(
    told: Mapping[Control, Told],
    reading: Reading,
    embedded: Mapping[str, str],
    seed: int,
    said: Sequence[str] = (),
) -> StudioModel:
    """Learn all controls of a project.

    Parameters
    ----------
    told : dict of Control to Told
        Rows are those of the reading.
    reading : Reading
        Of all tasks.
    embedded : dict of str to str
        Fields that were embedded, as they are to be again.
    seed : int
    said : sequence of str
        What there is to say about the labels.

    Returns
    -------
    StudioModel
        Controls that cannot be learnt yet are left out, with a sentence.

    Raises
    ------
    InvalidInputError
        No column of the tasks can be read.
    """
    pool = pool_of(Table("tasks", reading.features), reading.embedded)
    remarks = [*said, *reading.said, *(remark.message for remark in pool.report.remarks)]
    learnt = []
    for control, own in told.items():
        try:
            learnt.append(_learnt(control, own, pool.X, seed))
        except CutplaneError as error:
            remarks.append(f"{control.name!r} is not learnt yet: {error}.")
    version = _version(told, len(reading.features)) if learnt else UNTRAINED
    return StudioModel(version, embedded, pool.preprocessing, tuple(learnt), tuple(remarks))


def _learnt(control: Control, told: Told, X: Rows, seed: int) -> Learnt:
    probe = X[:: -(-X.shape[0] // _PROBE_ROWS)]
    labels = np.array(told.labels)
    n_different = np.unique(labels).size
    if n_different < 2:
        raise InvalidInputError(
            f"{len(labels)} labels, {n_different} of them different, are there; two different "
            "ones are needed"
        )
    if control.is_regression:
        numbers = CuttingPlaneRegressor(random_state=seed)
        return Learnt(control, numbers.fit(X[told.rows], labels, X_pool=probe), labels.std())
    classes = CuttingPlaneClassifier(random_state=seed)
    return Learnt(control, classes.fit(X[told.rows], labels, X_pool=probe, annotator=told.people))


def _plain(guess: Guess) -> tuple[list[Label], list[float]]:
    return guess.labels.tolist(), guess.scores.tolist()


def _version(told: Mapping[Control, Told], n_tasks: int) -> str:
    """Number of labels, and a digest of them and of how many tasks there are."""
    content: Sequence[object] = [[control.name, *own] for control, own in told.items()]
    digest = hashlib.sha256(json.dumps([n_tasks, content]).encode()).hexdigest()[:8]
    return f"{PREFIX}{sum(len(own.rows) for own in told.values())}-{digest}"
