"""`cutplane predict`: labels and probabilities, or values, for a new table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.outputs import require_file
from cutplane.progress import pulse

if TYPE_CHECKING:
    import pandas as pd

    from cutplane.tables.model import TableModel

#: Remarks about the label column, which the model does not read.
_OF_LABELS = ("likely label", "labels", "task")

EXAMPLE = "Example: cutplane predict runs/patients new_patients.csv --out answers.csv"


def predict(
    folder: Annotated[
        Path, typer.Argument(help="A folder of `run` or `fit`, or the model.npz in it.")
    ],
    table: options.TableArgument,
    id_column: Annotated[
        str | None, typer.Option("--id", help="A column of the table to put beside the answers.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write a CSV file instead of printing one.")
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Predict the rows of a new table: label and probabilities, or the value of a regression.

    Numbers have six digits; --json has all of them.
    """
    from cutplane.atomic import replacing
    from cutplane.spreadsheet import csv_text
    from cutplane.tables.model import load_model
    from cutplane.tables.table import read_table

    if out is not None:
        require_file(out, overwrite, folder, table)
    with pulse("predict"):
        model = load_model(folder)
        data = read_table(table)
        predictions = model.predictions(data, id_column)
    read = [remark for remark in data.report.remarks if remark.kind not in _OF_LABELS]
    report = replace(data.report, remarks=()).with_remarks([*read, *predictions.remarks])
    say.remarks(report.remarks)
    if model.threshold is not None and model.classes is not None:
        say.remark(options.of_threshold(model.classes.tolist()[1], model.threshold))
    text = csv_text(predictions.frame, float_format="%.6g")
    if out is not None:
        with replacing(out) as file:
            file.write(text.encode(errors="backslashreplace"))
    if as_json:
        say.as_json(_described(model, predictions.frame) | {"report": report.as_dict()})
    elif out is None:
        say.rows(text)


def _described(model: TableModel, predictions: pd.DataFrame) -> dict[str, object]:
    rows = json.loads(predictions.to_json(orient="records", double_precision=15))
    classes = None if model.classes is None else model.classes.tolist()
    answer = {"target": model.target, "task": model.task, "classes": classes}
    return answer | {"threshold": model.threshold, "predictions": rows}
