"""Play active learning on a labelled table: hide the labels, ask, learn, measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score, root_mean_squared_error

from cutplane._types import Index, Metadata
from cutplane.active.learner import ActiveLearner
from cutplane.active.oracle import ColumnOracle
from cutplane.active.run import run
from cutplane.active.stopping import Plateau, SmallVersionSpace, StablePredictions, StoppingRule
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.tables.model import Estimator
from cutplane.tables.split import Split

STOPPING_RULES = ("plateau", "small", "stable")


@dataclass(frozen=True)
class Plan:
    """How a label budget is spent.

    Attributes
    ----------
    query : str
        Name of the query strategy.
    budget : int
        Labels to ask for at most, between 1 and n_pool; every answer counts.
    batch_size : int
        Rows asked at once.
    seed : int
        Seed of the queries and of the held-out rows.
    query_model : {"center", "final"}, optional
        Whose scores choose the questions; the estimator's own by default.
    cut_agreeing : bool, optional
        Whether labels that the model had right cut too; the strategy's own by default.
    depth : float
        Where cuts of wrong rows pass: 0 deep, 1 neutral, more shallow.
    stop : tuple of str
        Rules of ``STOPPING_RULES``, any of which ends the run before the budget is spent.
    patience : int
        Answers that "plateau" and "stable" wait for.
    ratio : float
        Spread of the networks left, relative to their predictions, at which "small" stops.
    n_held_out : int
        Labels that "plateau" buys first, at random, to judge by; they count.
    """

    query: str
    budget: int
    batch_size: int = 1
    seed: int = 0
    query_model: str | None = None
    cut_agreeing: bool | None = None
    depth: float = 0.0
    stop: tuple[str, ...] = ()
    patience: int = 10
    ratio: float = 0.1
    n_held_out: int = 20


@dataclass
class Curve:
    """What the test rows say against labels asked.

    Attributes
    ----------
    query : str
    n_labels, n_cuts : list of int
        How often the oracle had been asked, and how many answers had led to a cut.
    measures : dict of str to list of float
        "accuracy", or "rmse" and "r2", of the test rows at that moment. While only one class
        is known, accuracy is the share of that class.
    log_volume, ratio : list of float or None
        What the cuts left by then, and the newest ones of that, as in the learner's
        ``history_``; None where there is no law.
    """

    query: str
    n_labels: list[int] = field(default_factory=list)
    n_cuts: list[int] = field(default_factory=list)
    measures: dict[str, list[float]] = field(default_factory=dict)
    log_volume: list[float | None] = field(default_factory=list)
    ratio: list[float | None] = field(default_factory=list)

    def add(
        self,
        n_labels: int,
        n_cuts: int,
        measures: dict[str, float],
        log_volume: float | None = None,
        ratio: float | None = None,
    ) -> None:
        """Append one moment."""
        self.n_labels.append(n_labels)
        self.n_cuts.append(n_cuts)
        self.log_volume.append(log_volume)
        self.ratio.append(ratio)
        for name, value in measures.items():
            self.measures.setdefault(name, []).append(value)

    @property
    def has_volume(self) -> bool:
        """Whether the evidence of any moment is known."""
        return any(value is not None for value in self.log_volume)

    @property
    def last(self) -> dict[str, float]:
        """The newest measures; empty before the first answer."""
        return {name: values[-1] for name, values in self.measures.items()}

    @property
    def area(self) -> dict[str, float]:
        """Mean of every measure over the label axis (trapezoids)."""
        width = self.n_labels[-1] - self.n_labels[0] if self.n_labels else 0
        if width == 0:
            return self.last
        return {
            name: float(np.trapezoid(values, self.n_labels) / width)
            for name, values in self.measures.items()
        }

    def as_dict(self) -> Metadata:
        """The curve in types that JSON knows."""
        counts = {"query": self.query, "n_labels": self.n_labels, "n_cuts": self.n_cuts}
        volume = {"log_volume": self.log_volume, "ratio": self.ratio} if self.has_volume else {}
        return counts | self.measures | volume | {"area": self.area}


@dataclass(frozen=True)
class Simulation:
    """What a simulated run ends with.

    Attributes
    ----------
    learner : ActiveLearner
    split : Split
        What the learner saw: the pool without the held-out rows.
    held_out_rows, held_out_labels : ndarray of shape (n_held_out,)
        Rows of the table whose labels were bought to judge by, and these labels.
    curve : Curve
    stopped_by : tuple of str
        The rules that ended the run; empty when the budget did.
    interrupted : bool
        Ctrl-C came before that; what was labelled by then is here.
    """

    learner: ActiveLearner
    split: Split
    held_out_rows: Index
    held_out_labels: NDArray
    curve: Curve
    stopped_by: tuple[str, ...]
    interrupted: bool

    @property
    def n_labels(self) -> int:
        """Answers of the oracle, the held-out ones included."""
        return self.learner.n_labels_ + len(self.held_out_rows)


def simulate(
    estimator: Estimator,
    split: Split,
    plan: Plan,
    on_answer: Callable[[Curve], None] | None = None,
) -> Simulation:
    """Spend a label budget on the pool and measure on the test rows after every answer.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Cloned, not changed.
    split : Split
        The learner sees ``X_pool``, and of ``y_pool`` only the rows it asks about.
    plan : Plan
    on_answer : callable, optional
        Called with the curve after every answer.

    Raises
    ------
    InvalidInputError
        The budget is larger than the pool, or an option has no such value.
    EmptyVersionSpaceError
        No network of the arrangement satisfies every answer (only with hard cuts).
    """
    _check(plan, len(split.y_pool))
    held_out = _held_out(split, plan)
    rules = _rules(split, plan, held_out)
    held_out_rows, held_out_labels = split.pool_rows[held_out], split.y_pool[held_out]
    split = split.without(held_out)
    learner = ActiveLearner(
        estimator,
        split.X_pool,
        query=plan.query,
        batch_size=plan.batch_size,
        random_state=plan.seed,
        query_model=plan.query_model,
        cut_agreeing=plan.cut_agreeing,
        depth=plan.depth,
    )
    curve = Curve(plan.query)
    stopped_by: list[str] = []

    def measure(learner: ActiveLearner) -> None:
        last = learner.history_[-1]
        left = last["log_volume"], last["ratio"]
        n_labels = learner.n_labels_ + len(held_out)
        curve.add(n_labels, learner.n_cuts_, measures(learner, split), *left)
        if on_answer is not None:
            on_answer(curve)

    def stop(learner: ActiveLearner) -> bool:
        stopped_by.extend(name for name, rule in rules.items() if rule(learner))
        return bool(stopped_by)

    interrupted = False
    try:
        left = plan.budget - len(held_out)
        run(learner, ColumnOracle(split.y_pool), left, on_answer=measure, stop=stop)
    except KeyboardInterrupt:
        interrupted = True
    return Simulation(
        learner, split, held_out_rows, held_out_labels, curve, tuple(stopped_by), interrupted
    )


def measures(learner: ActiveLearner, split: Split) -> dict[str, float]:
    """Accuracy, or RMSE and R2, of the learner's model on the test rows."""
    if not learner.is_fitted:
        return {"accuracy": float(np.mean(split.y_test == learner.labels_[0]))}
    predicted = learner.estimator_.predict(split.X_test)
    if isinstance(learner.estimator_, CuttingPlaneClassifier):
        return {"accuracy": float(np.mean(predicted == split.y_test))}
    return {
        "rmse": float(root_mean_squared_error(split.y_test, predicted)),
        "r2": float(r2_score(split.y_test, predicted)),
    }


