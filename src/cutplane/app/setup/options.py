"""What somebody says who wants a table labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cutplane.app.answers.rules import SUGGEST, Suggest
from cutplane.app.setup.keys import read_keys
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.model import Estimator


def default_estimator(task: str, seed: int) -> Estimator:
    """The estimator of a task with the defaults of the library."""
    if task == "regression":
        return CuttingPlaneRegressor(random_state=seed)
    return CuttingPlaneClassifier(random_state=seed)


@dataclass(frozen=True)
class LabelOptions:
    """A table, and how its rows are to be labelled.

    Attributes
    ----------
    table : str or Path
        A file that :func:`cutplane.tables.table.read_table` reads, or a built-in data set.
    target : str or None
        Name of the labels. A column of that name holds labels that are known already.
    task : {"classification", "regression"} or None
        By default the journal's, that of the labels in the table, or else classes.
    missing, keep : tuple of str
        As for ``read_table`` and :meth:`Preprocessing.fit`.
    classes : tuple of str
        All classes there are, as they are typed; with none, people may type new ones.
    keys : tuple of str
        Keys of the page for classes, such as ``"good=g"``; 1 to 9 and free letters by default.
    guide : Path or None
        A text in Markdown that says how to label.
    budget : int or None
        Answers to be paid for.
    journal : str, Path or None
        A file, or the URL of a PostgreSQL database; ``TABLE.journal`` beside the table by default.
    columns : tuple of str
        What is shown of a row, in order; all columns by default.
    image : str or None
        A column of paths, from the table's folder, to pictures that are shown.
    low, high : float or None
        Limits of values.
    suggest : {"off", "after", "key"}
        When a suggestion of the model is shown: never, after the answer, or on a key.
    blind : float
        Share of questions without suggestion, from 0 to 1.
    overlap : float
        Share of rows that a second person is asked about, from 0 to 1.
    tolerance : float
        Values at most so far apart agree.
    unknown : int
        People who do not know until a row is not asked again.
    annotator : str or None
        Name of whoever starts it; that of the login by default.
    query : str or None
        How questions are chosen; the default of :class:`cutplane.ActiveLearner` by default.
    seed : int
    estimator : callable (task, seed) -> estimator
        The learner behind the questions.

    Raises
    ------
    InvalidInputError
        An option makes no sense by itself or beside the others.
    """

    table: str | Path
    target: str | None = None
    task: str | None = None
    missing: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    guide: Path | None = None
    budget: int | None = None
    journal: str | Path | None = None
    columns: tuple[str, ...] = ()
    image: str | None = None
    low: float | None = None
    high: float | None = None
    suggest: Suggest = "off"
    blind: float = 0.2
    overlap: float = 0.0
    tolerance: float = 0.0
    unknown: int = 1
    annotator: str | None = None
    query: str | None = None
    seed: int = 0
    estimator: Callable[[str, int], Estimator] = default_estimator

    def __post_init__(self) -> None:
        _check_classes(self.classes)
        read_keys(self.keys, self.classes)
        _check_limits(self.low, self.high)
        if self.budget is not None and self.budget < 1:
            raise InvalidInputError(
                f"a budget of {self.budget} answers arrived; give at least 1, or leave it out"
            )
        if self.suggest not in SUGGEST:
            raise InvalidInputError(
                f"suggestions {self.suggest!r} arrived; choose one of {', '.join(SUGGEST)}"
            )
        for name in ("blind", "overlap"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInputError(
                    f"{name} is {getattr(self, name)}; give a share of the rows from 0 to 1"
                )


def _check_classes(classes: Sequence[str]) -> None:
    """Refuse classes that cannot be told apart, or fewer than two."""
    if any(not name.strip() for name in classes):
        raise InvalidInputError(f"classes {list(classes)} arrived, one without a name; name it")
    plain = Counter(name.strip().casefold() for name in classes)
    repeated = [name for name in classes if plain[name.strip().casefold()] > 1]
    if repeated:
        raise InvalidInputError(
            f"classes {', '.join(map(repr, repeated))} arrived, which look alike; name each once"
        )
    if len(classes) == 1:
        raise InvalidInputError(
            f"{classes[0]!r} is the only class; name all of them, at least two, or none, and "
            "people may type new ones"
        )


def _check_limits(low: float | None, high: float | None) -> None:
    """Refuse limits between which there is no value."""
    for name, limit in (("low", low), ("high", high)):
        if limit is not None and not abs(limit) < float("inf"):
            raise InvalidInputError(f"the limit {name} is {limit}; give a finite number")
    if low is not None and high is not None and low >= high:
        raise InvalidInputError(
            f"the limits are {low:g} and {high:g}; give a low one below the high one"
        )
