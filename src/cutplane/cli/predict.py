"""`cutplane predict`: labels and probabilities, or values, for a new table."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import options, say
from cutplane.cli.outputs import require_file
from cutplane.errors import InvalidInputError
from cutplane.progress import pulse

if TYPE_CHECKING:
    import pandas as pd

    from cutplane._types import Metadata
    from cutplane.tables.model import TableModel
    from cutplane.tables.report import Remark

#: Remarks about the label column, which the model does not read.
_OF_LABELS = ("likely label", "labels", "task")

EXAMPLE = "Example: cutplane predict runs/patients new_patients.csv --out answers.csv"


def predict(
    folder: Annotated[
        Path, typer.Argument(help="A folder of `run` or `fit`, or the model.npz in it.")
    ],
    table: options.TableOrFolder,
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

    Numbers have six digits; --json has all of them. A folder of Parquet files is predicted block by
    block, whatever its size, and --json says where the predictions are.
    """
    from cutplane.atomic import replacing
    from cutplane.spreadsheet import csv_text
    from cutplane.tables.model import load_model
    from cutplane.tables.table import read_table

    is_folder = Path(table).is_dir()
    if out is not None:
        require_file(out, overwrite, folder, *(_files(table) if is_folder else [table]))
    if is_folder:
        _of_folder(folder, table, id_column, out, as_json=as_json)
        return
    with pulse("predict"):
        model = load_model(folder)
        data = read_table(table)
        predictions = model.predictions(data, id_column)
    read = [remark for remark in data.report.remarks if remark.kind not in _OF_LABELS]
    report = replace(data.report, remarks=()).with_remarks([*read, *predictions.remarks])
    say.remarks(report.remarks)
    _say_threshold(model)
    text = csv_text(predictions.frame, float_format="%.6g")
    if out is not None:
        with replacing(out) as file:
            file.write(text.encode(errors="backslashreplace"))
    if as_json:
        say.as_json(_described(model, predictions.frame) | {"report": report.as_dict()})
    elif out is None:
        say.rows(text)


def _files(folder: str) -> list[Path]:
    """The files of a folder that are read."""
    from cutplane.scanning.parquet_files import parquet_files

    return parquet_files(Path(folder))[0]


def _of_folder(
    folder: Path, table: str, id_column: str | None, out: Path | None, *, as_json: bool
) -> None:
    """Predict the Parquet files of a folder into a file, or onto stdout, as they are read."""
    from cutplane.atomic import replacing
    from cutplane.spreadsheet import csv_text
    from cutplane.tables.model import load_model
    from cutplane.tables.report import TableReport
    from cutplane.tables.stored_predictions import joined, stored_predictions

    if as_json and out is None:
        raise InvalidInputError(
            f"--json arrived for the folder {table!r}, whose predictions are too many for a line; "
            "pass --out FILE too"
        )
    model, n_rows = load_model(folder), 0
    found: list[Remark] = []
    with pulse("predict"), replacing(out) if out is not None else nullcontext() as file:
        for own in stored_predictions(model, table, id_column):
            text = csv_text(own.frame, float_format="%.6g", header=n_rows == 0)
            if file is None:
                say.rows(text)
            else:
                file.write(text.encode(errors="backslashreplace"))
            n_rows += len(own.frame)
            found += own.remarks
    said = joined(found)
    say.remarks(said)
    _say_threshold(model)
    if as_json:
        report = TableReport(Path(table).name, n_rows, len(model.preprocessing.columns))
        about = _about(model) | {"n_rows": n_rows, "out": str(out)}
        say.as_json(about | {"report": report.with_remarks(said).as_dict()})


def _say_threshold(model: TableModel) -> None:
    if model.threshold is not None and model.classes is not None:
        say.remark(options.of_threshold(model.classes.tolist()[1], model.threshold))


def _described(model: TableModel, predictions: pd.DataFrame) -> Metadata:
    rows = json.loads(predictions.to_json(orient="records", double_precision=15))
    return _about(model) | {"predictions": rows}


def _about(model: TableModel) -> Metadata:
    classes = None if model.classes is None else model.classes.tolist()
    answer = {"target": model.target, "task": model.task, "classes": classes}
    return answer | {"threshold": model.threshold}
