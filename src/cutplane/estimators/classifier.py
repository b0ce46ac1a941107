"""The classifier: Algorithm 1 of CPAL, gradient-free training by cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin

from cutplane._types import Array, Rows
from cutplane.estimators.all_or_nothing import all_or_nothing
from cutplane.estimators.base import CuttingPlaneEstimator
from cutplane.estimators.checks import (
    check_announced,
    check_classes,
    check_depth,
    check_factor,
    check_threshold,
)
from cutplane.estimators.evidence import classification_hypotheses, slopes
from cutplane.estimators.labels import class_labels, told_labels
from cutplane.estimators.probabilistic import Probabilistic
from cutplane.estimators.score import Score, ScoreTarget
from cutplane.estimators.told import ClassWeight, Told, class_weights
from cutplane.estimators.waiting import Waiting
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace


class CuttingPlaneClassifier(ClassifierMixin, Probabilistic, CuttingPlaneEstimator):
    """ReLU network classifier trained by cutting planes, without gradients.

    Every labelled row cuts the version space of networks that agree with all labels; the
    network is a center of what is left. Several classes are learnt one against the rest,
    on shared gates.

    Parameters
    ----------
    hidden : tuple of int, default=(200,)
        Activation patterns sampled per hidden layer, input side first; ``()`` is a linear
        model. The number of first-layer units is ``prod(2 * P_l)``.
    activation : {"gated_relu", "relu"}, default="gated_relu"
        "gated_relu" has no sign rows (mathematics 5): milliseconds for hundreds of labels,
        and ``network_.plain(X)`` is a ReLU network that agrees on rows X. "relu" is the
        network of the paper.
    units : {"auto", "mixed", "thirds", "halfspaces", "balls"}, default="auto"
        What the gates of the first layer are: halfspaces; balls around random rows of the
        pool; "mixed", half of each, the halfspaces reading the length of the row too; or
        "thirds", as mixed, but with a third that is always on (mathematics 13). With an
        intercept, which balls need, "auto" is mixed for gated classifiers and thirds for gated
        regressors, and else halfspaces.
    center : str, default="auto"
        Which center of the version space the network is. "gravity" is the mean of its law by
        expectation propagation, averaged over hypotheses by their evidence (mathematics 11
        and 12); "analytic" that of the logarithmic barrier; "chebyshev" the direction of the
        largest margin (classification only); "gravity_sampled" the mean of drawn networks,
        with its standard error in ``center_.standard_error`` (hundreds of ReLU gates are out
        of its reach); "max_volume_ellipsoid" needs CVXPY and at most 30 weights. "auto" is
        gravity, but analytic with sign rows or a ``cost``.
    cost : float, "auto" or None, default=None
        Elastic price C of violating a label, in units of the multiplier of a hard cut on
        the ball, for centers other than gravity; ``inf`` gives the paper's hard cuts, for
        which contradictory labels raise EmptyVersionSpaceError. "auto" chooses it by
        cross-validation on the labels held (see :meth:`agreement`), again whenever they have
        grown by half; use it, or 1 to 3, for noisy labels. None is 30.
    radius : float, default=1.0
        Radius R of the ball of leaf weights.
    flip : float or "auto", default="auto"
        Probability that a label is wrong, below 1/2, for ``center="gravity"``; 0 with
        ``noise=0`` means hard cuts. "auto" averages over several by their evidence.
    noise : float or "auto", default="auto"
        Soft margin, in standard deviations that the score of a row has before any label, for
        ``center="gravity"``. "auto" averages over several by their evidence.
    class_weight : dict, "balanced" or None, default=None
        How often a label of each class counts, times its ``sample_weight``.
    threshold : {"accuracy", "balanced_accuracy", "f1", "matthews"}, float or None, default=None
        Of two classes: the probability of the second above which a row is called that, or what it
        is best for on leave-one-out predictions of the labels held, chosen anew whenever these
        grow (see :meth:`decision_threshold`; ``center="gravity"`` only). None calls the class of
        the larger score.
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
        Threads for the one-against-rest problems of centers other than gravity, whose are solved
        side by side, and the folds of ``cost="auto"`` (joblib).
    verbose : bool, default=False
        Whether bars on stderr show how many classes (centers other than gravity), and with
        ``cost="auto"`` how many folds, are done.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    labelled_classes_ : ndarray of shape (n_labelled,)
        Those with a label; :meth:`partial_fit` may announce others.
    n_features_in_ : int
    arrangement_ : Arrangement
    center_, network_, version_space_ : objects, or lists
        Of ``labelled_classes_``; lists when these are more than two.
    cost_ : float
        The price in use.
    threshold_ : float
        The probability of the second class above which a row is called that.
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
        activation: str = "gated_relu",
        units: str = "auto",
        center: str = "auto",
        cost: float | str | None = None,
        radius: float = 1.0,
        flip: float | str = "auto",
        noise: float | str = "auto",
        class_weight: ClassWeight = None,
        threshold: float | str | None = None,
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
        self.threshold = threshold
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

        Labels of one class wait for a second one; until then every prediction is that class. A
        call that fails changes nothing.

        Parameters
        ----------
        X, y, sample_weight, X_pool, annotator
            As in :meth:`fit`; ``X_pool`` matters in the first call only.
        classes : array-like, optional
            Classes that may come, to check ``y`` against; all of them are in ``classes_``, those
            without a label yet with a probability of 0. Classes that show up unannounced are
            learnt too.
        depth : float, default=0.0
            Where the cut of a row that the model gets wrong passes: 0 is the label's own
            halfspace ``y f >= 0`` (a deep cut, the center is lost), 1 goes through the
            center (neutral), more leaves the center inside (shallow).

        Returns
        -------
        self
        """
        check_depth(depth)
        is_first = not self.__sklearn_is_fitted__()
        with all_or_nothing(self):
            X, labels, told = self._arrived(X, y, sample_weight, annotator, reset=is_first)
            self._announce(classes, labels)
            if not self._scores:
                self._wait(Waiting(X, labels, told, X_pool).after(self._waiting))
            elif labels.size:
                self._learn(X, labels, told, depth)
            self._name_classes()
        return self

    def _announce(self, classes: ArrayLike | None, y: NDArray) -> None:
        """Take over classes that may come, to those announced before."""
        if classes is not None:
            named = told_labels(classes)
            check_announced(y, named)
            self._announced = np.union1d(self._announced, named) if self._announced.size else named

    def _wait(self, waiting: Waiting) -> None:
        """Learn what waited as soon as there are two classes."""
        if waiting.is_over:
            self._waiting = None
            self._begin(waiting.X, waiting.X_pool)
            self._learn(waiting.X, waiting.y, waiting.told)
            return
        self._checked_pool(waiting.X, waiting.X_pool)
        self._labels, self._weight, self._waiting = waiting.y, waiting.told.weight, waiting

    def _name_classes(self) -> None:
        labelled, announced = self.labelled_classes_, self._announced
        self.classes_ = np.union1d(labelled, announced) if announced.size else labelled

    def _told_labels(self, y: ArrayLike, held: NDArray) -> NDArray:
        return class_labels(y, held)

    def _learn(self, X: Rows, y: NDArray, told: Told, depth: float = 0.0) -> None:
        check_classes(y, self._labels)
        labels = np.concatenate([self._labels, y]) if self._labels.size else y
        classes = np.unique(labels)
        if self.threshold is not None:
            check_threshold(self.threshold, classes.size, has_law=self._has_law)
        names = (classes[1:] if classes.size == 2 else classes).tolist()
        held = {score.name: score for score in self._scores}
        problems = [
            ScoreTarget.of(held.get(name), name, X, np.where(labels == name, 1.0, -1.0), depth)
            for name in names
        ]
        if (factor := class_weights(self.class_weight, labels, classes)) is not None:
            if not self._weighs_evidence:
                check_factor(factor)
            weight = factor * np.concatenate([self._weight, told.weight])
            problems = [replace(problem, weight=weight) for problem in problems]
        self._update(X, labels, problems, told)

    def _hold(self, labels: NDArray, weight: Array, scores: Sequence[Score]) -> None:
        super()._hold(labels, weight, scores)
        self._name_classes()

    @property
    def _annotator_rounds(self) -> int:
        return 2 if self.flip == "auto" and self.annotators_.size > 1 else 0

    def _hypotheses(self, space: VersionSpace, n_scores: int) -> list[Hypothesis]:
        return classification_hypotheses(slopes(space), self.flip, self.noise, n_scores)

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
