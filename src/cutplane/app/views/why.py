"""Why a row is asked about, and what the model expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.project import Project


@dataclass(frozen=True)
class Neighbour:
    """A labelled row near the one asked about."""

    line: int
    label: str
    distance: str
    excerpt: str


@dataclass(frozen=True)
class Bar:
    """A probability with its name."""

    label: str
    share: float
    text: str


@dataclass(frozen=True)
class WhyView:
    """Why a row is asked about.

    Attributes
    ----------
    row, line : int
    expected : str
        What the answer is expected to settle, a sentence.
    bars : tuple of Bar
        Probabilities of classes, empty where suggestions may not be seen.
    value : str
        What the model expects of a value, or why that is not shown.
    neighbours : tuple of Neighbour
    """

    row: int
    line: int
    expected: str
    bars: tuple[Bar, ...]
    value: str
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class SuggestionView:
    """What the model expects of a row.

    Attributes
    ----------
    row : int
    label : str
        Empty where there is none yet.
    text : str
    """

    row: int
    label: str
    text: str


def why_view(project: Project, row: int, *, may_tell: bool) -> WhyView:
    """For the fragment ``why``.

    Parameters
    ----------
    project : Project
    row : int
        Position.
    may_tell : bool
        Whether what the model expects may be seen; not while suggestions are off, to come after
        the answer, or the question is blind.
    """
    raise NotImplementedError


def suggestion_view(project: Project, row: int) -> SuggestionView:
    """For the fragment ``suggestion``."""
    raise NotImplementedError
