"""What is labelled in a notebook, with all that the page's views read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from cutplane.active.events import Label
from cutplane.active.learner import ActiveLearner
from cutplane.active.learner_log import LearnerLog
from cutplane.app.answers.assignments import Assignments
from cutplane.app.answers.desk import Desk
from cutplane.app.answers.rules import Rules
from cutplane.app.setup.typed_label import label_of
from cutplane.notebook.appearance import Appearance
from cutplane.notebook.holds import Holds
from cutplane.notebook.knowledge import Knowledge
from cutplane.tables.table import Table

if TYPE_CHECKING:
    from cutplane.app.learning.trainer import Trainer
    from cutplane.app.team.leases import Leases


@dataclass(frozen=True, eq=False)
class Subject:
    """A learner's pool and the people who answer about it.

    Attributes
    ----------
    appearance : Appearance
    target : str
    rules : Rules
    given_classes : tuple of label
        All classes there may be; none where people may type new ones.
    guide : str
        Markdown.
    keys : tuple of str
        That were asked for, each as ``class=key``.
    desk : Desk
        Its acts happen to the learner.
    trainer : Knowledge
    assignments : Assignments
    image : None
        Pictures come from ``appearance``, not from a column.
    unit : str, default="row"
        What the page calls a row.
    """

    appearance: Appearance
    target: str
    rules: Rules
    given_classes: tuple[Label, ...]
    guide: str
    keys: tuple[str, ...]
    desk: Desk
    trainer: Knowledge
    assignments: Assignments
    image: None = None
    unit: str = "row"

    @classmethod
    def of(
        cls,
        learner: ActiveLearner,
        appearance: Appearance,
        rules: Rules,
        *,
        target: str,
        classes: tuple[Label, ...],
        guide: str,
        keys: tuple[str, ...],
    ) -> Subject:
        """With a desk whose acts happen to a learner."""
        log, holds = LearnerLog(learner), Holds.of(learner)
        n_rows = len(appearance.table.features)
        desk, known = Desk(log, n_rows, rules), Knowledge(log, holds, n_rows)
        assignments = Assignments(desk, cast("Leases", holds), cast("Trainer", known), rules)
        return cls(appearance, target, rules, classes, guide, keys, desk, known, assignments)

    @property
    def table(self) -> Table:
        """What stands in the rows."""
        return self.appearance.table

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are sent."""
        return self.appearance.columns

    @property
    def is_open(self) -> bool:
        """Whether people may type classes that nobody has named before."""
        return not self.rules.is_regression and not self.given_classes

    @property
    def classes(self) -> tuple[Label, ...]:
        """The classes that were given; otherwise those seen so far, sorted. None for values."""
        if self.rules.is_regression:
            return ()
        return self.given_classes or tuple(sorted(self.desk.classes))

    def read_label(self, text: str) -> Label:
        """A label as it was typed or clicked; errors as for a project's."""
        return label_of(text, self.rules, self.classes, is_open=self.is_open)
