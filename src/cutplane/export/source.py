"""What is exported: networks in plain arrays, and the scalings around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Arrays, Index, Metadata
from cutplane.errors import InvalidInputError
from cutplane.export.answers import Classes
from cutplane.export.columns import Column
from cutplane.space.inputs import Inputs
from cutplane.space.target import Target

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class Decoded(Protocol):
    """What is asked of a network."""

    @property
    def n_features(self) -> int:
        """Columns of a row."""
        ...

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        """Arrays and JSON metadata that rebuild the network."""
        ...


@dataclass(frozen=True)
class Part:
    """One network in plain arrays, one score.

    Attributes
    ----------
    arrays, metadata : dict
        What its ``to_arrays`` gave.
    """

    arrays: Mapping[str, NDArray]
    metadata: Metadata

    @classmethod
    def of(cls, network: Decoded, slope: float = 1.0) -> Part:
        """Parts of a network, its scores multiplied by ``slope``."""
        arrays, metadata = network.to_arrays()
        if metadata["kind"] == "gated_relu" and metadata["n_layers"] == 0:  # a linear model
            weights = arrays["rows"].T @ arrays["coefficients"].reshape(-1, 1)
            arrays, metadata = {"weights_0": weights}, {**metadata, "kind": "relu", "n_layers": 1}
        linear = {"gated_relu": "coefficients", "gated_leaves": "leaf_weights"}
        name = linear.get(metadata["kind"], f"weights_{metadata['n_layers'] - 1}")
        return cls({**arrays, name: slope * arrays[name]}, metadata)

    @property
    def kind(self) -> str:
        """What kind of network it is: relu, gated_relu or gated_leaves."""
        return str(self.metadata["kind"])

    @property
    def inputs(self) -> Inputs:
        """What the first layer reads of a row."""
        return Inputs.from_metadata(self.metadata)

    def layers(self, name: str) -> list[NDArray]:
        """Weights, gates, patterns or members, one array for each layer, input side first."""
        return [self.arrays[f"{name}_{level}"] for level in range(self.metadata["n_layers"])]

    def joined_leaves(self) -> Array:
        """Weights (q, d) of a gated network's leaves, those of both signs taken together.

        Without sign rows the two leaves of a class differ in nothing but their sign, so their
        difference does the work of both, and large terms cancel in double precision.
        """
        sizes = [int(member.max()) + 1 for member in self.layers("members")]
        weights = self.arrays["leaf_weights"]
        joined = weights.reshape(*(n for size in reversed(sizes) for n in (size, 2)), -1)
        for axis in range(1, len(sizes) + 1):
            joined = joined.take(0, axis) - joined.take(1, axis)
        return joined.reshape(-1, weights.shape[1])


@dataclass(frozen=True)
class Source:
    """A model as its networks see it: ``target.back(offset + f((x - mean) / scale))``.

    A network that reads the row and the constant takes raw rows, the standardisation folded
    into its weights. One that reads lengths takes the standardised row, its length and the
    square of that: :meth:`affine` gives the weights for either.

    Attributes
    ----------
    networks : tuple of Part
        One for each score.
    mean, scale : ndarray of shape (n_features,)
        Standardisation of the rows.
    offset : float
        Mean of a regressor's transformed target, else 0.
    target : Target
        From there to the units of y; nothing to do by default.
    task : {"classification", "regression"}
    metadata : dict of str to JSON value
        Stored with the graph.
    columns : tuple of Column, optional
        Raw columns that become the features; None where rows come as features.
    answers : Classes, optional
        Classes and how probable they are, where the model says so beside its scores.
    """

    networks: tuple[Part, ...]
    mean: Array
    scale: Array
    offset: float = 0.0
    target: Target = field(default_factory=Target)
    task: str = "classification"
    metadata: Metadata = field(default_factory=dict)
    columns: tuple[Column, ...] | None = None
    answers: Classes | None = None

    @classmethod
    def of(
        cls,
        model: Decoded | Sequence[Decoded] | BaseEstimator,
        scaler: BaseEstimator | None = None,
        classes: ArrayLike | None = None,
    ) -> Source:
        """Collect the parts of a network, a list of them, an estimator or a pipeline."""
        from sklearn.pipeline import Pipeline  # loads more than a network needs

        if isinstance(model, Pipeline):
            scaler = model if scaler is None else scaler
            model = model[-1]
        if (threshold := getattr(model, "threshold", None)) is not None:
            raise InvalidInputError(
                f"threshold={threshold!r} decides by probabilities, which no network has; "
                "export a classifier with threshold=None"
            )
        decoded: Decoded | Sequence[Decoded] = getattr(model, "network_", model)
        networks = decoded if isinstance(decoded, Sequence) else [decoded]
        n_features = networks[0].n_features
        mean, scale = standardisation(scaler, n_features)
        classes = getattr(model, "labelled_classes_", None) if classes is None else classes
        is_regression = hasattr(model, "y_scale_")
        slope, offset = getattr(model, "y_scale_", 1.0), getattr(model, "y_mean_", 0.0)
        return cls(
            networks=tuple(Part.of(network, slope) for network in networks),
            mean=mean,
            scale=scale,
            offset=offset,
            target=getattr(model, "target_transform_", Target()),
            task="regression" if is_regression else "classification",
            metadata={} if classes is None else {"classes": np.asarray(classes).tolist()},
        )

    @property
    def n_features(self) -> int:
        """Columns of a row."""
        return self.mean.size

    @property
    def is_scaled(self) -> bool:
        """Whether the standardisation changes rows."""
        return bool(self.mean.any() or (self.scale != 1).any())

    def affine(self, matrix: Array, inputs: Inputs) -> tuple[Array, Array | None]:
        """Weights of a first layer, matrix (inputs.width, m), for what an exported network takes.

        Returns
        -------
        weights : ndarray of shape (n_features, m), or (n_features + 2, m) with lengths
        bias : ndarray of shape (m,), or None when there is none
        """
        slopes, rest = np.split(matrix, [self.n_features])
        constant = rest[-1] if inputs.fit_intercept else None
        if inputs.norms is None:
            bias = -(self.mean / self.scale) @ slopes if self.mean.any() else None
            slopes = slopes / self.scale[:, None]
        else:
            mean, mean_square = inputs.norms
            radial, square = rest[0], rest[1] / (2 * mean)
            bias = -mean * radial - mean_square * square
            slopes = np.vstack([slopes, radial, square])
        if bias is None or constant is None:
            return slopes, bias if constant is None else constant
        return slopes, bias + constant


def one_hot(member: Index) -> Array:
    """Matrix (P, Q) that counts the gates of each class."""
    return np.eye(int(member.max()) + 1)[member]


def standardisation(scaler: BaseEstimator | None, n_features: int) -> tuple[Array, Array]:
    """Mean and scale of a fitted StandardScaler, or of those in a pipeline.

    Raises
    ------
    InvalidInputError
        A step of the pipeline is something else, or the number of columns differs.
    """
    from sklearn.preprocessing import StandardScaler  # loads more than a network needs

    mean, scale = np.zeros(n_features), np.ones(n_features)
    for step in _steps(scaler):
        if not isinstance(step, StandardScaler) or not hasattr(step, "n_features_in_"):
            raise InvalidInputError(
                f"{type(step).__name__} cannot be folded into the first layer; only a fitted "
                "StandardScaler can: export the network alone and transform the rows before it"
            )
        if step.n_features_in_ != n_features:
            raise InvalidInputError(
                f"the scaler was fitted on {step.n_features_in_} columns, the network reads "
                f"{n_features}; pass the scaler that stood before it"
            )
        if step.mean_ is not None and step.with_mean:
            mean = mean + scale * step.mean_
        if step.scale_ is not None:
            scale = scale * step.scale_
    return mean, scale


def _steps(scaler: BaseEstimator | None) -> list[BaseEstimator]:
    """Transformers before the estimator."""
    from sklearn.pipeline import Pipeline  # loads more than a network needs

    if scaler is None:
        return []
    if not isinstance(scaler, Pipeline):
        return [scaler]
    steps = [step for _, step in scaler.steps if step not in (None, "passthrough")]
    return [step for step in steps if not hasattr(step, "network_")]
