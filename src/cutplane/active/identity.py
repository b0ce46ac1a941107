"""What makes a run the same run: estimator, settings, seed and pool, as a journal keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from cutplane._types import Metadata
from cutplane.active.box import Box
from cutplane.active.events import Event, check_hashes
from cutplane.active.settings import Settings
from cutplane.encoding import DAMAGE, plain, read
from cutplane.errors import InvalidInputError, JournalError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.estimators.base import CuttingPlaneEstimator

#: Parameters that change how a result is computed, and not what it is.
_NO_MATTER = ("n_jobs", "verbose")


def seed_of(random_state: object, about: Metadata) -> int:
    """The seed given, that of the journal, or a new one.

    Raises
    ------
    InvalidInputError
        It is no seed.
    """
    if random_state is None:
        drawn = int(np.random.SeedSequence().generate_state(1)[0])
        return int(about.get("random_state", drawn))
    if not isinstance(random_state, Integral) or not 0 <= int(random_state) < 2**32:
        raise InvalidInputError(
            f"random_state={random_state!r} arrived; give None or a whole number from 0 to 2^32 - 1"
        )
    return int(random_state)


def check_estimator(estimator: object) -> None:
    """Refuse what is no estimator of cutplane."""
    if not isinstance(estimator, CuttingPlaneEstimator):
        raise InvalidInputError(
            f"{estimator!r} arrived; give a CuttingPlaneClassifier or a CuttingPlaneRegressor"
        )


def seeded_estimator(
    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor, seed: int
) -> CuttingPlaneClassifier | CuttingPlaneRegressor:
    """A copy without what it has learnt, whose ``random_state`` is a number."""
    own = clone(estimator)
    if own.random_state is None:
        return own.set_params(random_state=seed)
    if not isinstance(own.random_state, Integral):
        drawn = check_random_state(own.random_state).randint(np.iinfo(np.int32).max)
        return own.set_params(random_state=int(drawn))
    return own


def described_run(
    estimator: CuttingPlaneClassifier | CuttingPlaneRegressor,
    settings: Settings,
    seed: int,
    domain: Metadata,
) -> Metadata:
    """What a journal keeps of a run beside its events."""
    parameters = estimator.get_params(deep=False)
    return {
        "cutplane": version("cutplane"),
        "created": datetime.now(UTC).isoformat(),
        "random_state": seed,
        "estimator": type(estimator).__name__,
        "parameters": {name: plain(name, value) for name, value in parameters.items()},
        "settings": settings.described(),
        "domain": domain,
    }


def check_described(about: Metadata) -> None:
    """Refuse what :func:`described_run` does not give; JournalError says what is wrong."""
    try:
        domain = about["domain"]
        if type(about["random_state"]) is not int or about["random_state"] < 0:
            raise ValueError("random_state is no seed")
        if type(about["estimator"]) is not str:
            raise ValueError("estimator is no name")
        for part in ("parameters", "settings"):
            for value in about[part].values():
                read(value)
        if domain["kind"] in ("pool", "stream"):
            check_hashes(domain["hashes"], domain["n_rows"])
            names = domain["names"] or []
            if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
                raise TypeError("names of columns are no texts")
        elif domain["kind"] == "box":
            Box(domain["low"], domain["high"])
        else:
            raise ValueError(f"a domain of kind {domain['kind']!r}")
    except DAMAGE as error:
        raise JournalError(f"its record of pool and settings is damaged ({error})") from error


def check_same_run(about: Metadata, given: Metadata) -> None:
    """Refuse a journal of a run with another estimator, settings or seed.

    Raises
    ------
    InvalidInputError
        It names what differs.
    """
    pairs = [(name, about.get(name), given[name]) for name in ("estimator", "random_state")]
    for part in ("parameters", "settings"):
        before, now = about[part], given[part]
        names = sorted({*before, *now} - {*_NO_MATTER})
        pairs += [(name, before.get(name), now.get(name)) for name in names]
    if other := {name: pair for name, *pair in pairs if pair[0] != pair[1]}:
        was = ", ".join(f"{name}={read(before)!r}" for name, (before, _) in other.items())
        now = ", ".join(f"{name}={read(after)!r}" for name, (_, after) in other.items())
        raise InvalidInputError(
            f"it was begun with {was}, and {now} arrived; pass the same, or take the labels to a "
            "new journal with export_journal and import_journal"
        )


def added_hashes(events: Sequence[Event]) -> list[str]:
    """Fingerprints of rows that were added later."""
    return [event.details["hashes"] for event in events if event.kind == "added"]


def n_first_rows(about: Metadata, n_rows: int, events: Sequence[Event]) -> int:
    """Rows of a pool that has n_rows today, before any were added."""
    added = sum(event.details["n_rows"] for event in events if event.kind == "added")
    return int(about["domain"].get("n_rows", 0)) if about else n_rows - added
