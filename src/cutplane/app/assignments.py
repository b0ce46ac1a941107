"""Who is asked what next: one's open question, then what others differ about, then the model's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from cutplane.active.events import Label
from cutplane.app.desk import Desk
from cutplane.app.rules import Rules

if TYPE_CHECKING:
    from cutplane.app.trainer import Trainer

Reason = Literal["open", "overlap", "third", "model", "cover"]


class Holds(Protocol):
    """Who has which row in front of them, as :class:`cutplane.app.leases.Leases`."""

    def take(
        self,
        rows: Sequence[int],
        who: str,
        *,
        seats: Mapping[int, int] | None = None,
        seconds: float = 600.0,
    ) -> int | None:
        """The first row with a free seat, held from now on."""

    def held(self, who: str) -> int | None:
        """The row that somebody holds."""

    def release(self, who: str) -> None:
        """Let others have the row that somebody holds."""

    def all(self) -> Mapping[int, tuple[str, ...]]:
        """Who holds which row."""


@dataclass(frozen=True)
class Question:
    """What somebody is asked.

    Attributes
    ----------
    row : int
        Position in the pool.
    reason : {"open", "overlap", "third", "model", "cover"}
        Held before, or just undone; a second opinion; two people differ; chosen by the model; no
        model yet, or it has no row ready that is free.
    is_blind : bool
        Whether no suggestion is seen before the answer.
    """

    row: int
    reason: Reason
    is_blind: bool


class Assignments:
    """Gives questions to people, each row to one at a time.

    Parameters
    ----------
    desk : Desk
    leases : Leases
    trainer : Trainer
    rules : Rules
    """

    def __init__(self, desk: Desk, leases: Holds, trainer: Trainer, rules: Rules):
        self.desk, self.leases, self.trainer, self.rules = desk, leases, trainer, rules

    def next(self, who: str, last: tuple[int, Label] | None = None) -> Question | None:
        """The person's next question, held for them and recorded as asked.

        Parameters
        ----------
        who : str
        last : pair of row and label, optional
            The answer just given, for which the model has prepared.

        Returns
        -------
        Question or None
            None where nothing is left or the budget is spent, as :meth:`why_none` says.
        """
        raise NotImplementedError

    def why_none(self, who: str) -> str:
        """Why a person has no question, in a sentence or two."""
        raise NotImplementedError
