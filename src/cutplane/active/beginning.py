"""A run before any event, new or that of a journal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cutplane._types import Metadata, Rows
from cutplane.active.domains import domain_of, in_columns_of
from cutplane.active.event_log import EventLog
from cutplane.active.events import Event
from cutplane.active.identity import n_first_rows, seed_of, seeded_estimator
from cutplane.active.ledger import Ledger
from cutplane.active.settings import Settings
from cutplane.encoding import rng_state
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.scanning.source import Source


def begun(
    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
    settings: Settings,
    X_pool: Rows | Source | None,
    where: tuple[ArrayLike, ArrayLike] | Source | None,
    random_state: int | None,
    journal: EventLog | None,
) -> tuple[Ledger, int]:
    """The ledger of a run before its first event, and its seed.

    A journal says the seed where none is given, the order of the columns, and how many rows the
    pool had before some were added.
    """
    domain = domain_of(X_pool, where, is_stream=settings.budget is not None)
    about = {} if journal is None else journal.about
    events: tuple[Event, ...] = () if journal is None else journal.events
    if about:
        domain = in_columns_of(about, domain, X_pool)
    if settings.candidates is not None:
        settings.candidates.check_same(domain)
    seed = seed_of(random_state, about)
    rng: Metadata = rng_state(np.random.default_rng(seed))
    model, n_pool = seeded_estimator(estimator, seed), n_first_rows(about, domain.n_rows, events)
    return Ledger.begun(domain.seeded(seed), settings, model, rng, n_pool), seed
