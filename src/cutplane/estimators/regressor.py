"""The regressor: slab cuts, on the target in standard deviations."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin

from cutplane._types import Array, Rows
from cutplane.estimators.all_or_nothing import all_or_nothing
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.estimators.defaults import AUTO
from cutplane.estimators.evidence import regression_hypotheses, slopes
from cutplane.estimators.labels import number_labels
from cutplane.estimators.numbers import Numbers
from cutplane.estimators.score import ScoreTarget
from cutplane.estimators.target_choice import choose_target
from cutplane.estimators.told import Told, mean_and_spread
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.target import Target, check_positive
from cutplane.space.version_space import VersionSpace


class CuttingPlaneRegressor(RegressorMixin, Numbers, CuttingPlaneEstimator):
    """ReLU network regressor trained by slab cuts ``|f(x) - y| <= epsilon``.

    The target, transformed where it is skewed, is standardised with the mean and standard
    deviation of the labels held, each as often as it counts, so ``epsilon`` and ``radius`` are
    in standard deviations of the target.

    Parameters
    ----------
    hidden, activation, units, center, fit_intercept, final_solve, tol, max_iter
        As in :class:`CuttingPlaneClassifier`.
    random_state, n_jobs, verbose
        As in :class:`CuttingPlaneClassifier`.
    cost : float, "auto" or None, default=None
        Elastic price of leaving a slab, in units of the force that moves the prediction of
        a row by one standard deviation of the target on the ball alone.
    radius : float, default=10.0
        Radius R of the ball of leaf weights.
    epsilon : float, default=1e-3
        Half-width of the slab, in standard deviations of the target.
    noise : float or "auto", default="auto"
        Standard deviation of the noise of the labels, in that of the target, for
        ``center="gravity"``; 0 means slabs. "auto" averages over several by their evidence.
    target_transform : {"auto", None, "log", "yeo-johnson"}, default="auto"
        What is learnt in the place of y; predictions are in the units of y. "auto" is the
        logarithm or a power of either tail where the evidence speaks for it, which centers
        other than gravity do not have; "yeo-johnson" the power of most evidence.

    Attributes
    ----------
    target_transform_ : Target
        The transform g; its ``kind`` is None where y itself is learnt.
    y_mean_, y_scale_ : float
        ``g(y) = y_mean_ + y_scale_ * f`` for the score f of ``network_``.
    arrangement_, center_, network_, version_space_, n_features_in_, cost_, n_iter_
        As in :class:`CuttingPlaneClassifier`; ``network_`` gives f in standard deviations of y.

    Examples
    --------
    >>> import numpy as np
    >>> from cutplane import CuttingPlaneRegressor
    >>> X = np.linspace(-1, 1, 30)[:, None]
    >>> model = CuttingPlaneRegressor(hidden=(50,), random_state=0).fit(X[::3], X[::3, 0] ** 2)
    >>> bool(abs(model.predict(X) - X[:, 0] ** 2).mean() < 0.05)
    True
    """

    _gated_units = "thirds"
    _costs = (100.0, 10.0, 30.0, 300.0, 1000.0)

    def __init__(
        self,
        hidden: int | tuple[int, ...] = (200,),
        activation: str = "gated_relu",
        units: str = "auto",
        center: str = "auto",
        cost: float | str | None = None,
        radius: float = 10.0,
        epsilon: float = 1e-3,
        noise: float | str = "auto",
        target_transform: str | None = "auto",
        fit_intercept: bool = True,
        final_solve: str | None = None,
        tol: float = 1e-3,
        max_iter: int = 100,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: bool = False,
    ):
        self.hidden = hidden
        self.activation = activation
        self.units = units
        self.center = center
        self.cost = cost
        self.radius = radius
        self.epsilon = epsilon
        self.noise = noise
        self.target_transform = target_transform
        self.fit_intercept = fit_intercept
        self.final_solve = final_solve
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def partial_fit(
        self,
        X: Rows,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_pool: Rows | None = None,
    ) -> Self:
        """Add cuts and center again, warm."""
        if not self.__sklearn_is_fitted__():
            return self.fit(X, y, sample_weight, X_pool=X_pool)
        with all_or_nothing(self):
            X, labels, told = self._arrived(X, y, sample_weight, None)
            if labels.size:
                self._learn(X, labels, told)
        return self

    def _told_labels(self, y: ArrayLike, held: NDArray) -> NDArray:
        labels = number_labels(y)
        if self.target_transform == "log":
            check_positive(labels)
        return labels

    def _learn(self, X: Rows, y: NDArray, told: Told) -> None:
        labels = np.concatenate([self._labels, y])
        weight = np.concatenate([self._weight, told.weight])
        transform = self._transform(X, labels, weight)
        learnt = transform.forward(labels)
        mean, spread = mean_and_spread(learnt, weight)
        scale = spread if spread > 0 else max(abs(mean), 1.0)
        known = self._scores[0] if self._scores else None
        self._update(X, labels, [ScoreTarget.of(known, None, X, (learnt - mean) / scale)], told)
        self.y_mean_, self.y_scale_, self.target_transform_ = mean, scale, transform

    def _transform(self, X: Rows, labels: NDArray, weight: Array) -> Target:
        """What is learnt of all labels, the newest of rows X; chosen whenever hypotheses are."""
        name = self.target_transform
        if name == AUTO and not self._weighs_evidence:
            name = None
        known_evidence = getattr(self, "evidence_", None) if self._weighs_evidence else None
        if self._scores and known_evidence is not None and not known_evidence.is_old(labels.size):
            own = self.target_transform_
            return Target.of(own.kind, labels, own.power, weight)
        known = self._scores[0].space if self._scores else self._no_labels()
        space = known.with_labels(X, labels[-X.shape[0] :])
        return choose_target(name, space.relabelled(labels, weight=weight), labels, slopes(space))

    def _hypotheses(self, space: VersionSpace, n_scores: int) -> list[Hypothesis]:
        return regression_hypotheses(space, slopes(space), self.noise)

    def _no_labels(self) -> VersionSpace:
        return VersionSpace.regression(
            self.arrangement_,
            np.empty((0, self.arrangement_.n_features)),
            np.empty(0),
            epsilon=self.epsilon,
            cost=self.cost_,
            radius=self.radius,
            gated=self.activation == "gated_relu",
        )

    def _feels_scale(self) -> bool:
        return True  # the radius has a unit
