"""`cutplane predict`: labels and probabilities, or values, for a new table."""

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from cutplane.cli import options
from cutplane.cli.failures import explains_failures
from cutplane.errors import InvalidInputError
from cutplane.progress import pulse
from cutplane.tables.model import Model, load_model
from cutplane.tables.table import read_table

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
    with pulse("predict"):
        model = load_model(folder)
        predictions = _predictions(model, read_table(table).features)
    if out is not None:
        _write(out, predictions.to_csv(index=False))
    if as_json:
        rows = json.loads(predictions.to_json(orient="records", double_precision=15))
        classes = None if model.classes is None else model.classes.tolist()
        answer = {"target": model.target, "task": model.task, "classes": classes}
        options.print_json(answer | {"predictions": rows})
    elif out is None:
        typer.echo(predictions.to_csv(index=False), nl=False)


def _predictions(model: Model, features: pd.DataFrame) -> pd.DataFrame:
    predictions = pd.DataFrame({"row": range(len(features))})
    if model.classes is None:
        return predictions.assign(value=model.predict(features))
    predictions["label"] = model.predict(features)
    for name, column in zip(model.classes, model.predict_proba(features).T, strict=True):
        predictions[f"probability {name}"] = column
    return predictions


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(
            f"cannot write {str(path)!r}: {error.strerror}; choose another --out"
        ) from error
