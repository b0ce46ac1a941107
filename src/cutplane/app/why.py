"""Why a row is asked: what is known near it, and what its answer is expected to settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cutplane.active.events import Label
from cutplane.active.ledger import Ledger


class Near(NamedTuple):
    """A labelled row, and how far it is in the model's columns."""

    row: int
    label: Label
    distance: float


@dataclass(frozen=True)
class Why:
    """What stands behind a question.

    Attributes
    ----------
    nearest : tuple of Near
        Up to five labelled rows, nearest first.
    probabilities : tuple of (label, float), or None
        Of each class, most probable first; None of values and before a model.
    mean, std : float or None
        Prediction of a value and what the labels leave open about it; None of classes.
    expected : str
        What the answer is expected to settle, in a sentence.
    """

    nearest: tuple[Near, ...]
    probabilities: tuple[tuple[Label, float], ...] | None
    mean: float | None
    std: float | None
    expected: str


@dataclass(frozen=True)
class Suggestion:
    """What the model would answer.

    Attributes
    ----------
    label : class, or float
    probability : float or None
        Of the class.
    std : float or None
        Of the value.
    """

    label: Label
    probability: float | None = None
    std: float | None = None


def why(ledger: Ledger, row: int) -> Why:
    """What stands behind a question about a row."""
    raise NotImplementedError


def suggestion(ledger: Ledger, row: int) -> Suggestion | None:
    """What the model would answer; None before there is one."""
    raise NotImplementedError
