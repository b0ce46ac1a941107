"""The classifier: Algorithm 1 of CPAL, gradient-free training by cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from cutplane._types import Array, Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.estimators.checks import check_announced, check_depth, check_labels, cutting_rows
from cutplane.estimators.evidence import classification_hypotheses, slopes
from cutplane.estimators.leave_one_out import AccuracyEstimate, best_threshold
from cutplane.estimators.probability import (
    agreement,
    deviation,
    law_probabilities,
    probabilities,
)
from cutplane.estimators.score import Score, ScoreTarget
from cutplane.estimators.told import ClassWeight, Told, class_weights
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace


class CuttingPlaneClassifier(ClassifierMixin, CuttingPlaneEstimator):
    """ReLU network classifier trained by cutting planes, without gradients.

    Every labelled row cuts the version space of networks that agree with all labels; the
    network is a center of what is left. Several classes are learnt one against the rest,
    on shared gates.

    Parameters
    ----------
    hidden : tuple of int, default=(200,)
        Activation patterns sampled per hidden layer, input side first; ``()`` is a linear
        model. The number of first-layer units is ``prod(2 * P_l)``.
    activation : {"relu", "gated_relu"}, default="relu"
        "gated_relu" drops the sign rows: milliseconds for hundreds of labels, a gated
        network on export (mathematics 5).
    units : {"halfspaces", "balls", "mixed"}, default="halfspaces"
        What the gates of the first layer are: halfspaces; balls around random rows of the
        pool; or half of each, the halfspaces reading the length of the row too
        (mathematics 13). The last two need ``fit_intercept``.
    center : {"analytic", "gravity", "chebyshev", "max_volume_ellipsoid"}, default="analytic"
        Which center of the version space the network is. "gravity" samples: its standard
        error is in ``center_.standard_error``, and hundreds of ReLU gates are out of its
        reach. "chebyshev" is the direction of the largest margin (classification only).
        "max_volume_ellipsoid" needs CVXPY and at most 30 weights.
    cost : float or "auto", default=30.0
        Elastic price C of violating a label, in units of the multiplier of a hard cut on
        the ball; ``inf`` gives the paper's hard cuts, for which contradictory labels
        raise EmptyVersionSpaceError. "auto" chooses it by cross-validation on the labels
        held (see :meth:`agreement`), again whenever they have grown by half; use it, or 1
        to 3, for noisy labels.
    radius : float, default=1.0
        Radius R of the ball of leaf weights.
    flip : float or "auto", default="auto"
        Probability that a label is wrong, below 1/2, for ``center="gravity"``; 0 with
        ``noise=0`` means hard cuts. "auto" averages over several by their evidence.
    noise : float or "auto", default="auto"
        Soft margin, in standard deviations that the score of a row has before any label, for
        ``center="gravity"``. "auto" averages over several by their evidence.
    class_weight : dict, "balanced" or None, default=None
        How often a label of each class counts, for ``center="gravity"``.
    fit_intercept : bool, default=True
        Whether a constant 1 is appended to the rows.
    final_solve : {None, "sparse", "ridge"}, default=None
        Whether predictions come from a convex final solve on the same gates: "sparse" keeps
        few units, "ridge" is least squares in the units' sizes, at their gates' directions.
        That network is smoother, and one ReLU network with either activation.
    tol : float, default=1e-3
        Newton decrement at which a center is accepted.
    max_iter : int, default=100
        Newton iterations per center.
    random_state : int, RandomState or None, default=None
        Decides the gates.
    n_jobs : int or None, default=None
        Threads for the one-against-rest problems, and the folds of ``cost="auto"`` (joblib).
    verbose : bool, default=False
        Whether bars on stderr show how many classes, and with ``cost="auto"`` how many
        folds, are done.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    arrangement_ : Arrangement
    center_, network_, version_space_ : objects, or lists in the order of ``classes_``
        Lists when there are more than two classes.
    cost_ : float
        The price in use.
    n_iter_ : int
        Newton iterations of the last update (the most of any class).

    References
    ----------
    Zhang, Zhang and Pilanci, "Active Learning of Deep Neural Networks via Gradient-Free
    Cutting Planes", ICML 2025, Algorithm 1 and Theorem 4.2.

    Examples
    --------
    >>> from cutplane import CuttingPlaneClassifier
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["out", "in", "in", "out"]
    >>> clf = CuttingPlaneClassifier(hidden=(20,), random_state=0).fit(X, y)
    >>> clf.predict(X).tolist()
    ['out', 'in', 'in', 'out']
    """

    _costs = (30.0, 10.0, 3.0, 1.0, 0.3)

    def __init__(
        self,
        hidden: int | tuple[int, ...] = (200,),
        activation: str = "relu",
        units: str = "halfspaces",
        center: str = "analytic",
        cost: float | str = 30.0,
        radius: float = 1.0,
        flip: float | str = "auto",
        noise: float | str = "auto",
        class_weight: ClassWeight = None,
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
        self.flip = flip
        self.noise = noise
        self.class_weight = class_weight
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
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        X_pool: Rows | None = None,
        depth: float = 0.0,
        annotator: ArrayLike | None = None,
    ) -> Self:
        """Add cuts and center again, warm.

        Parameters
        ----------
        X, y, sample_weight, X_pool, annotator
            As in :meth:`fit`; ``X_pool`` matters in the first call only.
        classes : array-like, optional
            Classes that may come, to check ``y`` against. Classes that show up unannounced
            are learnt too; a class without a label yet is not in ``classes_``.
        depth : float, default=0.0
            Where the cut of a row that the model gets wrong passes: 0 is the label's own
            halfspace ``y f >= 0`` (a deep cut, the center is lost), 1 goes through the
            center (neutral), more leaves the center inside (shallow).

        Returns
        -------
        self
        """
        check_announced(y, classes)
        check_depth(depth)
        if not self.__sklearn_is_fitted__():
            return self.fit(X, y, sample_weight, X_pool=X_pool, annotator=annotator)
        X, labels = self._checked(X, y, reset=False)
        self._learn(X, labels, self._told(sample_weight, annotator, labels.size), depth)
        return self

    def _checked(self, X: Rows, y: ArrayLike, *, reset: bool) -> tuple[Rows, NDArray]:
        X, labels = self._validated(X, y, reset=reset)
        check_classification_targets(labels)
        return X, labels

    def _learn(self, X: Rows, y: NDArray, told: Told, depth: float = 0.0) -> None:
        kept = cutting_rows(self.arrangement_, X)
        X, y, told = X[kept], y[kept], told.of_rows(kept)
        check_labels(y, self._labels)
        labels = np.concatenate([self._labels, y]) if self._labels.size else y
        classes = np.unique(labels)
        names = (classes[1:] if classes.size == 2 else classes).tolist()
        held = {score.name: score for score in self._scores}
        problems = [
            ScoreTarget.of(held.get(name), name, X, np.where(labels == name, 1.0, -1.0), depth)
            for name in names
        ]
        if (factor := class_weights(self.class_weight, labels, classes)) is not None:
            held_weight = self._scores[0].space.labels.weight if self._scores else np.empty(0)
            weight = factor * np.concatenate([held_weight, told.weight])
            problems = [replace(problem, weight=weight) for problem in problems]
        self._update(X, labels, problems, told)

    def _hold(self, labels: NDArray, scores: Sequence[Score]) -> None:
        super()._hold(labels, scores)
        self.classes_ = np.unique(labels)

    def _hypotheses(self, space: VersionSpace) -> list[Hypothesis]:
        return classification_hypotheses(slopes(space), self.flip, self.noise)

    def _no_labels(self) -> VersionSpace:
        return VersionSpace.classification(
            self.arrangement_,
            np.empty((0, self.arrangement_.n_features)),
            np.empty(0),
            cost=self.cost_,
            radius=self.radius,
            gated=self.activation == "gated_relu",
        )

    def _feels_scale(self) -> bool:
        return bool(self.fit_intercept and self.activation == "relu")

    def decision_function(
        self, X: Rows, return_std: bool = False, n_samples: int | None = None
    ) -> Array | tuple[Array, Array]:
        """Scores of the decoded network.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
        return_std : bool, default=False
            Whether to return the standard deviation over the version space too.
        n_samples : int, optional
            Networks it is taken over, as in :meth:`predict_proba`.

        Returns
        -------
        scores : ndarray of shape (n,) for two classes, else (n, n_classes)
            Positive speaks for ``classes_[1]``, or for the column's class.
        std : ndarray of the same shape
            Only with ``return_std``. A version space of cuts has no scale: the networks'
            mean scores on the labelled rows are brought to the size of ``scores`` there.
        """
        scores = self.scores(X)
        if not return_std:
            return scores
        if self._scores_have_laws and n_samples is None:
            return scores, self.spread(X)
        ensemble = self.ensemble(n_samples)
        std = deviation(ensemble, self._rows(X), self.scores(ensemble.labelled))
        return scores, std.reshape(scores.shape)

    def predict(self, X: Rows) -> NDArray:
        """Class of each row; (n,)."""
        scores = self.scores(X)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best]

    def predict_proba(
        self, X: Rows, method: str | None = None, n_samples: int | None = None
    ) -> Array:
        """Probability of each class.

        Parameters
        ----------
        X : array-like or CSR matrix of shape (n, n_features)
        method : {"law", "link", "version_space"}, optional
            "law", the default for ``center="gravity"`` without a final solve: the probability
            of the class over the version spaces of all hypotheses, weighed by evidence, with
            the noise that these assume, ``Phi(m / sqrt(v + noise^2))``.

            "link", the default for others: a monotone link of the scores. They have no scale of
            their own (the version space is a cone), so they are divided by their mean absolute
            value on the labelled rows, s: two classes get ``1 / (1 + exp(-2 f / s))``, several
            ``softmax(2 f / s)``. This ranks as the scores do; it is not calibrated (see
            sklearn's CalibratedClassifierCV).

            "version_space": the share of the networks in the version space that predict
            the class, in the form that ``activation`` exports: decoded ReLU networks, or
            gated ones. See the guide "Uncertainty".
        n_samples : int, optional
            Networks drawn for "version_space", kept until the next fit; 0 for a normal law
            around the center. By default the size decides, see
            :func:`cutplane.uncertainty.draw.draw_ensemble`.

        Returns
        -------
        ndarray of shape (n, n_classes)
        """
        if method is None:
            method = "law" if self._scores_have_laws else "link"
        if method == "law":
            return law_probabilities(self.moments(X))
        if method == "link":
            return probabilities(self.scores(X), self.score_scale_)
        if method != "version_space":
            raise InvalidInputError(
                f"method={method!r} arrived; choose one of law, link, version_space"
            )
        return self.ensemble(n_samples).shares(self._rows(X))

    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """Mean probability that the center gives to labels among ``classes_``, between 0 and 1.

        What ``cost="auto"`` maximizes; see :func:`cutplane.estimators.probability.agreement`.
        """
        return agreement(self.scores(X, "center"), self.score_scale_, self.classes_, y)

    @property
    def accuracy_estimate_(self) -> AccuracyEstimate:
        """Leave-one-out accuracy on the labels held; ``center="gravity"`` only."""
        means = np.array([law.mean for law in self._left_out()]).T
        best = (means[:, 0] > 0).astype(int) if means.shape[1] == 1 else means.argmax(axis=1)
        weight = self._scores[0].space.labels.weight
        return AccuracyEstimate.of(self.classes_[best] == self._labels, weight)

    def decision_threshold(self, metric: str) -> float:
        """Probability of ``classes_[1]`` above which to call it, best for a metric.

        Chosen by leave-one-out probabilities of the labels held; for two classes and
        ``center="gravity"``.

        Parameters
        ----------
        metric : {"accuracy", "balanced_accuracy", "f1", "matthews"}

        Returns
        -------
        float
            Use it as ``clf.predict_proba(X)[:, 1] > threshold``.
        """
        laws = self._left_out()
        if len(laws) > 1:
            raise InvalidInputError(
                f"{self.classes_.size} classes arrived; a threshold decides between two"
            )
        positive = self._labels == self.classes_[1]
        weight = self._scores[0].space.labels.weight
        return best_threshold(law_probabilities(laws)[:, 1], positive, weight, metric)

    @property
    def score_scale_(self) -> float:
        """Mean absolute score on the labelled rows."""
        return float(np.mean([np.abs(score.prediction).mean() for score in self._scores])) or 1.0
