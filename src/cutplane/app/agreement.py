"""How far people agree: Krippendorff's alpha, each one's share of wrong labels, suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cutplane.active.ledger import Ledger
from cutplane.app.desk import Desk


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha of all answers.

    Attributes
    ----------
    alpha : float or None
        1 where all agree, 0 where they agree as by chance; None where it cannot be told.
    n_rows, n_people : int
        Rows with labels of at least two people, and those people.
    level : {"nominal", "interval"}
        Classes, or values.
    why_none : str
        Why there is no alpha, a sentence.
    """

    alpha: float | None
    n_rows: int
    n_people: int
    level: Literal["nominal", "interval"]
    why_none: str = ""


@dataclass(frozen=True)
class Flip:
    """How often one person's labels are wrong.

    Attributes
    ----------
    share : float
        Most likely.
    low, high : float
        Between which it lies with a probability of 90 %.
    n : int
        Labels of this person.
    """

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Acceptance:
    """How often answers equal the suggestion.

    Attributes
    ----------
    shown, unseen : float or None
        Share of those who saw it before the answer, and of the others; None for no answers.
    n_shown, n_unseen : int
        Their answers.
    """

    shown: float | None
    unseen: float | None
    n_shown: int
    n_unseen: int


def alpha(desk: Desk) -> Agreement:
    """How far people agree about rows that several of them answered."""
    raise NotImplementedError


def flips(ledger: Ledger, desk: Desk) -> Mapping[str, Flip] | None:
    """Share of wrong labels of each person, from all answers, by evidence; seconds.

    None for values, and for a model whose center has no flips.
    """
    raise NotImplementedError


def acceptance(desk: Desk) -> Acceptance:
    """How often answers equal the suggestion, where it was seen before and where not."""
    raise NotImplementedError
