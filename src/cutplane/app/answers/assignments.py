"""Who is asked what next: one's open question, then what others differ about, then the model's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from cutplane._types import Metadata
from cutplane.active.events import Label
from cutplane.app.answers.accepted import accepted_name
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.errors import InvalidInputError

if TYPE_CHECKING:
    from cutplane.app.learning.trainer import Trainer

Reason = Literal["open", "overlap", "third", "model", "cover"]


class Holds(Protocol):
    """Who has which row in front of them, as :class:`cutplane.app.team.leases.Leases` keeps it."""

    def take(self, rows: Sequence[int], who: str, *, seconds: float = 600.0) -> int | None:
        """The first row that nobody else holds, held from now on in the place of one's last one."""
        ...

    def held(self, who: str) -> int | None:
        """The row that somebody holds."""
        ...

    def all(self) -> Mapping[int, str]:
        """Who holds which row."""
        ...


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
    leases : Holds
    trainer : Trainer
    rules : Rules
    """

    def __init__(self, desk: Desk, leases: Holds, trainer: Trainer, rules: Rules):
        self.desk, self.leases, self.trainer, self.rules = desk, leases, trainer, rules
        #: For rows beyond those that the model has ready.
        self._order = np.random.default_rng(rules.seed).permutation(desk.n_rows)

    def next(self, who: str, last: tuple[int, Label] | None = None) -> Question | None:
        """The person's next question, held for them and recorded as asked.

        Answers that others are about to give count for the budget too, so that it is not exceeded
        but by answers in the place of those just undone.

        Parameters
        ----------
        who : str
        last : pair of row and label, optional
            The answer just given, for which the model has prepared.

        Returns
        -------
        Question or None
            None where nothing is left or the budget is spent, as :meth:`why_none` says.

        Raises
        ------
        InvalidInputError
            Nobody asks.
        JournalError
            The question cannot be recorded.
        """
        accepted_name(who)
        self.desk.follow()
        is_spent = self._n_left(who) == 0
        while (found := self._again(who) if is_spent else self._found(who, last)) is not None:
            row, reason, rng = found
            self.desk.follow()
            if reason == "open" or self._is_askable(row, who):
                break  # others' answers come before they let a row go
        else:
            return None
        if rng is not None:
            self.desk.asked(row, who, rng)
        self.trainer.handed_out(row, who if self.rules.takes_names else "")
        return Question(row, reason, self.rules.is_blind(row))

    def _again(self, who: str) -> tuple[int, Reason, None] | None:
        """A row whose answer was just undone, now held."""
        row = self._take(self.desk.again(who).tolist(), who)
        return None if row is None else (row, "open", None)

    def _found(
        self, who: str, last: tuple[int, Label] | None
    ) -> tuple[int, Reason, Metadata | None] | None:
        """A row that is now held, why, and the generator's state to record, None where it was."""
        if (again := self._again(who)) is not None:
            return again
        held = self.leases.held(who)
        if held is not None and self._is_askable(held, who) and self._take([held], who) == held:
            return held, "open", None
        rng = self.desk.rng or self.trainer.ledger.book.rng
        if (row := self._take(self.desk.wanting(who).tolist(), who)) is not None:
            return row, "third" if self.desk.why_wanting(row) == "third" else "overlap", rng
        kept = self.desk.kept_for_others(who, self.rules.lease_seconds)
        ready, closed = self.trainer.ready(last), np.append(self.desk.closed_for(who), kept)
        rows = np.array(ready.rows, dtype=np.intp)
        if (row := self._take(rows[~np.isin(rows, closed)].tolist(), who)) is not None:
            return row, "model" if ready.reason(row) == "model" else "cover", ready.rng
        others = self._order[~np.isin(self._order, closed)][: len(self.leases.all()) + 1]
        row = self._take(others.tolist(), who)
        return None if row is None else (row, "cover", rng)

    def _take(self, rows: Sequence[int], who: str) -> int | None:
        if not rows:
            return None
        return self.leases.take(rows, who, seconds=self.rules.lease_seconds)

    def _is_askable(self, row: int, who: str) -> bool:
        return row not in self.desk.closed_for(who) or row in self.desk.wanting(who)

    def _n_left(self, who: str) -> int | None:
        """Answers that the budget has for a person; None for no bound."""
        if self.rules.budget is None:
            return None
        held = self.leases.all().items()
        n_others = sum(one != who and self._is_askable(row, one) for row, one in held)
        return max(0, self.rules.budget - self.desk.n_given - n_others)

    def check_affordable(self, rows: Sequence[int], who: str) -> None:
        """Refuse to answer more rows than the budget has room for; what was asked may be answered.

        Raises
        ------
        InvalidInputError
            More rows arrived that were not asked than answers are left.
        """
        n_left, n_new = self._n_left(who), len(self.desk.unasked(rows, who))
        if n_left is not None and n_new > n_left:
            raise InvalidInputError(
                f"answers to {n_new} rows arrived that were not asked, and the budget of "
                f"{self.rules.budget:,} has room for {n_left}; leave some out, or raise the budget"
            )

    def why_none(self, who: str) -> str:
        """Why a person has no question, in a sentence or two."""
        self.desk.follow()
        budget, n_given = self.rules.budget, self.desk.n_given
        if budget is not None and n_given >= budget:
            return f"All {budget:,} answers of the budget are given; a larger budget goes on."
        if self._n_left(who) == 0:
            return (
                f"Of the budget of {budget:,} answers {n_given:,} are given, and others are about "
                "to give the rest; ask again in a while."
            )
        n_free = self.desk.n_rows - self.desk.closed_for(who).size
        if n_others := n_free + self.desk.wanting(who).size:
            return f"All open rows ({n_others:,}) are in front of others; ask again in a while."
        n_open, n_waiting = self.desk.n_open, self.desk.n_waiting
        done = "Every row has a label or is closed."
        if n_open:
            done = f"You have seen every open row; {n_open:,} wait for somebody who knows."
        waiting = f" {n_waiting:,} with a label wait for another person's opinion."
        return done + (waiting if n_waiting else "")