def _check(plan: Plan, n_pool: int) -> None:
    if not 1 <= plan.budget <= n_pool:
        raise InvalidInputError(
            f"the budget is {plan.budget} labels and the pool holds {n_pool} rows; ask for 1 to "
            f"{n_pool}"
        )
    unknown = [name for name in plan.stop if name not in STOPPING_RULES]
    if unknown:
        raise InvalidInputError(
            f"there is no stopping rule {unknown[0]!r}; choose of {', '.join(STOPPING_RULES)}"
        )
    if plan.patience < 1:
        raise InvalidInputError(f"the patience is {plan.patience} answers; give at least 1")
    if not plan.ratio > 0:
        raise InvalidInputError(f"the ratio is {plan.ratio}; give a positive number such as 0.1")
    if "plateau" in plan.stop and not 1 <= plan.n_held_out < plan.budget:
        raise InvalidInputError(
            f"{plan.n_held_out} labels to judge a plateau by arrived with a budget of "
            f"{plan.budget}, which pays for them too; give at least 1 and fewer than the budget"
        )


def _held_out(split: Split, plan: Plan) -> Index:
    """Positions in the pool whose labels are bought to judge a plateau by."""
    if "plateau" not in plan.stop:
        return np.empty(0, dtype=np.intp)
    rng = np.random.default_rng(plan.seed)
    return rng.choice(len(split.y_pool), plan.n_held_out, replace=False)


def _rules(split: Split, plan: Plan, held_out: Index) -> dict[str, StoppingRule]:
    rules: dict[str, StoppingRule] = {}
    for name in plan.stop:
        if name == "plateau":
            X, y = split.X_pool[held_out], split.y_pool[held_out]
            rules[name] = Plateau(X, y, patience=plan.patience)
        elif name == "stable":
            rules[name] = StablePredictions(patience=plan.patience)
        else:
            rules[name] = SmallVersionSpace(plan.ratio)
    return rules
