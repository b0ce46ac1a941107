"""The options that describe an estimator, once for all commands that fit one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli.choices import METRICS, UNITS
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
    activation: Annotated[
        str, typer.Option(help="gated_relu, or relu: the network of the paper.")
    ] = "gated_relu"
    units: Annotated[
        str, typer.Option(help=f"Gates of the first layer: auto, {', '.join(UNITS)}.")
    ] = "auto"
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
        str,
        typer.Option(
            help="auto, gravity, analytic, chebyshev, gravity_sampled or max_volume_ellipsoid."
        ),
    ] = "auto"
    flip: Annotated[
        str | None, typer.Option(help="Center of gravity: share of wrong labels, or auto.")
    ] = None
    class_weight: Annotated[
        str | None,
        typer.Option(help="balanced: labels of rare classes weigh more; none by default."),
    ] = None
    threshold: Annotated[
        str | None,
        typer.Option(
            help="Two classes: probability of the second above which a row is called that, or what "
            f"it is chosen to be best for on the labels held: {', '.join(METRICS)}."
        ),
    ] = None
    noise: Annotated[
        str | None, typer.Option(help="Center of gravity: noise of the labels, or auto.")
    ] = None

    def build(self, task: str | None, seed: int, *, verbose: bool = False) -> Estimator:
        """The estimator of a task.

        Raises
        ------
        InvalidInputError
            An option cannot be read, or belongs to another task.
        """
        from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor

        self._check(task)
        options = {"random_state": seed, "verbose": verbose, **self._given()}
        if task == "regression":
            return CuttingPlaneRegressor().set_params(**options)
        return CuttingPlaneClassifier().set_params(**options)

    def _given(self) -> dict[str, object]:
        """Parameters that were given, as the estimators take them."""
        parameters = {
            "hidden": parse_hidden(self.hidden),
            "activation": self.activation,
            "units": self.units,
            "cost": parse_number("cost", self.cost),
            "epsilon": self.epsilon,
            "radius": self.radius,
            "final_solve": self.final_solve,
            "center": self.center,
            "flip": parse_number("flip", self.flip),
            "noise": parse_number("noise", self.noise),
            "class_weight": self.class_weight,
            "threshold": parse_threshold(self.threshold),
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def _check(self, task: str | None) -> None:
        """Refuse options of another task."""
        if self.class_weight not in (None, "balanced"):
            raise InvalidInputError(
                f"--class-weight is {self.class_weight!r}; give balanced, or leave it out"
            )
        for name in ("class_weight", "threshold"):
            if task == "regression" and getattr(self, name) is not None:
                raise InvalidInputError(
                    f"--{name.replace('_', '-')} is for classes, and the target holds numbers; "
                    "leave it out, or pass --task classification"
                )
        if task == "regression" and self.flip is not None:
            raise InvalidInputError(
                f"--flip is {self.flip} and the target holds numbers, which are not right or "
                "wrong; use --noise, or pass --task classification"
            )
        if task != "regression" and self.epsilon is not None:
            raise InvalidInputError(
                f"--epsilon is {self.epsilon} and the target names classes; leave it out, or pass "
                "--task regression"
            )


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


def parse_number(name: str, text: str | None) -> float | str | None:
    """Turn a number or "inf" into a float, and let "auto" through."""
    if text is None or text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(f"--{name} is {text!r}; give a number, or auto") from None


def parse_threshold(text: str | None) -> float | str | None:
    """Turn a number into a float, and let the names of metrics through."""
    if text is None or text in METRICS:
        return text
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(
            f"--threshold is {text!r}; give a probability between 0 and 1, or one of "
            f"{', '.join(METRICS)}"
        ) from None
