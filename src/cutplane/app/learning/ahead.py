"""Questions prepared ahead: what would be asked if the answer were this or that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import ndtri

from cutplane._types import Metadata
from cutplane.active.asking import by_position, choose
from cutplane.active.events import Event, Label
from cutplane.active.ledger import Ledger
from cutplane.encoding import rng_state
from cutplane.estimators import CuttingPlaneClassifier

#: Rows that are kept ready at least, and at most.
N_READY, _MOST_READY = 8, 64
#: Answers that are prepared for, of one row.
_MOST_ANSWERS = 4
#: Of values: the middle first, whose questions stand in for those of others.
_QUANTILES = (0.5, 0.1, 0.9)


@dataclass(frozen=True)
class Ready:
    """Rows that may be asked now.

    Attributes
    ----------
    rows : tuple of int
        Positions in the pool, best first; at least eight where so many are open.
    rng : dict
        State of the generator that chose them, for the details of the event ``asked``.
    source : {"model", "cover"}
        Whether a model chose the first ones, or they cover the pool before there is one.
    n_events : int
        Events that they know of.
    n_chosen : int
        So many rows come from ``source``; those after them are any open ones, for times when
        people answer faster than is learnt.
    why_none : str
        A sentence where there are no rows.
    """

    rows: tuple[int, ...]
    rng: Metadata
    source: str
    n_events: int
    n_chosen: int
    why_none: str = ""

    @classmethod
    def of(cls, ledger: Ledger, n: int = N_READY) -> Self:
        """What the ledger's query asks next, n rows; it covers the pool where there is no model."""
        rng = ledger.rng()
        rows = choose(ledger, min(n, _MOST_READY), rng).questions.tolist()
        source = "model" if ledger.model.is_fitted else "cover"
        return cls(tuple(rows), rng_state(rng), source, len(ledger.events), len(rows))

    def reason(self, row: int) -> str:
        """Why a row is asked: "model" or "cover"."""
        return self.source if row in self.rows[: self.n_chosen] else "cover"

    def without(self, closed: set[int]) -> Ready:
        """Without rows that were answered since."""
        if closed.isdisjoint(self.rows):
            return self
        rows = tuple(row for row in self.rows if row not in closed)
        n_chosen = sum(row not in closed for row in self.rows[: self.n_chosen])
        return replace(self, rows=rows, n_chosen=n_chosen)


@dataclass(frozen=True, eq=False)
class Prepared:
    """What would be, if a row were answered so.

    Attributes
    ----------
    row : int
    label : class, or float
    who : str
        Name that the event has, "" for none.
    ledger : Ledger
        With that answer.
    ready : Ready
        What it would ask.
    """

    row: int
    label: Label
    who: str
    ledger: Ledger
    ready: Ready

    @classmethod
    def of(cls, ledger: Ledger, row: int, label: Label, who: str, n: int = N_READY) -> Self:
        """Learn an answer that might come; what the estimator raises passes through."""
        after = ledger.after(Event("labelled", [row], [label], [who] if who else []))
        return cls(row, label, who, after, Ready.of(after, n))

    def is_for(self, row: int, label: Label) -> bool:
        """Whether it is what happened."""
        return self.row == row and self.label == label and type(self.label) is type(label)


def prepared_for(prepared: Sequence[Prepared], row: int, label: Label) -> Prepared | None:
    """What was prepared for an answer; of a value, for the nearest that was."""
    exact = next((own for own in prepared if own.is_for(row, label)), None)
    if exact is not None or isinstance(label, str):
        return exact
    near = [own for own in prepared if own.row == row and not _is_class(own)]
    return min(near, key=lambda own: abs(float(own.label) - label), default=None)


def _is_class(prepared: Prepared) -> bool:
    return isinstance(prepared.ledger.model.estimator, CuttingPlaneClassifier)


def likely_answers(ledger: Ledger, row: int) -> list[Label]:
    """Answers that may come, the most probable first: up to four classes, or three values.

    Before there is a model, the classes seen so far.
    """
    estimator = by_position(ledger.model.estimator)
    if not ledger.model.is_fitted:
        if not isinstance(estimator, CuttingPlaneClassifier):
            return []
        classes, counts = np.unique(ledger.book.labels, return_counts=True)
        return list(classes[np.argsort(-counts, kind="stable")][:_MOST_ANSWERS].tolist())
    X = ledger.domain.columns(np.array([row]))
    if isinstance(estimator, CuttingPlaneClassifier):
        order = np.argsort(-estimator.predict_proba(X)[0], kind="stable")
        return list(estimator.classes_[order][:_MOST_ANSWERS].tolist())
    score, deviation = estimator.scores(X), estimator.spread(X)
    return list(estimator.values(score + ndtri(_QUANTILES) * deviation).tolist())
