"""The run folder: labels, counts, model and pictures, all of it or nothing."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutplane._types import Index, Metadata
from cutplane.active.learner import ActiveLearner
from cutplane.archive import damaged, write_json
from cutplane.atomic import replacing
from cutplane.drawing import save_figure
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.folders import replacing_folder, settle
from cutplane.runs.figures import can_be_drawn, curve_figure, model_figure
from cutplane.runs.simulation import Curve, Simulation
from cutplane.space.target import Target
from cutplane.spreadsheet import neutral
from cutplane.tables.model import Estimator, TableModel
from cutplane.tables.table import Table


@contextmanager
def run_folder(path: str | Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to write a run into; it takes the name ``path`` when the block ends well.

    Parameters
    ----------
    path : str or Path
        The folder to make; parents are made too.
    overwrite : bool
        Replace a run folder of that name; it stays until the new one is complete.

    Yields
    ------
    Path
        An empty folder, removed if the block raises; see
        :func:`cutplane.folders.replacing_folder`.

    Raises
    ------
    InvalidInputError
        The folder exists, is not a run folder, is written by another process, or cannot be
        written.
    """

    def require_free(target: Path) -> None:
        _require_free(target, overwrite)

    with replacing_folder(path, require_free) as folder:
        yield folder


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
    if path.is_mount():
        raise InvalidInputError(f"{str(path)!r} is a mount point; choose a folder in it as --out")


def write_run(
    folder: Path,
    table: Table,
    simulation: Simulation,
    comparisons: Sequence[Curve] = (),
    settings: Metadata | None = None,
) -> Metadata:
    """Write labels, metrics, curve, model, its picture and the learner, each into its file.

    There is no ``model.npz`` when the answers named one class only. ``learner.npz`` holds the
    pool, the gates and every cut: what ``ActiveLearner.load`` and ``cutplane certify`` need.

    Parameters
    ----------
    folder : Path
        An existing, empty folder.
    table : Table
    simulation : Simulation
        What came of it.
    comparisons : sequence of Curve
        Drawn beside the run's own curve.
    settings : dict, optional
        The options of the run, in types that JSON knows.

    Returns
    -------
    dict
        What was written to ``metrics.json``.
    """
    learner, split = simulation.learner, simulation.split
    asked, labels = learner.labels_rows_, learner.labels_
    rows = table.numbers[np.concatenate([simulation.held_out_rows, split.pool_rows[asked]])]
    answers = [*simulation.held_out_labels.tolist(), *labels.tolist()]
    _write_labels(folder / "labels.csv", rows, answers)
    title = f"{table.name}: {simulation.n_labels} labels, {learner.n_cuts_} cuts"
    figure = curve_figure([simulation.curve, *comparisons], title)
    save_figure(figure, folder / "curve.png")
    if learner.is_fitted:
        name = target_name(table)
        model = TableModel.from_estimator(
            learner.estimator_, split.preprocessing, name, split.report
        )
        write_model(folder, model, table.features.iloc[split.pool_rows], asked, labels, title)
    learner.save(folder / "learner.npz")
    metrics = _metrics(table, simulation, comparisons) | {"settings": settings or {}}
    write_metrics(folder, metrics)
    return metrics


def write_model(
    folder: Path,
    model: TableModel,
    features: pd.DataFrame,
    asked: Index,
    labels: NDArray,
    title: str,
) -> None:
    """Write ``model.npz``, and a picture where one can be drawn.

    It is ``boundary.png`` for two numeric columns, ``fit.png`` for a regression on one;
    parameters as for :func:`cutplane.runs.figures.model_figure`.
    """
    model.save(folder / "model.npz")
    if can_be_drawn(model):
        name = "boundary.png" if len(model.preprocessing.numeric) == 2 else "fit.png"
        save_figure(model_figure(model, features, asked, labels, title), folder / name)


def plain_settings(settings: Mapping[str, object]) -> Metadata:
    """Settings in types that JSON knows; it has no infinity."""
    return {key: "inf" if value == float("inf") else value for key, value in settings.items()}


def write_metrics(folder: Path, metrics: Metadata) -> None:
    """Write ``metrics.json``, by which a run folder is also recognised."""
    write_json(folder / "metrics.json", metrics)


