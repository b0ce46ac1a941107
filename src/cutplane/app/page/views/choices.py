"""What can be answered: classes with their keys, or a number within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutplane.app.page.cells import visible
from cutplane.app.setup.keys import keys_of, read_keys

if TYPE_CHECKING:
    from cutplane.app.page.views.labelled import Labelled


@dataclass(frozen=True)
class Choice:
    """A class that can be answered.

    Attributes
    ----------
    label, text : str
        As it is sent, and as it is shown.
    key : str
        Empty where there is none.
    """

    label: str
    text: str
    key: str


@dataclass(frozen=True)
class ValueField:
    """Bounds of a number that is to be typed.

    Attributes
    ----------
    low, high : str
        Empty where there is none.
    hint : str
        A sentence about the range.
    """

    low: str
    high: str
    hint: str


def choices_of(project: Labelled) -> tuple[Choice, ...]:
    """The classes with their keys; none for values."""
    labels = [str(label) for label in project.classes]
    keys = keys_of(labels, read_keys(project.keys))
    return tuple(
        Choice(label, visible(label), key) for label, key in zip(labels, keys, strict=True)
    )


def value_field(project: Labelled) -> ValueField | None:
    """The bounds of the rules; None for classes."""
    if project.rules.task != "regression":
        return None
    ends = (project.rules.low, project.rules.high)
    low, high = ("" if end is None else f"{end:.12g}" for end in ends)
    if low and high:
        hint = f"From {low} to {high}."
    elif low or high:
        hint = f"At least {low}." if low else f"At most {high}."
    else:
        hint = "Any number."
    return ValueField(low, high, f"{hint} A decimal comma is read as a point.")
