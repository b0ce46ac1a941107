"""What the question page shows: a project on a server, or a learner in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cutplane.active.events import Label
    from cutplane.app.answers.desk_view import DeskView
    from cutplane.app.answers.rules import Rules
    from cutplane.app.learning.figures import Figures
    from cutplane.app.learning.trainer import Status
    from cutplane.app.learning.why import Suggestion, Why
    from cutplane.tables.table import Table


class Knows(Protocol):
    """What is learnt, as :class:`cutplane.app.learning.trainer.Trainer` tells it."""

    @property
    def status(self) -> Status:
        """How far it is."""
        ...

    @property
    def figures(self) -> Figures | None:
        """Of the newest model."""
        ...

    def why(self, row: int) -> Why:
        """What stands behind a question."""
        ...

    def suggestion(self, row: int) -> Suggestion | None:
        """What the model would answer."""
        ...


class Assigns(Protocol):
    """Who is asked what, as :class:`cutplane.app.answers.assignments.Assignments`."""

    def why_none(self, who: str) -> str:
        """Why a person has no question."""
        ...


class Labelled(Protocol):
    """What is being labelled, as :class:`cutplane.app.setup.project.Project`."""

    @property
    def table(self) -> Table:
        """What stands in the rows."""
        ...

    @property
    def target(self) -> str:
        """What is asked for."""
        ...

    @property
    def rules(self) -> Rules:
        """What holds for everybody who answers."""
        ...

    @property
    def unit(self) -> str:
        """What a row is called: "line", or "row"."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """Columns that are shown, in order."""
        ...

    @property
    def image(self) -> str | None:
        """A column of paths to pictures."""
        ...

    @property
    def guide(self) -> str:
        """How to label, in Markdown."""
        ...

    @property
    def keys(self) -> Sequence[str]:
        """Keys that were asked for, each as ``class=key``."""
        ...

    @property
    def classes(self) -> tuple[Label, ...]:
        """Classes that can be answered, in order; none for values."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether classes may be typed that nobody has named before."""
        ...

    @property
    def desk(self) -> DeskView:
        """What people said."""
        ...

    @property
    def trainer(self) -> Knows:
        """What is learnt of it."""
        ...

    @property
    def assignments(self) -> Assigns:
        """Who is asked what."""
        ...
