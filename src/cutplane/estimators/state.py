"""A whole estimator in one file, so that the next ``partial_fit`` starts warm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Metadata
from cutplane.archive import damaged, read_archive, write_archive
from cutplane.encoding import (
    DAMAGE,
    plain,
    read,
    restored_labels,
    storable,
    with_prefix,
)
from cutplane.errors import ModelFileError
from cutplane.newton.center import Center, Multipliers
from cutplane.space.arrangement import Arrangement
from cutplane.space.version_space import VersionSpace

T = TypeVar("T")

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


def save_estimator(estimator: Any, path: str | Path) -> None:
    """Write an estimator, fitted or not.

    Parameters
    ----------
    estimator : CuttingPlaneClassifier or CuttingPlaneRegressor
    path : str or Path
        Replaced at once, so that a crash leaves the old file or the new one.

    Raises
    ------
    InvalidInputError
        A parameter or a label is of a type that JSON and NPZ do not know.
    """
    write_archive(path, *estimator_state(estimator), what="estimator")


def load_estimator(path: str | Path, kind: type[T]) -> T:
    """Read an estimator back; its next ``partial_fit`` starts warm, as it would have.

    Parameters
    ----------
    path : str or Path
    kind : type
        Class expected in the file, or a base class of it.

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        The file is damaged, holds something else, or comes from a newer version.
    """
    arrays, metadata = read_archive(path, what="estimator")
    try:
        return restored_estimator(arrays, metadata, kind, path)
    except DAMAGE as error:
        raise damaged(path, error, what="estimator") from error


def estimator_state(estimator: Any) -> tuple[Arrays, Metadata]:
    """Arrays and JSON metadata that rebuild an estimator."""
    arrays: Arrays = {}
    parameters = estimator.get_params(deep=False)
    metadata: Metadata = {
        "kind": type(estimator).__name__,
        "parameters": {name: plain(name, value) for name, value in parameters.items()},
        "is_fitted": estimator.__sklearn_is_fitted__(),
    }
    if not metadata["is_fitted"]:
        return arrays, metadata
    held = {name: getattr(estimator, name) for name in _ATTRIBUTES if hasattr(estimator, name)}
    arrays["labels"], metadata["labels_are_objects"] = storable(estimator._labels)
    if hasattr(estimator, "feature_names_in_"):
        arrays["feature_names"] = estimator.feature_names_in_.astype(str)
    first: VersionSpace = estimator._version_spaces[0]
    metadata |= {
        "attributes": {name: plain(name, value) for name, value in held.items()},
        "fit_intercept": first.arrangement.fit_intercept,
        "n_layers": len(first.patterns),
        "epsilon": first.epsilon,
        "cost": plain("cost", first.cost),
        "radius": first.radius,
        "gated": first.gated,
        "centers": [],
    }
    arrays["space/rows"] = first.rows
    for level, (gate, pattern) in enumerate(
        zip(first.arrangement.gates, first.patterns, strict=True)
    ):
        arrays[f"gates_{level}"], arrays[f"patterns_{level}"] = gate, pattern
    pairs = zip(estimator._version_spaces, estimator._centers, strict=True)
    for score, (space, center) in enumerate(pairs):
        center_arrays, description = _center_state(center)
        center_arrays |= {"y": space.y, "depth": space.depth}
        arrays |= {f"score{score}/{name}": array for name, array in center_arrays.items()}
        metadata["centers"].append(description)
    return arrays, metadata


def _center_state(center: Center) -> tuple[Arrays, Metadata]:
    multipliers = center.multipliers
    arrays: Arrays = {"root": multipliers.root, "prediction": center.prediction}
    arrays |= {f"sign_{level}": own for level, own in enumerate(multipliers.sign)}
    if center.explicit is not None:
        arrays["explicit"] = center.explicit
    names = ("scale", "n_iter", "decrement", "status", "standard_error")
    description = {name: plain(name, getattr(center, name)) for name in names}
    return arrays, {"center": description, "tau": multipliers.tau, "n_sign": len(multipliers.sign)}


def restored_estimator(
    arrays: Mapping[str, NDArray], metadata: Metadata, kind: type, path: Any
) -> Any:
    """Inverse of :func:`estimator_state`."""
    kinds = {known.__name__: known for known in (kind, *_subclasses(kind))}
    if metadata["kind"] not in kinds:
        raise ModelFileError(f"{str(path)!r} holds a {metadata['kind']}, not a {kind.__name__}")
    parameters = {name: read(value) for name, value in metadata["parameters"].items()}
    estimator = kinds[metadata["kind"]](**parameters)
    if not metadata["is_fitted"]:
        return estimator
    for name, value in metadata["attributes"].items():
        setattr(estimator, name, read(value))
    if "feature_names" in arrays:
        estimator.feature_names_in_ = arrays["feature_names"].astype(object)
    labels = restored_labels(arrays["labels"], metadata)
    if hasattr(estimator, "predict_proba"):
        estimator.classes_ = np.unique(labels)
    levels = range(metadata["n_layers"])
    gates = tuple(arrays[f"gates_{level}"] for level in levels)
    arrangement = Arrangement(gates, metadata["fit_intercept"], estimator.n_features_in_)
    count = labels.size
    space = VersionSpace(
        arrangement=arrangement,
        rows=arrays["space/rows"],
        y=np.zeros(count),
        depth=np.zeros(count),
        patterns=tuple(arrays[f"patterns_{level}"] for level in levels),
        epsilon=metadata["epsilon"],
        cost=read(metadata["cost"]),
        radius=metadata["radius"],
        gated=metadata["gated"],
    )
    if space.n_rows != count:
        raise ValueError(f"{space.n_rows} rows and {count} labels")
    spaces, centers = [], []
    for score, description in enumerate(metadata["centers"]):
        own = with_prefix(arrays, f"score{score}/")
        spaces.append(space.relabelled(own["y"], own["depth"]))
        centers.append(_center(own, description, spaces[-1]))
    estimator.arrangement_ = arrangement
    estimator._hold(labels, spaces, centers)
    return estimator


def _center(arrays: Mapping[str, NDArray], description: Metadata, space: VersionSpace) -> Center:
    sign = tuple(arrays[f"sign_{level}"] for level in range(description["n_sign"]))
    multipliers = Multipliers(arrays["root"], sign, space.tree, description["tau"])
    shapes = [own.shape for own in sign]
    expected = [(count.size, space.n_rows) for count in space.operator.multiplicity]
    if shapes != expected or multipliers.root.shape != space.y.shape:
        raise ValueError(f"multipliers of shapes {shapes}, expected {expected}")
    scalars = {name: read(value) for name, value in description["center"].items()}
    return Center(multipliers, arrays["prediction"], explicit=arrays.get("explicit"), **scalars)


def _subclasses(kind: type) -> list[type]:
    direct: list[type] = kind.__subclasses__()
    return direct + [below for child in direct for below in _subclasses(child)]
