"""What the question page shows: a project on a server, or a learner in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cutplane.active.events import Label
    from cutplane.app.desk_view import DeskView
    from cutplane.app.figures import Figures
    from cutplane.app.rules import Rules
    from cutplane.app.trainer import Status
    from cutplane.app.why import Suggestion, Why
    from cutplane.tables.table import Table


class Knows(Protocol):
    """What is learnt, as :class:`cutplane.app.trainer.Trainer` tells it."""

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
    """Who is asked what, as :class:`cutplane.app.assignments.Assignments`."""

    def why_none(self, who: str) -> str:
        """Why a person has no question."""
        ...


class Labelled(Protocol):
    """What is being labelled; :class:`cutplane.app.project.Project` says what each part is."""

    @property
    def table(self) -> Table: ...

    @property
    def target(self) -> str: ...

    @property
    def rules(self) -> Rules: ...

    @property
    def unit(self) -> str: ...

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def image(self) -> str | None: ...

    @property
    def guide(self) -> str: ...

    @property
    def keys(self) -> Sequence[str]: ...

    @property
    def classes(self) -> tuple[Label, ...]: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def desk(self) -> DeskView: ...

    @property
    def trainer(self) -> Knows: ...

    @property
    def assignments(self) -> Assigns: ...
