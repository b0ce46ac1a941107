"""The options that describe an estimator, once for all commands that fit one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli.choices import UNITS
from cutplane.errors import InvalidInputError

if TYPE_CHECKING:
    from cutplane.tables.model import Estimator


@dataclass(frozen=True)
class EstimatorOptions:
    """Options of the command line, as they were typed; None keeps the estimator's default."""

    hidden: Annotated[
        str,
        typer.Option(help="Gates per hidden layer, input side first: 200, or 30,20; 0 for linear."),
    ] = "200"
    activation: Annotated[str, typer.Option(help="relu or gated_relu.")] = "relu"
    units: Annotated[str, typer.Option(help=f"Gates of the first layer: {', '.join(UNITS)}.")] = (
        "halfspaces"
    )
    cost: Annotated[
        str | None,
        typer.Option(help="Price of violating a label: a number, inf for hard cuts, or auto."),
    ] = None
    epsilon: Annotated[
        float | None,
        typer.Option(
            help="Regression: half-width of the slab, in standard deviations of the target."
        ),
    ] = None
    radius: Annotated[float | None, typer.Option(help="Radius of the ball of weights.")] = None
    final_solve: Annotated[
        str | None,
        typer.Option(help="Predict by a convex final solve: sparse, or ridge (smooth)."),
    ] = None
    center: Annotated[
        str, typer.Option(help="analytic, gravity, chebyshev or max_volume_ellipsoid (small only).")
    ] = "analytic"

    def build(self, task: str | None, seed: int, *, verbose: bool = False) -> Estimator:
        """The estimator of a task.

        Raises
        ------
        InvalidInputError
            An option cannot be read, or belongs to another task.
        """
        from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor

        given = {"cost": parse_cost(self.cost), "radius": self.radius, "epsilon": self.epsilon}
        options = {
            "hidden": parse_hidden(self.hidden),
            "activation": self.activation,
            "units": self.units,
            "center": self.center,
            "final_solve": self.final_solve,
            "random_state": seed,
            "verbose": verbose,
            **{name: value for name, value in given.items() if value is not None},
        }
        if task == "regression":
            return CuttingPlaneRegressor().set_params(**options)
        if self.epsilon is not None:
            raise InvalidInputError(
                f"--epsilon is {self.epsilon} and the target names classes; leave it out, or pass "
                "--task regression"
            )
        return CuttingPlaneClassifier().set_params(**options)


def describes_estimator(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command every field of its parameter ``estimator`` as an option of its own.

    typer reads options off a signature and knows no groups of them.
    """
    own = inspect.signature(command, eval_str=True)
    fields = {
        name: field.replace(kind=field.KEYWORD_ONLY)
        for name, field in inspect.signature(EstimatorOptions, eval_str=True).parameters.items()
    }
    spread_out = [
        parameter
        for name, given in own.parameters.items()
        for parameter in (fields.values() if name == "estimator" else (given,))
    ]

    @wraps(command)
    def wrapped(**arguments: object) -> None:
        options = {name: arguments.pop(name) for name in fields}
        command(estimator=EstimatorOptions(**options), **arguments)  # type: ignore[arg-type]

    wrapped.__signature__ = own.replace(parameters=spread_out)  # type: ignore[attr-defined]
    return wrapped


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
