"""A model from every labelled row of a table, and the folder it is kept in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cutplane._types import Metadata
from cutplane.runs.folder import (
    approximation_of,
    target_name,
    threshold_in_use,
    transform_name,
    write_metrics,
    write_model,
)
from cutplane.tables.model import Estimator, TableModel
from cutplane.tables.pool import pool_of
from cutplane.tables.split import learnable_labels
from cutplane.tables.table import Table


def fit_table(estimator: Estimator, table: Table, *, keep: Iterable[str] = ()) -> TableModel:
    """Cut with every labelled row of a table.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        Fitted in place.
    table : Table
        Rows without a label help to place the gates and to scale the columns.
    keep : iterable of str
        Columns to read though they look like an index, an id or a text.

    Raises
    ------
    InvalidInputError
        The table has no target, no label, one class or value only, or no usable column.
    """
    labels = learnable_labels(table)
    pool = pool_of(table, keep)
    estimator.fit(pool.X[table.labelled_rows], labels, X_pool=pool.X)
    return TableModel.from_estimator(estimator, pool.preprocessing, target_name(table), pool.report)


def write_fit(
    folder: Path, table: Table, estimator: Estimator, model: TableModel, settings: Metadata
) -> Metadata:
    """Write the model, its picture and ``metrics.json`` of what :func:`fit_table` gave.

    Parameters
    ----------
    folder : Path
        An existing, empty folder.
    table : Table
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
        As :func:`fit_table` left it.
    model : TableModel
    settings : dict
        The estimator's parameters, in types that JSON knows.

    Returns
    -------
    dict
        What was written to ``metrics.json``.
    """
    labels, rows = table.labels, table.labelled_rows
    title = f"{table.name}: {len(labels)} labels"
    write_model(folder, model, table.features, rows, labels, title)
    X = model.preprocessing.transform(table.features)
    spaces, report = estimator.version_space_, model.report or table.report
    metrics = {
        "table": table.name,
        "target": model.target,
        "task": model.task,
        "n_labels": len(labels),
        # classes share their rows
        "n_cuts": int((spaces[0] if isinstance(spaces, list) else spaces).n_rows),
        "n_unlabelled": X.shape[0] - len(labels),
        "n_features": X.shape[1],
        "classes": None if model.classes is None else model.classes.tolist(),
        "target_transform": transform_name(estimator),
        "threshold": threshold_in_use(estimator),
        "approximation": approximation_of(estimator),
        "training_score": float(estimator.score(X[rows], labels)),
        "n_newton_iterations": int(estimator.n_iter_),
        "dropped_columns": report.dropped,
        "report": report.as_dict(),
        "settings": settings,
    }
    write_metrics(folder, metrics)
    return metrics
