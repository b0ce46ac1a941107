"""A learner in the middle of its run, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cutplane.archive import damaged, read_archive
from cutplane.arrangement import Rows
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.journal import Journal
from cutplane.persistence.encoding import (
    DAMAGE,
    Metadata,
    fingerprint,
    pool_arrays,
    restored_labels,
    restored_pool,
    storable,
    with_prefix,
    write,
)
from cutplane.persistence.estimator import estimator_state, restored_estimator

T = TypeVar("T")

_SETTINGS = ("query", "batch_size", "cut_agreeing", "depth")


def save_learner(learner: Any, path: str | Path, *, with_pool: bool = True) -> None:
    """Write a learner in the middle of its run.

    Parameters
    ----------
    learner : ActiveLearner
    path : str or Path
        As for :func:`save_estimator`.
    with_pool : bool, default=True
        Whether the pool is stored; if not, it has to be given again when the file is read.
    """
    arrays, estimator = estimator_state(learner.estimator_)
    arrays = {f"estimator/{name}": array for name, array in arrays.items()}
    labels, is_object = storable(learner.labels_)
    arrays |= {"labels": labels, "rows": learner.labels_rows_}
    metadata: Metadata = {name: getattr(learner, name) for name in _SETTINGS} | {
        "estimator": estimator,
        "labels_are_objects": is_object,
        "cut_rows": learner.cut_rows_,
        "history": learner.history_,
        "rng": learner._rng.bit_generator.state,
        "journal": None if learner._journal is None else str(learner._journal.path.absolute()),
        "fingerprint": fingerprint(learner.X_pool),
        "has_domain": learner._box is not None,
    }
    if learner._box is not None:
        arrays |= {"low": learner._box.low, "high": learner._box.high}
        arrays |= {"gate_rows": learner._gate_rows, "pool": learner.X_pool}
    elif with_pool:
        arrays |= pool_arrays(learner.X_pool)
    write(path, arrays, metadata, what="learner")


def load_learner(
    path: str | Path,
    kind: type[T],
    estimator_kind: type,
    X_pool: Rows | None = None,
    journal: str | Path | None = None,
) -> T:
    """Read a learner back; the run goes on as if it had not been interrupted.

    Parameters
    ----------
    path : str or Path
    kind : type
        ActiveLearner.
    estimator_kind : type
        Base class of the estimators it may hold.
    X_pool : array-like or CSR matrix, optional
        The pool, where the file was written without it.
    journal : str or Path, optional
        Where labels go from now on; by default where they went before. Labels that it holds
        beyond the file's are told to the learner, those that it lacks are added.

    Raises
    ------
    InvalidInputError
        There is no such file; the pool is missing or another one; the journal is of
        another run.
    ModelFileError
        The file is damaged, holds something else, or comes from a newer version.
    """
    arrays, metadata = read_archive(path, what="learner")
    try:
        pool = restored_pool(arrays) if X_pool is None and "pool_shape" in arrays else X_pool
        learner: Any = _learner(arrays, metadata, kind, estimator_kind, pool, path)
        matches = fingerprint(learner.X_pool) == metadata["fingerprint"]
        journal = metadata["journal"] if journal is None else journal
    except (ModelFileError, _PoolMissingError):
        raise
    except DAMAGE as error:
        raise damaged(path, error, what="learner") from error
    if not matches:
        raise InvalidInputError(
            f"X_pool of shape {learner.X_pool.shape} is not the pool that the learner in "
            f"{str(path)!r} was asking about; pass the same rows in the same order"
        )
    if journal is not None:
        _resume(learner, Journal(journal))
    return learner


class _PoolMissingError(InvalidInputError):
    """Raised where the file holds no pool, and none was given."""


def _learner(
    arrays: Mapping[str, NDArray],
    metadata: Metadata,
    kind: type,
    estimator_kind: type,
    pool: Rows | None,
    path: Any,
) -> Any:
    """Inverse of what :func:`save_learner` collects, the journal left out."""
    estimator = restored_estimator(
        with_prefix(arrays, "estimator/"), metadata["estimator"], estimator_kind, path
    )
    settings = {name: metadata[name] for name in _SETTINGS}
    if metadata["has_domain"]:
        learner = kind(estimator, domain=(arrays["low"], arrays["high"]), **settings)
        learner.X_pool, learner._gate_rows = arrays["pool"], arrays["gate_rows"]
        learner._told = np.zeros(learner.X_pool.shape[0], dtype=bool)
    else:
        if pool is None:
            raise _PoolMissingError(f"{str(path)!r} was saved without its pool; pass X_pool")
        learner = kind(estimator, pool, **settings)
    learner.estimator_ = estimator
    learner._rng.bit_generator.state = metadata["rng"]
    learner.labels_ = restored_labels(arrays["labels"], metadata)
    learner.labels_rows_ = arrays["rows"]
    learner.cut_rows_ = metadata["cut_rows"]
    learner.history_ = metadata["history"]
    learner._told[learner.labels_rows_] = True
    return learner


def _resume(learner: Any, journal: Journal) -> None:
    """Bring journal and learner to the same labels, then record to it."""
    keys, labels = journal.entries()
    points = learner.X_pool[learner.labels_rows_] if learner._box is not None else None
    if points is None:
        held = [str(row) for row in learner.labels_rows_]
    else:
        held = [" ".join(map(repr, point.tolist())) for point in points]
    both = min(len(keys), len(held))
    told = learner.labels_.tolist()
    same = [str(label) for label in labels[:both]] == [str(label) for label in told[:both]]
    if keys[:both] != held[:both] or not same:
        raise InvalidInputError(
            f"the journal {str(journal.path)!r} holds other labels than the saved learner; "
            "pass the journal of the same run, or a new path"
        )
    journal.append(held[both:], told[both:])
    for key, label in zip(keys[both:], labels[both:], strict=True):
        row = int(key) if points is None else [[float(x) for x in key.split()]]
        learner.tell(row, [label])
    learner._journal = journal
