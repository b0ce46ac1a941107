"""What comes with an answer: comment and time, and what the model had expected."""

from __future__ import annotations

from cutplane.app.answers.given import Seen
from cutplane.app.learning.why import Suggestion
from cutplane.app.page.views.labelled import Labelled


def expected_of(project: Labelled, row: int) -> Suggestion | None:
    """What the model would answer, where suggestions are used at all."""
    return None if project.rules.suggest == "off" else project.trainer.suggestion(row)


def seen_with(
    project: Labelled,
    row: int,
    expected: Suggestion | None = None,
    *,
    comment: str = "",
    seconds: float | None = None,
) -> Seen:
    """What came with an answer; that a suggestion was seen before it, the desk itself knows."""
    is_blind = project.rules.is_blind(row)
    shows = expected is not None and project.rules.suggest == "after" and not is_blind
    return Seen(
        comment=comment,
        seconds=seconds,
        blind=is_blind,
        suggestion=None if expected is None else expected.label,
        probability=None if expected is None else expected.probability,
        shown="after" if shows else "no",
    )
