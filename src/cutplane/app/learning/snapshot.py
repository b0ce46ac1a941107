"""What was learnt, kept in a file beside the journal so that a restart need not learn it again.

It is a cache and nothing else: where it is missing, damaged, or of another pool, other settings or
another version, all is learnt again from the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cutplane._types import Metadata
from cutplane.active.events import Event
from cutplane.active.following import about
from cutplane.active.learner_file import ledger_arrays, restored_ledger
from cutplane.active.ledger import Ledger
from cutplane.app.learning.figures import Point
from cutplane.archive import read_archive, write_archive
from cutplane.encoding import DAMAGE
from cutplane.errors import CutplaneError

#: What the file calls itself.
_WHAT = "snapshot"


class Snapshot(NamedTuple):
    """A run as it was, and its learning curve."""

    ledger: Ledger
    curve: tuple[Point, ...]


def write_snapshot(path: Path, snapshot: Snapshot, seed: int) -> None:
    """Write a run without its pool; the file is replaced at once.

    Raises
    ------
    InvalidInputError, OSError
        It cannot be written, or the query is a function.
    """
    ledger = snapshot.ledger
    arrays, metadata = ledger_arrays(ledger, about(ledger, seed), with_pool=False)
    curve = [list(point) for point in snapshot.curve]
    write_archive(path, arrays, {**metadata, "curve": curve}, what=_WHAT)


def read_snapshot(
    path: Path, ledger: Ledger, seed: int, events: Sequence[Event]
) -> Snapshot | None:
    """The run that a file holds, if it is this one and further than ``ledger``; else None.

    Parameters
    ----------
    path : Path
    ledger : Ledger
        The run as it is known.
    seed : int
    events : sequence of Event
        Of the journal; those of the file are the first of them.
    """
    try:
        arrays, metadata = read_archive(path, what=_WHAT)
        if _identity(metadata["about"]) != _identity(about(ledger, seed)):
            return None
        domain = ledger.domain
        rows = domain.told_rows(np.empty(0, dtype=np.intp))
        known = restored_ledger(arrays, metadata, rows)
        curve = tuple(Point(*point) for point in metadata["curve"])
    except (*DAMAGE, CutplaneError, OSError):
        return None
    n_known = len(known.events)
    if n_known <= len(ledger.events) or known.events != tuple(events[:n_known]):
        return None
    return Snapshot(replace(known, domain=domain), curve)


def _identity(described: Metadata) -> Metadata:
    """What makes a run the same, the version that learnt it included; not when it began."""
    return {name: value for name, value in described.items() if name != "created"}
