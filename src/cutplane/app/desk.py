"""The desk: what people say is checked and recorded there, and known from what is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cutplane._types import Index, Metadata
from cutplane.active.event_log import EventLog
from cutplane.active.events import Label
from cutplane.app.given import NOTHING, Comment, Given, Seen
from cutplane.app.rules import Rules


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


class Desk:
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
    """

    def __init__(self, log: EventLog, n_rows: int, rules: Rules):
        self.log, self.n_rows, self.rules = log, n_rows, rules

    def answer(self, row: int, label: Label, who: str, seen: Seen = NOTHING) -> Receipt:
        """A person's label of a row; where others gave one, an opinion beside theirs.

        The same again is acknowledged and not recorded; another label is a correction.
        """
        raise NotImplementedError

    def answer_many(
        self, rows: Sequence[int], label: Label, who: str, seen: Seen = NOTHING
    ) -> Receipt:
        """One label for many rows; one step to undo."""
        raise NotImplementedError

    def skip(self, row: int, who: str, seen: Seen = NOTHING) -> Receipt:
        """Nobody can answer: the row is closed for all, unless somebody gave a label."""
        raise NotImplementedError

    def unknown(self, row: int, who: str, seen: Seen = NOTHING) -> Receipt:
        """This person does not know; ``rules.n_unknown`` of them close the row for all."""
        raise NotImplementedError

    def correct(
        self, row: int, label: Label, who: str, comment: str = "", *, may_decide: bool = False
    ) -> Receipt:
        """Another label in the place of one's own answer; of others' answers, a decision.

        ``may_decide`` says that the person reviews; others are refused without an own answer.
        """
        raise NotImplementedError

    def decide(self, row: int, label: Label, who: str, comment: str = "") -> Receipt:
        """A reviewer's label, which stands whatever others say."""
        raise NotImplementedError

    def withdraw(self, row: int, who: str) -> Receipt:
        """Take back all that a person said of a row; no step that can be undone."""
        raise NotImplementedError

    def comment(self, row: int, text: str, who: str) -> Receipt:
        """A remark about a row."""
        raise NotImplementedError

    def showed(
        self, row: int, suggestion: Label, who: str, probability: float | None = None
    ) -> Receipt:
        """A suggestion was seen before the answer; answers of this person say so from now on."""
        raise NotImplementedError

    def asked(self, row: int, who: str, rng: Metadata) -> Receipt:
        """A row was given to a person; ``rng`` is the generator's state afterwards."""
        raise NotImplementedError

    def undo(self, who: str) -> Undone | None:
        """Take back the person's last step that stands; None where there is none."""
        raise NotImplementedError

    def follow(self) -> None:
        """Read what others recorded since."""
        raise NotImplementedError

    @property
    def n_events(self) -> int:
        """Events that are known here."""
        raise NotImplementedError

    @property
    def n_given(self) -> int:
        """Answers that people gave, corrections, second opinions and what was undone included."""
        raise NotImplementedError

    @property
    def n_asked(self) -> int:
        """Answers paid for as the learner counts them: also labels that nobody put a name to."""
        raise NotImplementedError

    @property
    def n_labels(self) -> int:
        """Rows with a label that stands."""
        raise NotImplementedError

    @property
    def standing(self) -> Mapping[int, Label]:
        """The label that stands, by row: what the model learns."""
        raise NotImplementedError

    @property
    def skipped(self) -> Index:
        """Rows that are closed without a label, in the order they were."""
        raise NotImplementedError

    @property
    def classes(self) -> tuple[Label, ...]:
        """Labels that somebody's answer has, in the order of rows first answered."""
        raise NotImplementedError

    def given(self, row: int) -> tuple[Given, ...]:
        """What people say of a row today, the first one first; without decisions."""
        raise NotImplementedError

    def decision(self, row: int) -> Given | None:
        """What a reviewer decided."""
        raise NotImplementedError

    def all_given(self) -> tuple[Given, ...]:
        """What people say of all rows today."""
        raise NotImplementedError

    def comments(self, row: int) -> tuple[Comment, ...]:
        """Remarks about a row, those that came with answers included, in the order of time."""
        raise NotImplementedError

    def closed_for(self, who: str) -> Index:
        """Rows that the model need not ask a person: settled, or answered by this person."""
        raise NotImplementedError

    def wanting(self, who: str) -> Index:
        """Rows on which another opinion is wanted that this person can give, third ones first."""
        raise NotImplementedError

    def wants_third(self, row: int) -> bool:
        """Whether two people differ, and a third is to say."""
        raise NotImplementedError

    def disagreements(self) -> Index:
        """Rows on which people differ, decided or not."""
        raise NotImplementedError

    def again(self, who: str) -> Index:
        """Rows whose answer the person has just undone, the last one first."""
        raise NotImplementedError

    def latest_of(self, who: str) -> Given | None:
        """The last answer of a person that stands."""
        raise NotImplementedError

    def can_undo(self, who: str) -> bool:
        """Whether a person has a step to take back."""
        raise NotImplementedError
