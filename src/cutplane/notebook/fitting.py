"""Whether a learner can be answered in a notebook, and which classes it can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real

from cutplane.active.events import Label
from cutplane.active.labels import check_one_kind, checked_labels, kept_labels
from cutplane.active.learner import ActiveLearner
from cutplane.app.setup.keys import read_keys
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError
from cutplane.scanning.source import Source


def check_is_pool(learner: ActiveLearner) -> None:
    """Refuse what has no rows that people could look at."""
    if not isinstance(learner, ActiveLearner):
        raise InvalidInputError(
            f"a {type(learner).__name__} arrived; give a cutplane.ActiveLearner over a pool"
        )
    if learner.domain.kind != "pool":
        raise InvalidInputError(
            f"the learner asks about a {learner.domain.kind}, whose points have no rows to look "
            "at; give it a pool, or ask() and tell() it yourself"
        )
    if isinstance(learner.X_pool, Source):
        raise InvalidInputError(
            "the learner's rows stay on disk, and people look at rows in memory; ask() and tell() "
            "it yourself, with learner.X_pool.take(rows) to look at"
        )


def takes_names(learner: ActiveLearner) -> bool:
    """Whether the model finds a share of wrong labels for everybody who answers."""
    center = CENTERS.get(learner.estimator_.center_name)
    return not learner.is_regression and center is not None and center.weighs_evidence


def checked_classes(learner: ActiveLearner, classes: Sequence[Label] | None) -> tuple[Label, ...]:
    """Classes as the values they are; none where any may come.

    Raises
    ------
    InvalidInputError
        They are for values, too few, repeat, or are not those that the learner was told.
    """
    if classes is None:
        return ()
    if learner.is_regression:
        raise InvalidInputError(
            "classes arrived, and the learner's labels are values; give limits=(low, high)"
        )
    if isinstance(classes, str):
        raise InvalidInputError(f"classes={classes!r} arrived; give a list of them")
    read = checked_labels(list(classes), is_regression=False)
    names = [str(label) for label in read]
    if len(read) < 2 or len(set(names)) < len(names):
        raise InvalidInputError(f"classes {names} arrived; give two or more, each once")
    check_one_kind(kept_labels(read), learner.labels_)
    if others := sorted(set(map(str, learner.labels_.tolist())) - set(names)):
        raise InvalidInputError(
            f"the learner holds labels {others} that are not among the classes {names}; add them"
        )
    return tuple(read)


def checked_limits(limits: object) -> tuple[float | None, float | None]:
    """Least and largest value, None for no limit; InvalidInputError where they are no such pair."""
    ends = list(limits) if isinstance(limits, tuple | list) else []
    if len(ends) != 2 or not all(end is None or isinstance(end, Real) for end in ends):
        raise InvalidInputError(f"limits={limits!r} arrived; give (low, high), None for no limit")
    return ends[0], ends[1]


def checked_keys(
    learner: ActiveLearner, keys: Mapping[Label, str] | None, classes: Sequence[Label]
) -> tuple[str, ...]:
    """Keys of classes, each as ``class=key``.

    Raises
    ------
    InvalidInputError
        They are for values, a class is not known, or a key is taken or means something else.
    """
    pairs = tuple(f"{label}={key}" for label, key in (keys or {}).items())
    if pairs and learner.is_regression:
        raise InvalidInputError("keys arrived, and the learner's labels are values; leave them out")
    read_keys(pairs, [str(label) for label in classes])
    return pairs
