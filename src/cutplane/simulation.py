"""Play active learning on a labelled table: split it, hide the labels, ask, measure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cutplane.loop import ActiveLearner, run
from sklearn.model_selection import train_test_split

from cutplane.errors import InvalidInputError
from cutplane.oracle import ColumnOracle
from cutplane.preprocessing import Preprocessing
from cutplane.tables import Table


@dataclass(frozen=True)
class Split:
    """A labelled table divided into what may be asked about and what measures the result.

    Attributes
    ----------
    X_pool, X_test : ndarray of shape (n_pool, d), (n_test, d)
        Encoded rows; the preprocessing is fitted to the pool alone.
    y_pool, y_test : ndarray of shape (n_pool,), (n_test,)
    pool_rows, test_rows : int ndarray
        Their row numbers in the table.
    preprocessing : Preprocessing
    """

    X_pool: np.ndarray
    y_pool: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    pool_rows: np.ndarray
    test_rows: np.ndarray
    preprocessing: Preprocessing


def split_table(table: Table, test_size: float | None = None, seed: int = 0) -> Split:
    """Divide the labelled rows at random, each class in proportion.

    Parameters
    ----------
    table : Table
        Rows without a label are left out: a simulated oracle has no answer for them.
    test_size : float, optional
        Share of rows kept for testing, between 0 and 1; the table's own by default.
    seed : int
        Decides the split.

    Raises
    ------
    InvalidInputError
        The target does not hold two classes with enough rows, or no column is usable.
    """
    test_size = table.test_size if test_size is None else test_size
    if not 0 < test_size < 1:
        raise InvalidInputError(f"the test share is {test_size}; it must lie between 0 and 1")
    labels = table.labels
    _require_two_classes(table, labels)
    smallest = np.unique(labels, return_counts=True)[1].min()
    n_test = int(np.ceil(test_size * len(labels)))
    if smallest < 2 or min(n_test, len(labels) - n_test) < 2:
        raise InvalidInputError(
            f"{len(labels)} labelled rows, {smallest} of the rarer class and a test share of "
            f"{test_size} leave pool or test set without a class; both need a row of each class"
        )
    positions = train_test_split(
        np.arange(len(labels)), test_size=n_test, stratify=labels, random_state=seed
    )
    pool, test = (np.sort(part) for part in positions)
    rows = table.labelled_rows
    pool_features = table.features.iloc[rows[pool]]
    preprocessing = Preprocessing.fit(pool_features)
    return Split(
        X_pool=preprocessing.transform(pool_features),
        y_pool=labels[pool],
        X_test=preprocessing.transform(table.features.iloc[rows[test]]),
        y_test=labels[test],
        pool_rows=rows[pool],
        test_rows=rows[test],
        preprocessing=preprocessing,
    )


def _require_two_classes(table: Table, labels: np.ndarray) -> None:
    if table.target is None:
        columns = ", ".join(map(str, table.features.columns[:20]))
        raise InvalidInputError(
            f"{table.name!r} has no target; name it with --target, one of {columns}"
        )
    name = table.target.name or "y"
    if table.task == "regression":
        raise InvalidInputError(
            f"the target {name!r} holds numbers to predict, not classes, and regression is not "
            "there yet; choose a target of two classes"
        )
    classes = np.unique(labels)
    if len(classes) < 2:
        found = f"one class ({classes[0]})" if len(classes) else "no label"
        raise InvalidInputError(f"the target {name!r} holds {found}; two classes are needed")
    if len(classes) > 2:
        shown = ", ".join(map(str, classes[:5])) + (", ..." if len(classes) > 5 else "")
        raise InvalidInputError(
            f"the target {name!r} holds {len(classes)} classes ({shown}), and multi-class is not "
            "there yet; choose a target of two classes"
        )


@dataclass
class Curve:
    """Test accuracy against labels asked.

    Attributes
    ----------
    query : str
    n_labels, n_cuts : list of int
        How often the oracle had been asked, and how many answers had led to a cut.
    accuracy : list of float
        Share of test rows predicted right at that moment; while only one class is known, the
        share of that class.
    """

    query: str
    n_labels: list[int] = field(default_factory=list)
    n_cuts: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    @property
    def area(self) -> float | None:
        """Mean accuracy over the label axis (trapezoids), between 0 and 1."""
        if len(self.n_labels) < 2:
            return self.accuracy[0] if self.accuracy else None
        width = self.n_labels[-1] - self.n_labels[0]
        return float(np.trapezoid(self.accuracy, self.n_labels) / width)

    def as_dict(self) -> dict[str, Any]:
        """The curve in types that JSON knows."""
        return {
            "query": self.query,
            "area": self.area,
            "n_labels": self.n_labels,
            "n_cuts": self.n_cuts,
            "accuracy": self.accuracy,
        }


@dataclass(frozen=True)
class Simulation:
    """What a simulated run ends with.

    Attributes
    ----------
    learner : ActiveLearner
    curve : Curve
    interrupted : bool
        Ctrl-C came before the budget was spent; what was labelled by then is here.
    """

    learner: ActiveLearner
    curve: Curve
    interrupted: bool


def simulate(
    estimator,
    split: Split,
    *,
    query: str,
    budget: int,
    batch_size: int = 1,
    seed: int = 0,
    on_answer: Callable[[Curve], None] | None = None,
) -> Simulation:
    """Spend a label budget on the pool and measure on the test rows after every answer.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier
        Cloned, not changed.
    split : Split
        The learner sees `X_pool`, and of `y_pool` only the rows it asks about.
    query : str
        Name of the query strategy.
    budget : int
        Labels to ask for, between 1 and n_pool; every answer counts.
    batch_size : int
        Rows asked at once.
    seed : int
        Seed of the queries.
    on_answer : callable, optional
        Called with the curve after every answer.

    Raises
    ------
    InvalidInputError
        The budget is larger than the pool, or an option has no such value.
    EmptyVersionSpaceError
        No network of the arrangement satisfies every answer (only with hard cuts).
    """
    n_pool = len(split.y_pool)
    if not 1 <= budget <= n_pool:
        raise InvalidInputError(
            f"the budget is {budget} labels and the pool holds {n_pool} rows; ask for 1 to {n_pool}"
        )
    learner = ActiveLearner(
        estimator, split.X_pool, query=query, batch_size=batch_size, random_state=seed
    )
    curve = Curve(query)

    def measure(learner: ActiveLearner) -> None:
        curve.n_labels.append(int(learner.n_labels_))
        curve.n_cuts.append(int(learner.n_cuts_))
        curve.accuracy.append(_accuracy(learner, split))
        if on_answer is not None:
            on_answer(curve)

    try:
        run(learner, ColumnOracle(split.y_pool), budget, on_answer=measure)
    except KeyboardInterrupt:
        return Simulation(learner, curve, interrupted=True)
    # `run` may itself end early and quietly on Ctrl-C.
    return Simulation(learner, curve, interrupted=learner.n_labels_ < budget)


def _accuracy(learner: ActiveLearner, split: Split) -> float:
    if not learner.is_fitted:
        return float(np.mean(split.y_test == learner.labels_[0]))
    return float(learner.estimator_.score(split.X_test, split.y_test))
