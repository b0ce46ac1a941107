"""The run folder: labels, counts, model and pictures, all of it or nothing."""

import csv
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from cutplane.errors import InvalidInputError
from cutplane.model_file import Model
from cutplane.plotting import boundary_figure, curve_figure, save_figure
from cutplane.simulation import Curve, Simulation, Split
from cutplane.tables import Table


@contextmanager
def run_folder(path: str | Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary sibling to write into; it takes the name `path` when the block ends well.

    Parameters
    ----------
    path : str or Path
        The folder to make; parents are made too.
    overwrite : bool
        Replace a run folder of that name.

    Yields
    ------
    Path
        An empty folder, removed if the block raises.

    Raises
    ------
    InvalidInputError
        The folder exists, is not a run folder, or cannot be written.
    """
    path = Path(path)
    _require_free(path, overwrite)
    new_parents = [parent for parent in path.parents if not parent.exists()]
    partial = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.partial"
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise InvalidInputError(
            f"cannot write to {str(path.parent)!r}: {error.strerror}; choose another --out"
        ) from error
    try:
        yield partial
        _replace(path, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for parent in new_parents:
            with suppress(OSError):  # not empty: the run folder is there
                parent.rmdir()


def _require_free(path: Path, overwrite: bool) -> None:
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise InvalidInputError(
            f"{str(path)!r} exists already; choose another --out or pass --overwrite"
        )
    # Never delete what a run did not write.
    if not path.is_dir() or (any(path.iterdir()) and not (path / "metrics.json").is_file()):
        raise InvalidInputError(f"{str(path)!r} is not a run folder; choose another --out")


def _replace(path: Path, partial: Path) -> None:
    if not path.exists():
        partial.rename(path)
        return
    old = partial.with_suffix(".old")
    path.rename(old)
    partial.rename(path)
    shutil.rmtree(old)


def write_run(
    folder: Path,
    table: Table,
    split: Split,
    simulation: Simulation,
    comparisons: Sequence[Curve] = (),
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write `labels.csv`, `metrics.json`, `model.npz`, `curve.png` and `boundary.png`.

    There is no `model.npz` when the answers named one class only, and a `boundary.png` only for a
    model of two numeric columns.

    Parameters
    ----------
    folder : Path
        An existing, empty folder.
    table, split, simulation
        What was run, and what came of it.
    comparisons : sequence of Curve
        Drawn beside the run's own curve.
    settings : dict, optional
        The options of the run, in types that JSON knows.

    Returns
    -------
    dict
        What was written to `metrics.json`.
    """
    learner = simulation.learner
    asked, labels = np.asarray(learner.labels_rows_, dtype=int), np.asarray(learner.labels_)
    _write_labels(folder / "labels.csv", split.pool_rows[asked], labels)
    title = f"{table.name}: {learner.n_labels_} labels, {learner.n_cuts_} cuts"
    figure = curve_figure([simulation.curve, *comparisons], title)
    save_figure(figure, folder / "curve.png")
    if learner.is_fitted:
        target = str(table.target.name) if table.target is not None else ""
        model = Model.from_classifier(learner.estimator_, split.preprocessing, target)
        model.save(folder / "model.npz")
        if len(split.preprocessing.numeric) == 2 and not split.preprocessing.categorical:
            pool = table.features.iloc[split.pool_rows]
            figure = boundary_figure(model, pool, asked, labels, title)
            save_figure(figure, folder / "boundary.png")
    metrics = _metrics(table, split, simulation, comparisons) | {"settings": settings or {}}
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def _metrics(table, split, simulation, comparisons) -> dict[str, Any]:
    learner, curve = simulation.learner, simulation.curve
    return {
        "table": table.name,
        "target": None if table.target is None else str(table.target.name),
        "n_pool": len(split.pool_rows),
        "n_test": len(split.test_rows),
        "n_unlabelled": len(table.features) - len(table.labelled_rows),
        "n_features": split.X_pool.shape[1],
        "dropped_columns": split.preprocessing.dropped,
        "n_labels": int(learner.n_labels_),
        "n_cuts": int(learner.n_cuts_),
        "accuracy": curve.accuracy[-1] if curve.accuracy else None,
        "interrupted": simulation.interrupted,
        "fitted": bool(learner.is_fitted),
        "curve": curve.as_dict(),
        "comparisons": [comparison.as_dict() for comparison in comparisons],
    }


def _write_labels(path: Path, rows: np.ndarray, labels: np.ndarray) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["order", "row", "label"])
        answers = zip(rows.tolist(), labels.tolist(), strict=True)
        for order, (row, label) in enumerate(answers, start=1):
            writer.writerow([order, row, label])
