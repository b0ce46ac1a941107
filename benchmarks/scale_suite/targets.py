"""What releases are held to, and whether it is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scale_suite import trials
from scale_suite.store import Lines, apart

#: A trial may take this long, in seconds.
_LIMIT = 600.0


@dataclass(frozen=True)
class Bound:
    """What one number of a trial may be.

    Attributes
    ----------
    name, field : str
        In words, and in the trial's record.
    most : float, optional
        The bound from above; None where the number is only reported.
    unit : str
    least : float, optional
        The bound from below, where there is none from above.
    """

    name: str
    field: str
    most: float | None
    unit: str
    least: float | None = None

    @property
    def text(self) -> str:
        """The bound in words."""
        if self.least is not None:
            return f"at least {self.least:g} {self.unit}".strip()
        return "–" if self.most is None else f"{self.most:g} {self.unit}".strip()

    def verdict(self, value: float) -> str:
        """Whether a number meets it."""
        if self.least is not None:
            return "met" if value >= self.least else "missed"
        if self.most is None:
            return ""
        return "met" if value <= self.most else "missed"


@dataclass(frozen=True)
class Target:
    """A trial and the bounds of its numbers.

    Attributes
    ----------
    title : str
    trial : callable
        From the folder of pools and ``arguments`` to numbers.
    arguments : tuple
    bounds : tuple of Bound
    is_long : bool
        Whether --quick leaves it out.
    """

    title: str
    trial: Callable[..., dict[str, float]]
    arguments: tuple
    bounds: tuple[Bound, ...]
    is_long: bool = field(default=False)


def _of_products(most: float) -> tuple[Bound, ...]:
    return (
        Bound("question", "ratio", most, "products with 200 columns"),
        Bound("extra memory", "mb", 500.0, "MB"),
    )


TARGETS = (
    Target(
        "1,000,000 x 384, 200 labels, gated, by margin",
        trials.question,
        ("gated", "margin", 1_000_000),
        _of_products(2.0),
    ),
    Target(
        "1,000,000 x 384, 200 labels, gated, by variance reduction",
        trials.question,
        ("gated", "variance_reduction", 1_000_000),
        _of_products(4.0),
    ),
    Target(
        "25,000 x 384, 200 labels, relu",
        trials.question,
        ("relu", "variance_reduction", 25_000),
        (Bound("one more label and the question", "both", 0.3, "s"),),
    ),
    Target(
        "25,000 x 384, 200 labels, gated",
        trials.question,
        ("gated", "variance_reduction", 25_000),
        (Bound("one more label and the question", "both", 0.04, "s"),),
    ),
    Target(
        "2,000 labels, gated, the whole run on 25,000 x 384",
        trials.whole_run,
        ("gated", 2_000),
        (Bound("run", "seconds", 180.0, "s"),),
    ),
    Target(
        "2,000 labels, gated, the same run with 20 rows a question",
        trials.whole_run,
        ("gated", 2_000, 20),
        (Bound("run", "seconds", None, "s"),),
    ),
    Target(
        "10,000 labels x 384, gated",
        trials.fit,
        ("gated", 10_000),
        (Bound("fit", "seconds", 60.0, "s"),),
    ),
    Target(
        "relu, one more label x 384",
        trials.learning,
        ("relu", (100, 200, 500, 1_000)),
        (
            Bound("at 1,000 labels", "at 1000", None, "s"),
            Bound("exponent from 500 to 1,000 labels", "exponent", None, ""),
            Bound("1,000 labels learnt one by one", "whole run", None, "s"),
        ),
    ),
    Target(
        "1,000,000 x 384 from Parquet, 200 labels, gated, by margin",
        trials.dask_workers,
        (),
        (Bound("two Dask workers against one", "ratio", None, "times as fast", 1.7),),
    ),
    Target(
        "1,000 labels, relu, the whole run on 25,000 x 384",
        trials.whole_run,
        ("relu", 1_000),
        (Bound("run", "seconds", None, "s"),),
        is_long=True,
    ),
)


def verdict(lines: Lines, target: Target, pools: Path, *, quick: bool) -> dict | None:
    """What a target's trial found, measured unless it is known; None where it is left out."""
    head = {"target": target.title}
    found = lines.find(head)
    if found is not None or (quick and target.is_long):
        return found
    arguments = (pools, *target.arguments)
    head |= {"on": date.today().isoformat()}
    return lines.add(head | apart(target.trial, *arguments, limit=_LIMIT, threads=None))
