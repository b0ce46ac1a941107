"""Arguments that several commands share, and the estimator they describe."""

import json
from typing import Annotated, Any

import typer

from cutplane.active.query import STRATEGIES
from cutplane.errors import InvalidInputError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.datasets import DATASET_NAMES

TableArgument = Annotated[
    str,
    typer.Argument(help=f"A .csv, .parquet or .npz file, or one of {', '.join(DATASET_NAMES)}."),
]
Target = Annotated[
    str | None, typer.Option(help="The label column; an empty cell is a row without a label.")
]
Task = Annotated[
    str | None,
    typer.Option(help="classification or regression; by default the label column decides."),
]
Query = Annotated[
    str | None,
    typer.Option("--query", help=f"{', '.join(STRATEGIES)}; variance_reduction by default."),
]
Hidden = Annotated[
    str,
    typer.Option(help="Gates per hidden layer, input side first: 200, or 30,20; 0 for linear."),
]
Activation = Annotated[str, typer.Option(help="relu or gated_relu.")]
Cost = Annotated[
    str | None,
    typer.Option(help="Price of violating a label: a number, inf for hard cuts, or auto."),
]
Epsilon = Annotated[
    float | None,
    typer.Option(help="Regression: half-width of the slab, in standard deviations of the target."),
]
CenterName = Annotated[
    str, typer.Option(help="analytic, gravity, chebyshev or max_volume_ellipsoid (small only).")
]
Radius = Annotated[float | None, typer.Option(help="Radius of the ball of weights.")]
FinalSolve = Annotated[
    str | None,
    typer.Option(help="Predict by a convex final solve: sparse, or ridge (smooth)."),
]
QueryModel = Annotated[
    str | None,
    typer.Option(help="Whose scores choose the questions: center, or final (the final solve)."),
]
CutAgreeing = Annotated[
    bool | None,
    typer.Option(
        "--cut-agreeing/--no-cut-agreeing",
        help="Whether labels the model had right cut too; yes by default, no for extremes.",
        show_default=False,
    ),
]
Depth = Annotated[
    float,
    typer.Option(help="Where cuts of wrong rows pass: 0 deep, 1 through the center, 2 shallow."),
]
Seed = Annotated[int, typer.Option(help="Seed of everything that is random.", min=0, max=2**32 - 1)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the folder if it exists.")]


def build_estimator(
    task: str | None,
    *,
    hidden: str,
    activation: str,
    cost: str | None,
    epsilon: float | None,
    radius: float | None,
    final_solve: str | None,
    seed: int,
    center: str = "analytic",
    verbose: bool = False,
) -> CuttingPlaneClassifier | CuttingPlaneRegressor:
    """Estimator of a task; options left at None keep the estimator's defaults."""
    options: dict[str, Any] = {
        "hidden": parse_hidden(hidden),
        "activation": activation,
        "center": center,
        "final_solve": final_solve,
        "random_state": seed,
        "verbose": verbose,
    }
    given = {"cost": parse_cost(cost), "radius": radius, "epsilon": epsilon}
    options |= {name: value for name, value in given.items() if value is not None}
    if task == "regression":
        return CuttingPlaneRegressor(**options)
    if epsilon is not None:
        raise InvalidInputError(
            f"--epsilon is {epsilon} and the target names classes; leave it out, or pass "
            "--task regression"
        )
    return CuttingPlaneClassifier(**options)


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


def parse_cost(text: str | None) -> float | str | None:
    """Turn a number or "inf" into a float, and let "auto" through."""
    if text is None or text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(
            f"--cost is {text!r}; give a positive number, inf, or auto"
        ) from None


def plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings in types that JSON knows; it has no infinity."""
    return {key: "inf" if value == float("inf") else value for key, value in settings.items()}


def print_json(answer: dict[str, Any]) -> None:
    """Print one line of JSON."""
    typer.echo(json.dumps(answer))


def warn_of_dropped_columns(dropped: dict[str, str]) -> None:
    """Say on stderr which columns carry nothing."""
    if dropped:
        reasons = [f"{name} ({why})" for name, why in dropped.items()]
        typer.echo(f"Columns left out: {', '.join(reasons)}.", err=True)
