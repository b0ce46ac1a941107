"""`cutplane predict`: labels and scores for a new table."""

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from cutplane.cli.failures import explains_failures
from cutplane.errors import InvalidInputError
from cutplane.model_file import load_model
from cutplane.tables import read_table


@explains_failures
def predict(
    folder: Annotated[Path, typer.Argument(help="A run folder, or the model.npz in it.")],
    table: Annotated[str, typer.Argument(help="A .csv, .parquet or .npz file, or a data set.")],
    out: Annotated[
        Path | None, typer.Option(help="Write a CSV file instead of printing one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of CSV.")] = False,
) -> None:
    """Predict the rows of a new table: row, label and score, positive for the second class."""
    model = load_model(folder)
    scores = model.decision_function(read_table(table).features)
    predictions = pd.DataFrame({"label": model.labels_of(scores)})
    if scores.ndim == 1:
        predictions["score"] = scores
    else:
        for name, column in zip(model.classes, scores.T, strict=True):
            predictions[f"score {name}"] = column
    predictions.insert(0, "row", range(len(predictions)))
    if out is not None:
        _write(out, predictions.to_csv(index=False))
    if as_json:
        rows = json.loads(predictions.to_json(orient="records", double_precision=15))
        classes = model.classes.tolist()
        typer.echo(json.dumps({"target": model.target, "classes": classes, "predictions": rows}))
    elif out is None:
        typer.echo(predictions.to_csv(index=False), nl=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(
            f"cannot write {str(path)!r}: {error.strerror}; choose another --out"
        ) from error
