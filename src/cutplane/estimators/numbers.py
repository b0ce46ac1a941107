"""What a regressor says in the units of y: predictions, deviations and intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from sklearn.utils.validation import check_is_fitted

from cutplane._types import Array, Arrays, Metadata, Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.elsewhere import answered_there
from cutplane.estimators.fitted import FittedScores
from cutplane.estimators.in_blocks import in_blocks
from cutplane.estimators.leave_one_out import ErrorEstimate
from cutplane.estimators.told import mean_and_spread
from cutplane.scanning.source import Source
from cutplane.space.target import Target

#: Quadrature of a standard normal law.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(16)


class Numbers(FittedScores):
    """One score of the transformed and standardised target."""

    y_mean_: float
    y_scale_: float
    target_transform_: Target

    def values(self, scores: Array) -> Array:
        """Scores in the units of y."""
        check_is_fitted(self)
        return self.target_transform_.back(self.y_mean_ + self.y_scale_ * scores)

    @answered_there
    @in_blocks
    def predict(
        self, X: Rows | Source, return_std: bool = False, n_samples: int | None = None
    ) -> Array | tuple[Array, Array]:
        """Predictions of the decoded network in the units of y.

        With a ``target_transform_`` they are medians rather than means: what the network says,
        transformed back.

        Parameters
        ----------
        X : array-like, CSR matrix or Source of shape (n, n_features)
        return_std : bool, default=False
            Whether to return the standard deviation of the function over the version space
            too, the noise of a label left out. At a center of gravity it is that of the law,
            near ``epsilon`` or below the noise at labelled rows; of other centers it grows with
            ``radius`` and is no error bar, see the guide "Uncertainty".
        n_samples : int, optional
            Networks it is taken over: drawn, and kept until the next fit; 0 for a normal
            law around the center. By default the law of centers of gravity, and for others the
            size decides, see :func:`cutplane.uncertainty.draw.draw_ensemble`.

        Returns
        -------
        y : ndarray of shape (n,)
        std : ndarray of shape (n,)
            Only with ``return_std``.
        """
        scores = self.scores(X)
        if not return_std:
            return self.values(scores)
        if self.scores_have_laws and n_samples is None:
            deviation = self.spread(X)
        else:
            deviation = self.ensemble(n_samples).std(self._rows(X))[:, 0]
        return self.values(scores), self._std(scores, deviation)

    @answered_there
    @in_blocks
    def predict_interval(self, X: Rows | Source, coverage: float = 0.9) -> tuple[Array, Array]:
        """Interval that holds the label of a row with a probability.

        Of the law of the version space and the noise that the evidence supposes, its ends
        transformed back; ``center="gravity"`` without a final solve only.

        Parameters
        ----------
        X : array-like, CSR matrix or Source of shape (n, n_features)
        coverage : float, default=0.9
            The probability, between 0 and 1.

        Returns
        -------
        low, high : ndarray of shape (n,)

        Raises
        ------
        InvalidInputError
            The center has no law, or it is not what predicts.
        """
        if not 0 < coverage < 1:
            raise InvalidInputError(
                f"coverage={coverage!r} arrived; give a probability between 0 and 1"
            )
        if self.final_solve:
            raise InvalidInputError(
                f"final_solve={self.final_solve!r} has no law; use final_solve=None"
            )
        (law,) = self.moments(X)
        reach = ndtri((1 + coverage) / 2) * np.sqrt(law.variance + law.noise)
        return self.values(law.mean - reach), self.values(law.mean + reach)

    @property
    def noise_(self) -> float:
        """Noise of the labels that the evidence supposes; ``center="gravity"`` only.

        Standard deviation in that of the transformed target, root mean square over the
        hypotheses; slabs have none.
        """
        members = self._mixture(self._scores[0]).members
        return float(np.sqrt(sum(m.weight * m.space.hypothesis.noise**2 for m in members)))

    @property
    def left_out_(self) -> tuple[Array, Array]:
        """Prediction for every label held by the others alone, and its deviation with the noise.

        Both (k,), in the order told; ``center="gravity"`` only.
        """
        (law,) = self._left_out()
        return self.values(law.mean), self._std(law.mean, np.sqrt(law.variance + law.noise))

    @property
    def error_estimate_(self) -> ErrorEstimate:
        """Leave-one-out error on the labels held; ``center="gravity"`` only."""
        return ErrorEstimate.of(self._labels - self.left_out_[0], self._weight)

    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """One less the mean squared error of the center, in variances of labels held and given.

        What ``cost="auto"`` maximizes; unlike R2 it needs no second label.
        """
        given = np.asarray(y, dtype=float)
        known = np.concatenate([self._labels, given])
        mean, spread = mean_and_spread(known, np.append(self._weight, np.ones(given.size)))
        missed = given - self.values(self.scores(X, "center"))
        return float(1 - np.mean((missed / (spread or abs(mean) or 1.0)) ** 2))

    def _std(self, scores: Array, deviation: Array) -> Array:
        """Standard deviation of y for normal laws of the scores; all (n,)."""
        weight = _WEIGHTS / _WEIGHTS.sum()
        each = self.values(scores[:, None] + deviation[:, None] * _NODES)
        away = each - (each @ weight)[:, None]
        size = np.maximum(np.abs(away).max(axis=1), np.finfo(float).tiny)  # squares may overflow
        return size * np.sqrt((away / size[:, None]) ** 2 @ weight)

    def to_arrays(self) -> tuple[Arrays, Metadata]:
        arrays, metadata = super().to_arrays()
        if metadata["is_fitted"]:
            metadata["target"] = self.target_transform_.to_metadata()
        return arrays, metadata

    def _restore(self, arrays: Mapping[str, NDArray], metadata: Metadata) -> None:
        self.target_transform_ = Target.from_metadata(metadata["target"])
        super()._restore(arrays, metadata)
