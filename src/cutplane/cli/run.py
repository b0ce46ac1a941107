"""`cutplane run`: active learning on a labelled table with a simulated oracle."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cutplane.cli.failures import INTERRUPTED, explains_failures
from cutplane.datasets import DATASET_NAMES
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.report import run_folder, write_run
from cutplane.simulation import Curve, Split, simulate, split_table
from cutplane.tables import read_table


@explains_failures
def run(
    table: Annotated[
        str,
        typer.Argument(
            help=f"A .csv, .parquet or .npz file, or one of {', '.join(DATASET_NAMES)}."
        ),
    ],
    budget: Annotated[int, typer.Option(help="How many labels to ask for; every answer counts.")],
    target: Annotated[
        str | None, typer.Option(help="The label column; rows without a label are left out.")
    ] = None,
    hidden: Annotated[
        str,
        typer.Option(help="Gates per hidden layer, input side first: 200, or 30,20; 0 for linear."),
    ] = "200",
    query: Annotated[str, typer.Option(help="margin, extremes or random.")] = "margin",
    seed: Annotated[int, typer.Option(help="Seed of split, gates and queries.")] = 0,
    cost: Annotated[
        float | None, typer.Option(help="Price of violating a label; inf for hard cuts.")
    ] = None,
    activation: Annotated[str, typer.Option(help="relu or gated_relu.")] = "relu",
    test_size: Annotated[
        float | None,
        typer.Option(help="Share of rows kept for testing (0.3; 0.2 for the paper's sets)."),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Rows asked at once.")] = 1,
    final_solve: Annotated[
        bool, typer.Option("--final-solve", help="Regularised refit of the final network.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; runs/TABLE-QUERY-seedSEED by default.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the run folder if it exists.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Spend a label budget on a labelled table: hide the labels, ask, learn, measure."""
    data = read_table(table, target)
    split = split_table(data, test_size, seed)
    options: dict[str, Any] = {
        "hidden": parse_hidden(hidden),
        "activation": activation,
        "final_solve": final_solve,
        "random_state": seed,
    }
    if cost is not None:
        options["cost"] = cost
    estimator = CuttingPlaneClassifier(**options)
    settings = {
        "query": query,
        "budget": budget,
        "batch_size": batch_size,
        "seed": seed,
        **estimator.get_params(),
    }
    folder = out or Path("runs") / f"{data.name}-{query}-seed{seed}"

    with run_folder(folder, overwrite) as partial:
        plan = {"budget": budget, "batch_size": batch_size, "seed": seed}
        simulation, comparisons = _simulate_with_progress(estimator, split, query, plan)
        if simulation.learner.n_labels_ == 0:
            raise KeyboardInterrupt
        metrics = write_run(partial, data, split, simulation, comparisons, _plain(settings))
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), **metrics}))
    else:
        _summarise(metrics)
        typer.echo(f"Run folder: {folder}")
    if metrics["interrupted"]:
        raise typer.Exit(INTERRUPTED)


def parse_hidden(text: str) -> tuple[int, ...]:
    """Turn "30,20" into (30, 20), and "0" into (), the linear model."""
    try:
        widths = tuple(int(part) for part in text.split(","))
    except ValueError:
        widths = (-1,)
    if widths == (0,):
        return ()
    if min(widths) < 1:
        raise InvalidInputError(
            f"--hidden is {text!r}; give positive numbers with commas between, such as 200 or "
            "30,20, or 0 for a linear model"
        )
    return widths


def _simulate_with_progress(estimator, split: Split, query: str, plan: dict[str, Any]):
    """Run the query, then the random query to compare with, each with a bar of its own."""
    console = Console(stderr=True)
    console.quiet = not console.is_terminal
    columns = (
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("accuracy {task.fields[accuracy]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=console.quiet) as progress:

        def simulate_one(name: str):
            task = progress.add_task(name, total=plan["budget"], accuracy="-")
            on_answer = _bar_updater(progress, task)
            return simulate(estimator, split, query=name, on_answer=on_answer, **plan)

        simulation = simulate_one(query)
        comparisons: list[Curve] = []
        if query != "random" and not simulation.interrupted:
            comparisons.append(simulate_one("random").curve)
    return simulation, comparisons


def _bar_updater(progress: Progress, task) -> Callable[[Curve], None]:
    def update(curve: Curve) -> None:
        accuracy = f"{curve.accuracy[-1]:.3f}"
        progress.update(task, completed=curve.n_labels[-1], accuracy=accuracy)

    return update


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    # JSON has no infinity.
    return {key: "inf" if value == float("inf") else value for key, value in settings.items()}


def _summarise(metrics: dict[str, Any]) -> None:
    accuracy = "unknown" if metrics["accuracy"] is None else f"{metrics['accuracy']:.3f}"
    line = (
        f"{metrics['table']}: {metrics['n_labels']} labels asked, {metrics['n_cuts']} cuts, "
        f"test accuracy {accuracy}"
    )
    for comparison in metrics["comparisons"]:
        line += f" ({comparison['query']} query {comparison['accuracy'][-1]:.3f})"
    typer.echo(line)
    if metrics["dropped_columns"]:
        reasons = [f"{name} ({why})" for name, why in metrics["dropped_columns"].items()]
        typer.echo(f"Columns left out: {', '.join(reasons)}.", err=True)
    if metrics["interrupted"]:
        typer.echo("Interrupted; what was labelled is kept.", err=True)
    if not metrics["fitted"]:
        typer.echo("Every answer named one class, so there is no model; ask for more.", err=True)
