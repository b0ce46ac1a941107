"""A learner in the middle of its run, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array

from cutplane._types import Metadata, Rows
from cutplane.active.journal import Journal
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import (
    DAMAGE,
    fingerprint,
    pool_arrays,
    restored_pool,
    restored_rng,
    rng_state,
    with_prefix,
)
from cutplane.errors import InvalidInputError
from cutplane.estimators.base import CuttingPlaneEstimator

T = TypeVar("T")

_SETTINGS = ("query", "batch_size", "cut_agreeing", "depth", "query_model")


def save_learner(learner: Any, path: str | Path, *, with_pool: bool = True) -> None:
    """Write a learner in the middle of its run.

    Parameters
    ----------
    learner : ActiveLearner
    path : str or Path
        Replaced at once, so that a crash leaves the old file or the new one.
    with_pool : bool, default=True
        Whether the pool is stored; if not, it has to be given again when the file is read.
    """
    arrays, estimator = learner.estimator_.to_arrays()
    arrays = {f"estimator/{name}": array for name, array in arrays.items()}
    arrays |= {"labels": learner.labels_, "rows": learner.labels_rows_}
    metadata: Metadata = {name: getattr(learner, name) for name in _SETTINGS} | {
        "estimator": estimator,
        "cut_rows": learner.cut_rows_,
        "history": learner.history_,
        "rng": rng_state(learner._rng),
        "journal": None if learner._journal is None else str(learner._journal.path.absolute()),
        "fingerprint": fingerprint(learner.X_pool),
        "has_domain": learner._box is not None,
    }
    if learner._box is not None:
        arrays |= {"low": learner._box.low, "high": learner._box.high}
        arrays |= {"gate_rows": learner._gate_rows, "pool": learner.X_pool}
    elif with_pool:
        arrays |= pool_arrays(learner.X_pool)
    write_archive(path, arrays, metadata, what="learner")


def load_learner(
    path: str | Path,
    kind: type[T],
    X_pool: Rows | None = None,
    journal: str | Path | None = None,
) -> T:
    """Read a learner back; the run goes on as if it had not been interrupted.

    Parameters
    ----------
    path : str or Path
    kind : type
        ActiveLearner.
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
    if X_pool is not None:
        X_pool = _same_pool(X_pool, metadata.get("fingerprint"), path)
    elif not metadata.get("has_domain") and "pool_shape" not in arrays:
        raise InvalidInputError(f"{str(path)!r} was saved without its pool; pass X_pool")
    try:
        learner: Any = _learner(arrays, metadata, kind, X_pool)
        earlier = metadata["journal"]
    except DAMAGE as error:
        raise damaged(path, error, what="learner") from error
    if journal or earlier:
        _resume(learner, Journal(journal or earlier))
    return learner


def _same_pool(X_pool: Any, expected: str | None, path: Any) -> Rows:
    X_pool = check_array(X_pool, accept_sparse="csr", dtype=np.float64)
    if fingerprint(X_pool) != expected:
        raise InvalidInputError(
            f"X_pool of shape {X_pool.shape} is not the pool that the learner in {str(path)!r} "
            "was asking about; pass the same rows in the same order"
        )
    return X_pool


def _learner(
    arrays: Mapping[str, NDArray],
    metadata: Metadata,
    kind: type,
    pool: Rows | None,
) -> Any:
    """Inverse of what :func:`save_learner` collects, the journal left out."""
    own = with_prefix(arrays, "estimator/")
    estimator = CuttingPlaneEstimator.from_arrays(own, metadata["estimator"])
    settings = {name: metadata[name] for name in _SETTINGS}
    if metadata["has_domain"]:
        learner = kind(estimator, domain=(arrays["low"], arrays["high"]), **settings)
        learner.X_pool, learner._gate_rows = arrays["pool"], arrays["gate_rows"]
        learner._told = np.zeros(learner.X_pool.shape[0], dtype=bool)
    else:
        learner = kind(estimator, restored_pool(arrays) if pool is None else pool, **settings)
    learner.estimator_ = estimator
    learner._rng = restored_rng(metadata["rng"])
    learner.labels_ = arrays["labels"]
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