def target_name(table: Table) -> str:
    """Name of the label column; "y" for an array without one."""
    return "y" if table.target is None or table.target.name is None else str(table.target.name)


def transform_name(estimator: Estimator) -> str | None:
    """What a regressor learns in the place of its target; None where it is the target itself."""
    return getattr(estimator, "target_transform_", Target()).name


def threshold_in_use(estimator: Estimator) -> Metadata | None:
    """The second of two classes, and above which probability it is called, if one decides."""
    if not isinstance(estimator, CuttingPlaneClassifier) or estimator.threshold is None:
        return None
    return {"class": estimator.labelled_classes_.tolist()[1], "above": estimator.threshold_}


def approximation_of(estimator: Estimator) -> Metadata | None:
    """What was approximated, and its error; None where nothing was."""
    found = estimator.approximation_
    return None if found is None else found.as_dict()


def _metrics(table: Table, simulation: Simulation, comparisons: Sequence[Curve]) -> Metadata:
    learner, split = simulation.learner, simulation.split
    return {
        "table": table.name,
        "target": target_name(table),
        "task": table.task,
        "n_pool": len(split.pool_rows) + len(simulation.held_out_rows),
        "n_test": len(split.test_rows),
        "n_unlabelled": len(table.features) - len(table.labelled_rows),
        "n_features": split.X_pool.shape[1],
        "dropped_columns": split.report.dropped,
        "report": split.report.as_dict(),
        "n_labels": simulation.n_labels,
        "n_held_out": len(simulation.held_out_rows),
        "n_cuts": learner.n_cuts_,
        **simulation.curve.last,
        "stopped_by": list(simulation.stopped_by),
        "interrupted": simulation.interrupted,
        "fitted": learner.is_fitted,
        "target_transform": transform_name(learner.estimator_),
        "threshold": threshold_in_use(learner.estimator_) if learner.is_fitted else None,
        "approximation": approximation_of(learner.estimator_) if learner.is_fitted else None,
        "evidence": learner.evidence_.as_dicts() if hasattr(learner, "evidence_") else None,
        "log_volume": learner.history_[-1]["log_volume"] if learner.history_ else None,
        "curve": simulation.curve.as_dict(),
        "comparisons": [comparison.as_dict() for comparison in comparisons],
    }


def _write_labels(path: Path, rows: Index, labels: Sequence[object]) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["order", "row", "label"])
    for order, (row, label) in enumerate(zip(rows.tolist(), labels, strict=True), start=1):
        writer.writerow([order, row, neutral(label)])
    with replacing(path) as file:
        file.write(text.getvalue().encode())


def load_learner(folder: Path) -> ActiveLearner:
    """The learner that :func:`write_run` kept.

    Raises
    ------
    InvalidInputError
        The folder is none of ``cutplane run``, or has no learner.
    ModelFileError
        The file is damaged, or a newer version wrote it.
    """
    settle(folder)
    if not (folder / "metrics.json").is_file():
        raise InvalidInputError(
            f"{str(folder)!r} is not a run folder; give a folder that `cutplane run` has written"
        )
    path = folder / "learner.npz"
    if not path.is_file():
        raise InvalidInputError(
            f"{str(folder)!r} holds no learner.npz: `fit`, or an older cutplane, wrote it; repeat "
            "the run with this version"
        )
    return ActiveLearner.load(path)


def labelled_rows(folder: Path, learner: ActiveLearner) -> list[int]:
    """Row of the table behind every label of the folder's learner, as in ``labels.csv``."""
    path = folder / "labels.csv"
    if not path.is_file():
        raise InvalidInputError(f"{str(folder)!r} holds no labels.csv; repeat the run")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [int(line["row"]) for line in csv.DictReader(file)]
    except (OSError, *DAMAGE, csv.Error) as error:
        raise damaged(path, error, what="list of labels") from error
    held_out = len(rows) - learner.n_labels_  # labels to judge by come first
    if held_out < 0 or min(rows, default=0) < 0:
        raise ModelFileError(
            f"{str(path)!r} has {len(rows)} labels and the learner beside it "
            f"{learner.n_labels_}; one of the two is of another run, or was changed"
        )
    return rows[held_out:]
