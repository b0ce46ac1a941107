"""`cutplane query`: which rows of a partly labelled table, or points of a box, to label next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.estimator import EstimatorOptions, describes_estimator
from cutplane.errors import InvalidInputError

EXAMPLE = (
    "Examples: cutplane query patients.csv --target diagnosis -n 10  |  "
    "cutplane query points.csv --target safe --domain -1,1 --domain 0,5"
)


@describes_estimator
def query(
    table: options.TableArgument,
    *,
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
    estimator: EstimatorOptions,
    seed: options.Seed = 0,
    as_json: options.AsJson = False,
) -> None:
    """Read a partly labelled table and print the next rows to label, numbered from 0.

    With no label yet, or one class only, the rows cover the table.
    """
    from cutplane.tables.questions import next_points, next_rows
    from cutplane.tables.table import read_table

    data = read_table(table, target, task=task, may_be_empty=bool(domain))
    network = estimator.build(data.task, seed, verbose=True)
    if domain:
        box = parse_box(domain, data.features.shape[1])
        points = next_points(data, box, network, n, query=strategy, seed=seed)
        answer = {"points": points.to_dict(orient="records")}
        text = points.to_csv(index=False)
    else:
        asked = next_rows(data, network, n, query=strategy, seed=seed)
        rows = [row.number for row in asked.rows]
        answer = {"rows": rows}
        text = "".join(f"{row}\n" for row in rows)
    if as_json:
        say.as_json(answer | {"n_labels": len(data.labels), "task": data.task})
        return
    say.rows(text)
    if not text:
        say.remark("Every row has a label; there is nothing to ask.")


def parse_box(domain: Sequence[str], n_columns: int) -> list[tuple[float, float]]:
    """Turn "LOW,HIGH", given once or for every column, into one pair for each column."""
    try:
        bounds = [tuple(float(part) for part in text.split(",")) for text in domain]
    except ValueError:
        bounds = []
    ordered = all(
        len(pair) == 2 and all(map(math.isfinite, pair)) and pair[0] < pair[1] for pair in bounds
    )
    if not bounds or not ordered or len(bounds) not in (1, n_columns):
        raise InvalidInputError(
            f"--domain is {' '.join(domain)!r}; give LOW,HIGH with LOW below HIGH once, or once "
            f"for each of the {n_columns} feature columns"
        )
    box = [(low, high) for low, high in bounds]
    return box if len(box) == n_columns else box * n_columns
