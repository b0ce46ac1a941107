"""A whole estimator as arrays and JSON, so that the next ``partial_fit`` starts warm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Metadata
from cutplane.encoding import plain, read, restored_labels, storable, with_prefix
from cutplane.errors import ModelFileError
from cutplane.newton.center import Center
from cutplane.space.version_space import VersionSpace

if TYPE_CHECKING:
    from cutplane.estimators.base import CuttingPlaneEstimator

T = TypeVar("T", bound="CuttingPlaneEstimator")

#: What a fitted estimator knows beside its spaces and centers, as far as it has it.
_ATTRIBUTES = (
    "n_features_in_",
    "cost_",
    "_n_at_choice",
    "_positive",
    "_seed",
    "y_mean_",
    "y_scale_",
)


def estimator_state(estimator: CuttingPlaneEstimator) -> tuple[Arrays, Metadata]:
    """Arrays and JSON metadata that rebuild an estimator."""
    parameters = estimator.get_params(deep=False)
    metadata: Metadata = {
        "kind": type(estimator).__name__,
        "parameters": {name: plain(name, value) for name, value in parameters.items()},
        "is_fitted": estimator.__sklearn_is_fitted__(),
    }
    if not metadata["is_fitted"]:
        return {}, metadata
    held = {name: getattr(estimator, name) for name in _ATTRIBUTES if hasattr(estimator, name)}
    metadata["attributes"] = {name: plain(name, value) for name, value in held.items()}
    arrays, metadata["space"] = estimator._version_spaces[0].to_arrays()
    arrays = {f"space/{name}": array for name, array in arrays.items()}
    arrays["labels"], metadata["labels_are_objects"] = storable(estimator._labels)
    if hasattr(estimator, "feature_names_in_"):
        arrays["feature_names"] = estimator.feature_names_in_.astype(str)
    metadata["centers"] = []
    pairs = zip(estimator._version_spaces, estimator._centers, strict=True)
    for score, (space, center) in enumerate(pairs):
        own, description = center.to_arrays()
        own |= {"y": space.y, "depth": space.depth}
        arrays |= {f"score{score}/{name}": array for name, array in own.items()}
        metadata["centers"].append(description)
    return arrays, metadata


def restored_estimator(arrays: Mapping[str, NDArray], metadata: Metadata, kind: type[T]) -> T:
    """Inverse of :func:`estimator_state`.

    Raises
    ------
    ModelFileError
        It is the state of another class than ``kind`` and those that inherit from it.
    """
    kinds: dict[str, type] = {known.__name__: known for known in (kind, *_subclasses(kind))}
    name = metadata["kind"]
    if name not in kinds:
        raise ModelFileError(f"the arrays hold a {name}, not a {kind.__name__}")
    parameters = {name: read(value) for name, value in metadata["parameters"].items()}
    estimator = kinds[name](**parameters)
    if not metadata["is_fitted"]:
        return estimator
    for name, value in metadata["attributes"].items():
        setattr(estimator, name, read(value))
    if "feature_names" in arrays:
        estimator.feature_names_in_ = arrays["feature_names"].astype(object)
    labels = restored_labels(arrays["labels"], metadata)
    if hasattr(estimator, "predict_proba"):
        estimator.classes_ = np.unique(labels)
    first = VersionSpace.from_arrays(with_prefix(arrays, "space/"), metadata["space"])
    if first.n_rows != labels.size:
        raise ValueError(f"{first.n_rows} rows and {labels.size} labels")
    spaces, centers = [], []
    for score, description in enumerate(metadata["centers"]):
        own = with_prefix(arrays, f"score{score}/")
        spaces.append(first.relabelled(own["y"], own["depth"]))
        centers.append(Center.from_arrays(own, description, spaces[-1]))
    estimator.arrangement_ = first.arrangement
    estimator._hold(labels, spaces, centers)
    return estimator


def _subclasses(kind: type) -> list[type]:
    direct: list[type] = kind.__subclasses__()
    return direct + [below for child in direct for below in _subclasses(child)]
