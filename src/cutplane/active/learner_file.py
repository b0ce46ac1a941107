"""A learner in the middle of its run, as arrays and JSON."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from cutplane._types import Arrays, Metadata, Rows
from cutplane.active.course import Course, Model
from cutplane.active.domains import restored_domain
from cutplane.active.events import Event
from cutplane.active.identity import added_hashes, check_described
from cutplane.active.ledger import Ledger
from cutplane.active.settings import Settings
from cutplane.encoding import rng_state, with_prefix
from cutplane.errors import InvalidInputError, JournalError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.estimators.base import CuttingPlaneEstimator


def ledger_arrays(ledger: Ledger, about: Metadata, *, with_pool: bool) -> tuple[Arrays, Metadata]:
    """Arrays and JSON metadata that rebuild a run: its events, and what was learnt of them.

    Raises
    ------
    InvalidInputError
        The query is a function, or there are candidates.
    """
    if not isinstance(ledger.settings.query, str):
        raise InvalidInputError(
            f"query is the function {ledger.settings.query_name}, which no file holds; keep the "
            "run in a journal, or use a query that has a name"
        )
    if ledger.settings.candidates is not None:
        raise InvalidInputError(
            "candidates has an index, which no file of a learner holds; keep the run in a journal, "
            "and the index in a file of its own"
        )
    model = ledger.model
    learnt = model.estimator if model.is_fitted else clone(model.estimator)
    arrays, estimator = learnt.to_arrays()
    arrays = {f"estimator/{name}": array for name, array in arrays.items()}
    arrays |= ledger.domain.to_arrays(with_pool=with_pool)
    metadata: Metadata = {
        "about": about,
        "events": [event.texts() for event in ledger.events],
        "estimator": estimator,
        "cut_rows": list(model.cut_rows),
        "history": list(model.history),
    }
    return arrays, metadata


def restored_ledger(
    arrays: Mapping[str, NDArray], metadata: Metadata, X_pool: Rows | None
) -> Ledger:
    """Inverse of :func:`ledger_arrays`.

    Raises
    ------
    InvalidInputError
        The pool is missing, or another one.
    ModelFileError
        A learner of this version cannot have such settings, events or estimator.
    KeyError, TypeError, ValueError, IndexError, AttributeError
        The state is damaged (:data:`cutplane.encoding.DAMAGE`).
    """
    about = metadata["about"]
    check_described(about)
    described, seed = about["domain"], about["random_state"]
    domain = restored_domain(arrays, described, X_pool, seed)
    try:
        events = tuple(Event.of_texts(texts) for texts in metadata["events"])
        own = with_prefix(arrays, "estimator/")
        estimator = CuttingPlaneEstimator.from_arrays(own, metadata["estimator"])
        settings = _settings(about, is_regression=not isinstance(estimator, CuttingPlaneClassifier))
        rng = rng_state(np.random.default_rng(seed))
        empty = Ledger.begun(domain, settings, estimator, rng, described.get("n_rows", 0))
        empty.check_recorded(events)
    except (InvalidInputError, JournalError) as error:  # nobody gave these but the file
        raise ModelFileError(f"damaged, or of a newer version ({error})") from error
    book, domain = empty.followed(events)
    domain.check_same(described, added_hashes(events), book.told)
    model = Model(
        estimator,
        len(book.batches),
        len(book.told),
        tuple(metadata["cut_rows"]),
        tuple(metadata["history"]),
    )
    _check_model(model, domain.numbers(book.told, 0))
    if not model.is_fitted:  # labels of one class
        return empty.after(*events)
    course = Course(book.batches, (Model(clone(estimator)), model))
    return Ledger(domain, settings, events, book, course)


def _settings(about: Metadata, *, is_regression: bool) -> Settings:
    settings = dict(about["settings"])
    settings.pop("query_is_function")
    kind = about["domain"]["kind"]
    return Settings.checked(
        is_regression=is_regression, is_box=kind == "box", stream=kind == "stream", **settings
    )


def _check_model(model: Model, numbers: NDArray) -> None:
    """Raise ValueError where cuts are none of labels told, or not those of the estimator."""
    is_fitted = model.estimator.__sklearn_is_fitted__()
    spaces = model.estimator.named_spaces() if is_fitted else []
    n_rows = spaces[0][1].n_rows if spaces else 0
    is_known = np.isin(model.cut_rows, numbers).all()
    if n_rows != len(set(model.cut_rows)) or n_rows != len(model.cut_rows) or not is_known:
        raise ValueError(f"{len(model.cut_rows)} cuts of {n_rows} labelled rows")
    if len(model.history) != model.n_batches:
        raise ValueError(f"history of {len(model.history)} for {model.n_batches} batches")
