"""The labeler: a learner's questions as a widget of Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from cutplane.active.events import Label
from cutplane.active.learner import ActiveLearner
from cutplane.app.accepted import accepted_name
from cutplane.app.rules import Rules
from cutplane.extras import require
from cutplane.notebook.appearance import Appearance
from cutplane.notebook.fitting import (
    check_is_pool,
    checked_classes,
    checked_keys,
    checked_limits,
    takes_names,
)
from cutplane.notebook.subject import Subject

if TYPE_CHECKING:
    from cutplane.app.given import Comment, Given

#: Who answers where nobody is named.
NOBODY = "notebook"
#: Seconds that a row stays with whom it was shown to: people in notebooks turn to other cells.
_HOLD = 3_600.0


class Labeler:
    """Answer a learner's questions below the cell, with the keys and rules of ``cutplane label``.

    Every answer goes through the learner: checked, recorded in its journal if it has one, learnt,
    and only then shown as done; the next question comes with the reply. Learning happens in the
    kernel, in the handler of the widget's message, and takes the time that ``learner.tell`` takes.

    Parameters
    ----------
    learner : ActiveLearner
        Over a pool, which is asked about row by row. It may be told, asked and read in other cells
        meanwhile, and have several labelers, of one person or of several.
    rows : DataFrame or sequence, optional
        What people see of each row of the pool, in its order: columns, or texts or numbers; by
        default the pool's own columns.
    classes : sequence of bool, int or str, optional
        All classes there may be. By default those seen so far, and new ones may be typed.
    keys : mapping from classes to str, optional
        Digits or letters that answer; the other classes take what is left of 1 to 9 and of the
        letters that mean nothing else.
    target : str, default="label"
        What is asked for.
    limits : pair of float or None, default=(None, None)
        Least and largest value of a regression; None for no limit.
    show : callable, optional
        From a row of ``rows`` (by default of the pool, an array) to what is shown of it: text, a
        picture as bytes (PNG, JPEG, GIF or WebP), or a figure of matplotlib.
    guide : str
        How to label, in Markdown.
    suggest : {"off", "after", "key"}
        When people may see what the model would answer: never, after the answer, or on a key.
        Whether they did is recorded.
    blind : float, default=0.2
        Share of rows whose suggestion nobody sees before the answer.
    annotator : str
        Who answers. A classifier's ``center="gravity"`` finds a share of wrong labels for each
        name. By default "notebook" is recorded, and the model is told no name.
    budget : int, optional
        Answers that people may give in all, those before a restart included; no bound by default.

    Attributes
    ----------
    widget : anywidget.AnyWidget
        For layouts of ipywidgets; the labeler shows itself where it is the value of a cell.
    answers_ : tuple of Given
        What everybody says of every row today, by widget or ``learner.tell``.
    comments_ : dict of int to tuple of Comment
        Remarks by row, those that came with answers included. They are in the learner's events,
        and so in its journal.

    Raises
    ------
    InvalidInputError
        The learner asks about points of a box; rows, classes or limits do not fit it; or a package
        of the extra ``notebook`` is missing.
    """

    def __init__(
        self,
        learner: ActiveLearner,
        rows: pd.DataFrame | Sequence | None = None,
        *,
        classes: Sequence[Label] | None = None,
        keys: Mapping[Label, str] | None = None,
        target: str = "label",
        limits: tuple[float | None, float | None] = (None, None),
        show: Callable[..., object] | None = None,
        guide: str = "",
        suggest: Literal["off", "after", "key"] = "off",
        blind: float = 0.2,
        annotator: str = "",
        budget: int | None = None,
    ):
        for package in ("anywidget", "jinja2", "markdown_it"):
            require(package, "notebook", "labelling in a notebook")
        from cutplane.notebook.talk import Talk  # which needs them
        from cutplane.notebook.widget import widget_of

        check_is_pool(learner)
        low, high = checked_limits(limits)
        rules = Rules(
            task="regression" if learner.is_regression else "classification",
            low=low,
            high=high,
            suggest=suggest,
            blind=blind,
            lease_seconds=_HOLD,
            budget=budget,
            seed=learner.random_state,
            takes_names=bool(annotator) and takes_names(learner),
        )
        appearance = Appearance.of(learner.X_pool, learner.domain.names, rows, show)
        given = checked_classes(learner, classes)
        self._subject = Subject.of(
            learner,
            appearance,
            rules,
            target=target,
            classes=given,
            guide=guide,
            keys=checked_keys(learner, keys, given),
        )
        self.widget = widget_of(Talk(self._subject, accepted_name(annotator or NOBODY)))

    @property
    def answers_(self) -> tuple[Given, ...]:
        """What everybody says of every row today."""
        self._subject.desk.follow()
        return self._subject.desk.all_given()

    @property
    def comments_(self) -> dict[int, tuple[Comment, ...]]:
        """Remarks by row."""
        desk = self._subject.desk
        desk.follow()
        rows = sorted({row for event in desk.log.events for row in event.questions})
        said = {row: desk.comments(row) for row in rows}
        return {row: comments for row, comments in said.items() if comments}

    def _repr_mimebundle_(self, **kwargs: Any) -> object:
        return self.widget._repr_mimebundle_(**kwargs)
