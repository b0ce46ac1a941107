"""`cutplane predict`: labels and probabilities, or values, for a new table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options
from cutplane.cli.failures import explains_failures
from cutplane.progress import pulse

if TYPE_CHECKING:
    import pandas as pd

    from cutplane.tables.model import TableModel

EXAMPLE = "Example: cutplane predict runs/patients new_patients.csv --out answers.csv"


@explains_failures
def predict(
    folder: Annotated[
        Path, typer.Argument(help="A folder of `run` or `fit`, or the model.npz in it.")
    ],
    table: options.TableArgument,
    out: Annotated[
        Path | None, typer.Option(help="Write a CSV file instead of printing one.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Predict the rows of a new table: label and probabilities, or the value of a regression."""
    from cutplane.atomic import replacing
    from cutplane.tables.model import load_model
    from cutplane.tables.table import read_table

    with pulse("predict"):
        model = load_model(folder)
        predictions = model.predictions(read_table(table).features)
    if out is not None:
        with replacing(out) as file:
            file.write(predictions.to_csv(index=False).encode())
    if as_json:
        options.print_json(_described(model, predictions))
    elif out is None:
        typer.echo(predictions.to_csv(index=False), nl=False)


def _described(model: TableModel, predictions: pd.DataFrame) -> dict[str, object]:
    rows = json.loads(predictions.to_json(orient="records", double_precision=15))
    classes = None if model.classes is None else model.classes.tolist()
    answer = {"target": model.target, "task": model.task, "classes": classes}
    return answer | {"predictions": rows}
