"""The desk: what people say is checked and recorded there, and known from what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cutplane._types import Metadata
from cutplane.active.events import Event, Label
from cutplane.app.answers.accepted import accepted_label, accepted_name, accepted_rows, check_fits
from cutplane.app.answers.acts import Said, news, taking_back
from cutplane.app.answers.desk_view import DeskView
from cutplane.app.answers.given import NOTHING, Kind, Seen, check_comment
from cutplane.app.answers.tally import Tally
from cutplane.errors import InvalidInputError


@dataclass(frozen=True)
class Receipt:
    """What is on disk.

    Attributes
    ----------
    row : int
        The first, of several.
    kind : str
        "label", "skip", "unknown", "decision", "comment", "suggestion", "withdrawn" or "asked".
    n_events : int
        Events in the log by then.
    is_repeated : bool
        Whether it had been recorded before, and was not again.
    """

    row: int
    kind: str
    n_events: int
    is_repeated: bool = False


@dataclass(frozen=True)
class Undone:
    """A step that was taken back.

    Attributes
    ----------
    rows : tuple of int
    kind : str
        As of the :class:`Receipt` of the step.
    label : label or None
        That was given.
    n_events : int
        Events in the log by then.
    """

    rows: tuple[int, ...]
    kind: str
    label: Label | None
    n_events: int

    @property
    def row(self) -> int:
        """The first."""
        return self.rows[0]


class Desk(DeskView):
    """What people say about the rows of a pool: recorded at once, learnt by others later.

    Every act is checked, recorded in one piece and on disk when it returns; what is refused leaves
    no trace. Everything known is made of the log's events alone, so that another desk of the same
    log, in this process or elsewhere, says the same.

    Parameters
    ----------
    log : EventLog
    n_rows : int
        Of the pool.
    rules : Rules

    Raises
    ------
    InvalidInputError
        From acts: a row outside the pool, a label that cannot be, or nobody who acts.
    JournalError
        The log cannot be written, or holds what no desk writes.
    """

    def answer(self, row: int, label: Label, who: str, seen: Seen = NOTHING) -> Receipt:
        """A person's label of a row; where others gave one, an opinion beside theirs.

        The same again is acknowledged and not recorded; another label is a correction.
        """
        return self.answer_many([row], label, who, seen)

    def answer_many(
        self, rows: Sequence[int], label: Label, who: str, seen: Seen = NOTHING
    ) -> Receipt:
        """One label for many rows, and one step to undo; rows that have it already stay."""
        return self._say(rows, Said(who, "label", accepted_label(label, self.rules), seen))

    def skip(self, row: int, who: str, seen: Seen = NOTHING) -> Receipt:
        """Nobody can answer: the row is closed for all, unless somebody gave a label."""
        return self._say([row], Said(who, "skip", None, seen))

    def unknown(self, row: int, who: str, seen: Seen = NOTHING) -> Receipt:
        """This person does not know; ``rules.n_unknown`` of them close the row for all."""
        return self._say([row], Said(who, "unknown", None, seen))

    def decide(self, row: int, label: Label, who: str, comment: str = "") -> Receipt:
        """A reviewer's label, which stands whatever others say."""
        own = Said(who, "decision", accepted_label(label, self.rules), Seen(comment))
        return self._say([row], own)

    def correct(
        self, row: int, label: Label, who: str, comment: str = "", *, may_decide: bool = False
    ) -> Receipt:
        """Another label in the place of one's own answer; of others' answers, a decision.

        ``may_decide`` says that the person reviews; others are refused without an own answer.
        """
        label = accepted_label(label, self.rules)

        def events(tally: Tally, at: int) -> list[Event]:
            is_own = tally.row(at).of(who) is not None
            if not is_own and not may_decide:
                raise InvalidInputError(
                    f"{who!r} gave no answer about row {row}; one's own answers can be corrected, "
                    "and those of others by a reviewer"
                )
            kind: Kind = "label" if is_own else "decision"
            return self._said(tally, [at], Said(who, kind, label, Seen(comment)))

        return self._happened(row, who, "label", events)

    def withdraw(self, row: int, who: str) -> Receipt:
        """Take back all that a person said of a row, comments left; no step that can be undone."""

        def events(tally: Tally, at: int) -> list[Event]:
            known = tally.row(at)
            after = known.without(who)
            if after == known:
                raise InvalidInputError(
                    f"{who!r} gave no answer about row {row}; one's own answers can be withdrawn"
                )
            return taking_back(tally, {at: after}, who, undo=False)

        return self._happened(row, who, "withdrawn", events)

    def comment(self, row: int, text: str, who: str) -> Receipt:
        """A remark about a row; one's last remark again is acknowledged and not recorded."""
        check_comment(text)
        if not text.strip():
            raise InvalidInputError("an empty comment arrived; write something")

        def events(tally: Tally, at: int) -> list[Event]:
            own = [note.text for note in tally.comments.get(at, []) if note.who == who]
            details = {"by": who, "comment": text}
            return [] if own[-1:] == [text] else [Event("noted", [at], details=details)]

        return self._happened(row, who, "comment", events)

    def showed(
        self, row: int, suggestion: Label, who: str, probability: float | None = None
    ) -> Receipt:
        """A suggestion was seen before the answer; this person's answers say so from now on."""
        if self.rules.suggest != "key" or self.rules.is_blind(row):
            raise InvalidInputError(f"row {row} is answered without a suggestion; show none before")
        seen = Seen(suggestion=suggestion, probability=probability, shown="before")

        def events(tally: Tally, at: int) -> list[Event]:
            details = {"by": who, **seen.details()}
            return [] if (at, who) in tally.seen else [Event("noted", [at], details=details)]

        return self._happened(row, who, "suggestion", events)

    def asked(self, row: int, who: str, rng: Metadata) -> Receipt:
        """A row was given to a person; ``rng`` is the generator's state afterwards."""
        details = {"rng": rng, "by": who}
        return self._happened(
            row, who, "asked", lambda _, at: [Event("asked", [at], details=details)]
        )

    def undo(self, who: str) -> Undone | None:
        """Take back the person's last step that stands; None where there is none.

        What others said meanwhile stays, and what was given was paid for. Of a correction, the
        answer before it comes back.
        """
        accepted_name(who)
        with self._turn:
            with self.log.alone():
                tally = self._tally
                if not tally.steps.get(who):
                    return None
                step, after = tally.steps[who][-1], tally.undone(who)
                for row, known in after.items():
                    if (label := known.verdict(self.rules).label) is not None:
                        check_fits(label, tally, [row], who)
                rows = tuple(step.before)
                self.log.append(taking_back(tally, after, who, undo=True))
            return Undone(rows, step.kind, step.label, self._tally.n_events)

    def _say(self, rows: Sequence[int], said: Said) -> Receipt:
        """An answer or a decision."""
        rows = accepted_rows(rows, self.n_rows)
        return self._happened(
            rows[0], said.who, said.kind, lambda tally, _: self._said(tally, rows, said)
        )

    def _said(self, tally: Tally, rows: Sequence[int], said: Said) -> list[Event]:
        """Events of what is news in it."""
        if said.label is not None:
            check_fits(said.label, tally, rows, said.who)
        return news(tally, rows, said)

    def _happened(
        self, row: int, who: str, kind: str, events: Callable[[Tally, int], list[Event]]
    ) -> Receipt:
        """Record what an act comes to after all that is recorded; nothing where it is no news."""
        (at,) = accepted_rows([row], self.n_rows)
        accepted_name(who)
        with self._turn:
            with self.log.alone():
                made = events(self._tally, at)
                if made:
                    self.log.append(made)
            return Receipt(at, kind, self._tally.n_events, not made)
