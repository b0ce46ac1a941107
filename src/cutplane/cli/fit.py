"""`cutplane fit`: a model from every labelled row of a table."""

from pathlib import Path
from typing import Annotated

import typer

from cutplane.cli import options
from cutplane.cli.failures import explains_failures
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.runs.folder import run_folder, target_name, write_metrics, write_model
from cutplane.tables.model import Model
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.split import learnable_labels
from cutplane.tables.table import read_table

EXAMPLE = "Example: cutplane fit patients.csv --target diagnosis --out models/patients"


@explains_failures
def fit(
    table: options.TableArgument,
    target: options.Target = None,
    task: options.Task = None,
    hidden: options.Hidden = "200",
    activation: options.Activation = "relu",
    cost: options.Cost = None,
    epsilon: options.Epsilon = None,
    radius: options.Radius = None,
    final_solve: options.FinalSolve = None,
    center: options.CenterName = "analytic",
    seed: options.Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="Model folder; runs/TABLE-fit-seedSEED by default.")
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Cut with every labelled row, and write the model for `cutplane predict`.

    Rows without a label help to place the gates and to scale the columns.
    """
    data = read_table(table, target, task=task)
    labels = learnable_labels(data)
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
    folder = out or Path("runs") / f"{data.name}-fit-seed{seed}"
    with run_folder(folder, overwrite) as partial:
        preprocessing = Preprocessing.fit(data.features)
        X = preprocessing.transform(data.features)
        estimator.fit(X[data.labelled_rows], labels, X_pool=X)
        model = Model.from_estimator(estimator, preprocessing, target_name(data))
        title = f"{data.name}: {len(labels)} labels"
        write_model(partial, model, data.features, data.labelled_rows, labels, title)
        metrics = {
            "table": data.name,
            "target": model.target,
            "task": model.task,
            "n_labels": len(labels),
            "n_cuts": _n_cuts(estimator),
            "n_unlabelled": len(X) - len(labels),
            "n_features": X.shape[1],
            "classes": None if model.classes is None else model.classes.tolist(),
            "training_score": float(estimator.score(X[data.labelled_rows], labels)),
            "n_newton_iterations": int(estimator.n_iter_),
            "dropped_columns": preprocessing.dropped,
            "settings": options.plain(estimator.get_params()),
        }
        write_metrics(partial, metrics)
    if as_json:
        options.print_json({"folder": str(folder), **metrics})
        return
    score = "R2" if model.task == "regression" else "accuracy"
    typer.echo(
        f"{data.name}: {len(labels)} labels, {metrics['n_cuts']} cuts, "
        f"training {score} {metrics['training_score']:.3f}"
    )
    options.warn_of_dropped_columns(preprocessing.dropped)
    typer.echo(f"Model folder: {folder}")


def _n_cuts(estimator: CuttingPlaneClassifier | CuttingPlaneRegressor) -> int:
    """Labels that became cuts; classes share their rows."""
    spaces = estimator.version_space_
    return int((spaces[0] if isinstance(spaces, list) else spaces).n_rows)
