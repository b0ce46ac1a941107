"""`cutplane query`: which rows of a partly labelled table, or points of a box, to label next."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from cutplane.active.learner import ActiveLearner
from cutplane.cli import options
from cutplane.cli.failures import explains_failures
from cutplane.errors import InvalidInputError
from cutplane.runs.simulation import Estimator
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.table import Table, read_table

EXAMPLE = (
    "Examples: cutplane query patients.csv --target diagnosis -n 10  |  "
    "cutplane query points.csv --target safe --domain -1,1 --domain 0,5"
)


@explains_failures
def query(
    table: options.TableArgument,
    target: options.Target = None,
    n: Annotated[int, typer.Option("-n", help="How many rows or points.")] = 1,
    task: options.Task = None,
    strategy: options.Query = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            help="LOW,HIGH: ask about points of this box instead of rows; once, or once for every "
            "feature column in order."
        ),
    ] = None,
    hidden: options.Hidden = "200",
    activation: options.Activation = "relu",
    cost: options.Cost = None,
    epsilon: options.Epsilon = None,
    radius: options.Radius = None,
    final_solve: options.FinalSolve = None,
    center: options.CenterName = "analytic",
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Read a partly labelled table and print the next rows to label, numbered from 0.

    With no label yet, or one class only, the rows cover the table.
    """
    data = read_table(table, target, task=task, may_be_empty=bool(domain))
    estimator = options.build_estimator(
        data.task,
        hidden=hidden,
        activation=activation,
        cost=cost,
        epsilon=epsilon,
        radius=radius,
        final_solve=final_solve,
        center=center,
        seed=seed,
        verbose=True,
    )
    if domain:
        points = _points(data, domain, estimator, n, strategy, seed)
        answer = {"points": points.to_dict(orient="records")}
        text = points.to_csv(index=False)
    else:
        rows = _rows(data, estimator, n, strategy, seed)
        answer = {"rows": rows}
        text = "".join(f"{row}\n" for row in rows)
    if as_json:
        options.print_json(answer | {"n_labels": len(data.labels), "task": data.task})
    else:
        typer.echo(text, nl=False)
        if not text:
            typer.echo("Every row has a label; there is nothing to ask.", err=True)


def _rows(data: Table, estimator: Estimator, n: int, strategy: str | None, seed: int) -> list[int]:
    X = Preprocessing.fit(data.features).transform(data.features)
    learner = ActiveLearner(estimator, X, query=strategy, random_state=seed)
    learner.tell(data.labelled_rows, data.labels)
    return [int(row) for row in learner.ask(n)]


def _points(
    data: Table,
    domain: Sequence[str],
    estimator: Estimator,
    n: int,
    strategy: str | None,
    seed: int,
) -> pd.DataFrame:
    """Points in the table's own units; the model sees the box as [-1, 1] in every column."""
    corners = _corners(domain, list(data.features.columns))
    preprocessing = Preprocessing.fit(corners)
    low, high = preprocessing.transform(corners)
    learner = ActiveLearner(estimator, query=strategy, domain=(low, high), random_state=seed)
    if len(data.labels):
        known = preprocessing.transform(data.features.iloc[data.labelled_rows])
        learner.tell(known, data.labels)
    return preprocessing.inverse_transform(learner.ask(n))


def _corners(domain: Sequence[str], columns: list[str]) -> pd.DataFrame:
    """The lowest and the highest corner of the box, as a table of two rows."""
    try:
        bounds = [tuple(float(part) for part in text.split(",")) for text in domain]
    except ValueError:
        bounds = []
    ordered = all(
        len(pair) == 2 and np.isfinite(pair).all() and pair[0] < pair[1] for pair in bounds
    )
    if not bounds or not ordered or len(bounds) not in (1, len(columns)):
        raise InvalidInputError(
            f"--domain is {' '.join(domain)!r}; give LOW,HIGH with LOW below HIGH once, or once "
            f"for each of the {len(columns)} feature columns"
        )
    if len(bounds) == 1:
        bounds *= len(columns)
    return pd.DataFrame(np.transpose(bounds), columns=columns)
