"""A whole estimator as arrays and JSON, so that the next ``partial_fit`` starts warm."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from cutplane._types import Array, Arrays, Metadata
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.arrays import HOST, Place
from cutplane.centers.registry import CENTERS
from cutplane.encoding import DAMAGE, plain, read, restored_labels, storable, with_prefix
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators.checks import check_parameters
from cutplane.estimators.defaults import AUTO
from cutplane.estimators.evidence import Evidence
from cutplane.estimators.score import Score
from cutplane.estimators.waiting import Waiting
from cutplane.fields import LEAST, flag, floats, mapping, number, weights, whole
from cutplane.newton.center import Center
from cutplane.space.stored import require_signs
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.mixture import Member

#: What a fitted estimator knows beside its labels and scores, as far as it has it.
_ATTRIBUTES: dict[str, Callable[[Mapping[str, object], str], float]] = {
    "n_features_in_": whole,
    "cost_": partial(number, low=LEAST, high=math.inf),
    "_n_at_choice": whole,
    "_seed": whole,
    "y_mean_": number,
    "y_scale_": partial(number, low=LEAST),
}


class StateMixin(BaseEstimator):
    """Writing and reading of an estimator that holds labels and scores."""

    _labels: NDArray
    #: How often each label counts, whatever its class.
    _weight: Array
    _scores: tuple[Score, ...] = ()
    #: Where centers are computed: where the newest rows were.
    _place: Place = HOST
    #: Labels of a classifier that are of one class only.
    _waiting: Waiting | None = None
    #: Classes that may come, as far as a classifier was told.
    _announced: NDArray = np.empty(0)

    @abstractmethod
    def _hold(self, labels: NDArray, weight: Array, scores: Sequence[Score]) -> None:
        """Take over the labels, how often each counts, and what was learnt from them."""

    def __getstate__(self) -> Metadata:
        """All but where the last center was computed, which another machine may lack."""
        return {name: own for name, own in super().__getstate__().items() if name != "_place"}

    def __sklearn_is_fitted__(self) -> bool:
        return bool(self._scores) or self._waiting is not None

    def _forget(self) -> None:
        """Let go of all labels, and of the classes announced."""
        self._scores, self._waiting, self._announced = (), None, np.empty(0)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the estimator, fitted or not.

        Raises
        ------
        InvalidInputError
            A parameter or a label is of a type that JSON and NPZ do not know.
        """
        if self._waiting is not None:
            raise InvalidInputError(
                f"labels of one class only ({self._labels[0]!r}) are held, which make no network "
                "to store; tell a label of another class before"
            )
        parameters = self.get_params(deep=False)
        metadata: Metadata = {
            "kind": type(self).__name__,
            "parameters": {name: plain(name, value) for name, value in parameters.items()},
            "is_fitted": self.__sklearn_is_fitted__(),
        }
        if not metadata["is_fitted"]:
            return {}, metadata
        arrays, scores = score_arrays(self._scores)
        if self._scores[0].members:
            arrays["log_z"], metadata["evidence"] = self.evidence_.to_arrays()
        if self._announced.size:
            announced = self._announced.tolist()
            metadata["announced"] = [plain("a class announced", name) for name in announced]
        metadata["annotators"] = [plain("an annotator", name) for name in self.annotators_]
        held = {name: getattr(self, name) for name in _ATTRIBUTES if hasattr(self, name)}
        metadata |= scores
        metadata["attributes"] = {name: plain(name, value) for name, value in held.items()}
        arrays["labels"], metadata["labels_are_objects"] = storable(self._labels)
        arrays["weight"] = self._weight
        if hasattr(self, "feature_names_in_"):
            arrays["feature_names"] = self.feature_names_in_.astype(str)
        return arrays, metadata

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray], metadata: Metadata) -> Self:
        """Inverse of :meth:`to_arrays`, for this class and those that inherit from it.

        Raises
        ------
        ModelFileError
            It is the state of another class.
        KeyError, TypeError, ValueError, IndexError, AttributeError
            The state is damaged (:data:`cutplane.encoding.DAMAGE`): something is missing, or
            arrays do not fit each other.
        """
        kinds = {known.__name__: known for known in (cls, *_subclasses(cls))}
        kind = metadata["kind"]
        if kind not in kinds:
            raise ModelFileError(f"the arrays hold a {kind}, not a {cls.__name__}")
        parameters = {name: read(value) for name, value in metadata["parameters"].items()}
        estimator: Self = kinds[kind](**parameters)
        if flag(metadata, "is_fitted"):
            estimator._restore(arrays, metadata)
        elif arrays:
            raise ValueError("arrays of an estimator that is not fitted")
        return estimator

    def _restore(self, arrays: Mapping[str, NDArray], metadata: Metadata) -> None:
        """Take over what a fitted estimator knew."""
        self._forget()
        attributes = mapping(metadata, "attributes")
        for name in attributes:
            setattr(self, name, _ATTRIBUTES[name](attributes, name))
        if "feature_names" in arrays:
            self.feature_names_in_ = arrays["feature_names"].astype(object)
        self.annotators_ = np.array([read(a) for a in metadata["annotators"]], dtype=object)
        labels = restored_labels(arrays["labels"], metadata)
        weight = weights(arrays, "weight", labels.shape)
        if "announced" in metadata:
            announced = np.array([read(name) for name in metadata["announced"]])
            self._announced = restored_labels(announced, metadata)
        scores = restored_scores(arrays, metadata, self._analytic)
        if scores[0].members:
            self.evidence_ = Evidence.from_arrays(arrays["log_z"], metadata["evidence"])
        self._require_fit(labels, scores)
        self.arrangement_ = scores[0].space.arrangement
        self._hold(labels, weight, scores)

    def _require_fit(self, labels: NDArray, scores: Sequence[Score]) -> None:
        """ValueError where labels, columns, names or parameters are not those of the scores."""
        space = scores[0].space
        if labels.shape != (space.n_rows,):
            raise ValueError(f"{space.n_rows} rows, and labels of shape {labels.shape}")
        names = getattr(self, "feature_names_in_", np.empty(space.arrangement.n_features))
        if not self.n_features_in_ == space.arrangement.n_features == names.size:
            raise ValueError(f"{self.n_features_in_} columns, and {names.size} names")
        if space.labels.annotator.max(initial=0) >= self.annotators_.size:
            raise ValueError(f"{self.annotators_.size} annotators are too few")
        has_values = hasattr(self, "y_mean_") and hasattr(self, "y_scale_")
        if (space.epsilon is not None) != has_values:
            raise ValueError("labels of classes, or values, for the other estimator")
        if space.epsilon is None:
            _require_classes(labels, scores)
        check_parameters(self.get_params(deep=False), (AUTO, *CENTERS))

    def save(self, path: str | Path) -> None:
        """Write parameters, gates, labels and multipliers as .npz, without pickle.

        The file is replaced at once: a crash leaves the old one or the new one.

        Raises
        ------
        InvalidInputError
            A parameter or a label cannot be stored, or nothing can be written there.
        """
        write_archive(path, *self.to_arrays(), what="estimator")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an estimator that :meth:`save` wrote; ``partial_fit`` goes on warm.

        Raises
        ------
        InvalidInputError
            There is no such file.
        ModelFileError
            The file is damaged, holds something else, or comes from a newer version.
        """
        arrays, metadata = read_archive(path, what="estimator")
        try:
            return cls.from_arrays(arrays, metadata)
        except ModelFileError as error:
            raise ModelFileError(f"{str(path)!r}: {error}") from None
        except DAMAGE as error:
            raise damaged(path, error, what="estimator") from error


def score_arrays(scores: Sequence[Score]) -> tuple[Arrays, Metadata]:
    """Arrays and JSON metadata that rebuild the scores of one estimator."""
    arrays, space = scores[0].space.to_arrays()
    arrays = {f"space/{name}": array for name, array in arrays.items()}
    centers = []
    for i, score in enumerate(scores):
        own, center = ({}, {}) if score.members else score.center.to_arrays()
        own |= {"y": score.space.y, "depth": score.space.depth}
        center |= {"name": plain("a class", score.name), "members": []}
        for j, member in enumerate(score.members):
            each, metadata = member.to_arrays()
            own |= {f"member{j}/{name}": array for name, array in each.items()}
            center["members"].append(metadata)
        arrays |= {f"score{i}/{name}": array for name, array in own.items()}
        centers.append(center)
    return arrays, {"space": space, "centers": centers}


def restored_scores(
    arrays: Mapping[str, NDArray], metadata: Metadata, analytic: Metadata | None
) -> tuple[Score, ...]:
    """Inverse of :func:`score_arrays`; rows, gates and tree are shared as they were."""
    first = VersionSpace.from_arrays(with_prefix(arrays, "space/"), metadata["space"])
    scores = []
    for i, center in enumerate(metadata["centers"]):
        own = with_prefix(arrays, f"score{i}/")
        y, depth = (floats(own, name, (first.n_rows,)) for name in ("y", "depth"))
        require_signs(y, is_regression=first.epsilon is not None)
        space = first.relabelled(y, depth)
        members = tuple(
            Member.from_arrays(with_prefix(own, f"member{j}/"), each, space)
            for j, each in enumerate(center["members"])
        )
        heaviest = members[0].center if members else Center.from_arrays(own, center, space)
        scores.append(Score(space, heaviest, read(center["name"]), analytic, members))
    return tuple(scores)


def _require_classes(labels: NDArray, scores: Sequence[Score]) -> None:
    """ValueError where scores do not tell the classes of the labels from each other."""
    classes = np.unique(labels).tolist()
    names = [score.name for score in scores]
    if names != (classes[1:] if len(classes) == 2 else classes):
        raise ValueError(f"scores of {names}, and labels of {classes}")
    if not all(np.array_equal(labels == own.name, own.space.y > 0) for own in scores):
        raise ValueError("scores that learnt other labels")


def _subclasses(kind: type) -> list[type]:
    """Everything that inherits from a class."""
    direct: list[type] = kind.__subclasses__()
    return direct + [below for child in direct for below in _subclasses(child)]
