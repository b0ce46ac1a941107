"""What a classifier says beside the class: scores, probabilities, accuracy, thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cutplane._types import Array, Index, Rows
from cutplane.errors import InvalidInputError
from cutplane.estimators.annotators import flip_quantiles
from cutplane.estimators.elsewhere import answered_there
from cutplane.estimators.exported import exported_laws
from cutplane.estimators.fitted import FittedScores
from cutplane.estimators.in_blocks import in_blocks
from cutplane.estimators.leave_one_out import AccuracyEstimate, best_threshold
from cutplane.estimators.probability import (
    agreement,
    deviation,
    law_probabilities,
    probabilities,
    spread_out,
)
from cutplane.export.answers import Link, Probabilities
from cutplane.scanning.source import Source


class Probabilistic(FittedScores):
    """Scores of classes as probabilities."""

    classes_: NDArray
    #: Parameter of the classifier.
    threshold: float | str | None

    @answered_there
    @in_blocks
    def predict(self, X: Rows | Source) -> NDArray:
        """Class of each row (of an array, a CSR matrix or a :func:`cutplane.stored_rows`); (n,)."""
        if self._waiting is not None:
            return np.full(self._rows(X).shape[0], self._labels[0])
        if self.threshold is not None:
            second = self.predict_proba(X)[:, self._places[0][1]] > self.threshold_
            return self.labelled_classes_[second.astype(int)]
        scores = self.scores(X)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.labelled_classes_[best]

    @answered_there
    @in_blocks
    def decision_function(
        self, X: Rows | Source, return_std: bool = False, n_samples: int | None = None
    ) -> Array | tuple[Array, Array]:
        """Scores of the decoded network.

        Parameters
        ----------
        X : array-like, CSR matrix or Source of shape (n, n_features)
        return_std : bool, default=False
            Whether to return the standard deviation over the version space too.
        n_samples : int, optional
            Networks it is taken over, as in :meth:`predict_proba`.

        Returns
        -------
        scores : ndarray of shape (n,) for two classes, else (n, n_classes)
            Positive speaks for ``classes_[1]``; of several columns the largest does, for its class.
        std : ndarray of the same shape
            Only with ``return_std``. A version space of cuts has no scale: the networks'
            mean scores on the labelled rows are brought to the size of ``scores`` there.
        """
        if self._waiting is not None:
            certain = self._certain(X)
            return (certain, np.ones_like(certain)) if return_std else certain
        scores = self.scores(X)
        if not return_std:
            return self._score_of_all(scores)
        if self.scores_have_laws and n_samples is None:
            std = self.spread(X)
        else:
            ensemble = self.ensemble(n_samples)
            std = deviation(ensemble, self._rows(X), self.scores(ensemble.labelled))
        std = std.reshape(scores.shape)
        return self._score_of_all(scores), self._std_of_all(std)

    @answered_there
    @in_blocks
    def predict_proba(
        self, X: Rows | Source, method: str | None = None, n_samples: int | None = None
    ) -> Array:
        """Probability of each class.

        Parameters
        ----------
        X : array-like, CSR matrix or Source of shape (n, n_features)
        method : {"law", "link", "version_space"}, optional
            "law", the default for ``center="gravity"`` without a final solve: the probability
            of the class over the version spaces of all hypotheses, weighed by evidence, with
            the noise that these assume, ``Phi(m / sqrt(v + noise^2))``. Rows differ in v, so
            this does not rank as the scores do: one far from all labels is nearer to 1/2.

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
        if method not in (None, "law", "link", "version_space"):
            raise InvalidInputError(
                f"method={method!r} arrived; choose one of law, link, version_space"
            )
        if self._waiting is not None:
            return spread_out(np.ones((self._rows(X).shape[0], 1)), *self._places, 0.0)
        if method is None:
            method = "law" if self.scores_have_laws else "link"
        if method == "law":
            known = law_probabilities(self.moments(X))
        elif method == "link":
            known = probabilities(self.scores(X), self.score_scale_)
        else:
            known = self.ensemble(n_samples).shares(self._rows(X))
        return spread_out(known, *self._places, 0.0)

    @property
    def labelled_classes_(self) -> NDArray:
        """Classes that have a label, in the order of the scores."""
        return np.unique(self._labels)

    @property
    def _places(self) -> tuple[Index, int]:
        """Where those are among ``classes_``, and how many these are."""
        return np.searchsorted(self.classes_, self.labelled_classes_), self.classes_.size

    def _certain(self, X: Rows) -> Array:
        """Scores that speak for the only class that has a label, -1 and 1."""
        scores = spread_out(np.ones((self._rows(X).shape[0], 1)), *self._places, -1.0)
        if self.classes_.size > 2:
            return scores
        return scores[:, 1] if self.classes_.size == 2 else -scores[:, 0]

    def _score_of_all(self, scores: Array) -> Array:
        """Scores of the labelled classes with those of announced ones, below all others."""
        if len(self.labelled_classes_) == len(self.classes_):
            return scores
        known = scores if scores.ndim == 2 else np.column_stack([-scores, scores])
        return spread_out(known, *self._places, known.min(axis=1) - self.score_scale_)

    def _std_of_all(self, std: Array) -> Array:
        """Deviations of the labelled classes, with the largest one for those announced."""
        if len(self.labelled_classes_) == len(self.classes_):
            return std
        known = std if std.ndim == 2 else np.column_stack([std, std])
        return spread_out(known, *self._places, known.max(axis=1))

    def agreement(self, X: Rows, y: ArrayLike) -> float:
        """Mean probability that the center gives to labels among ``classes_``, between 0 and 1.

        What ``cost="auto"`` maximizes; see :func:`cutplane.estimators.probability.agreement`.
        """
        return agreement(self.scores(X, "center"), self.score_scale_, self.labelled_classes_, y)

    @property
    def accuracy_estimate_(self) -> AccuracyEstimate:
        """Leave-one-out accuracy on the labels held; ``center="gravity"`` only.

        Of the classes that are right, if the labels are wrong as often as the evidence says.
        """
        laws = self._left_out()
        if len(laws) > 1:
            best = np.argmax([law.mean for law in laws], axis=0)
        elif self.threshold is None:
            best = (laws[0].mean > 0).astype(int)
        else:
            best = (self.left_out_probabilities_[:, 1] > self.threshold_).astype(int)
        known = self.labelled_classes_
        hits = known[best] == self._labels
        return AccuracyEstimate.of(hits, self._weight, self._wrong_labels, known.size)

    @property
    def left_out_probabilities_(self) -> Array:
        """Probability of each labelled class for every label held, by the others alone.

        (k, n_labelled), rows in the order told; ``center="gravity"`` only.
        """
        return law_probabilities(self._left_out())

    @property
    def flips_(self) -> dict[object, float]:
        """Probability that a label is wrong, by annotator, averaged over the hypotheses."""
        members = self._scores[0].members
        everyone = np.arange(self.annotators_.size)
        each = [own.weight * own.space.hypothesis.flips(everyone) for own in members]
        flips = np.sum(each, axis=0) * self._flips_a_wrong_label_makes
        return dict(zip(self.annotators_.tolist(), np.minimum(flips, 1.0).tolist(), strict=True))

    def flip_quantiles(self, probabilities: Sequence[float] = (0.05, 0.5, 0.95)) -> dict:
        """Shares of wrong labels below which each annotator's is, with these probabilities.

        ``center="gravity"`` only; see :func:`cutplane.estimators.annotators.flip_quantiles`.
        """
        names = self.annotators_.tolist()
        shares = flip_quantiles(self._scores, len(names), probabilities)
        wrong = np.minimum(shares * self._flips_a_wrong_label_makes, 1.0)
        return dict(zip(names, wrong.tolist(), strict=True))

    @property
    def _wrong_labels(self) -> float:
        """Share of the labels held that the evidence supposes wrong."""
        flips = np.array([self.flips_[name] for name in self.annotators_.tolist()])
        given_by = self._scores[0].space.labels.annotator
        return float(np.average(flips[given_by], weights=self._weight))

    @property
    def _flips_a_wrong_label_makes(self) -> float:
        """From flips of one score to wrong labels, which flip two of ``n_classes`` scores."""
        return max(self.labelled_classes_.size / 2, 1.0)

    @property
    def threshold_(self) -> float:
        """Probability above which a row is called the second class; 1/2 is a score of 0.

        Chosen once for the labels held where the parameter names a metric.
        """
        if not isinstance(self.threshold, str):
            return 0.5 if self.threshold is None else float(self.threshold)
        metric = self.threshold
        return self._kept.get(f"threshold {metric}", lambda: self.decision_threshold(metric))

    def decision_threshold(self, metric: str) -> float:
        """Probability of ``labelled_classes_[1]`` above which to call it, best for a metric.

        Chosen by leave-one-out probabilities of the labels held; for two classes and
        ``center="gravity"``.

        Parameters
        ----------
        metric : {"accuracy", "balanced_accuracy", "f1", "matthews"}

        Returns
        -------
        float
            As the parameter ``threshold`` applies it: ``predict_proba(X)[:, 1] > threshold``.
        """
        probability = self.left_out_probabilities_
        if (n_classes := probability.shape[1]) > 2:
            raise InvalidInputError(f"{n_classes} classes arrived; a threshold decides between two")
        positive = self._labels == self.labelled_classes_[1]
        return best_threshold(probability[:, 1], positive, self._weight, metric)

    @property
    def exported_probabilities(self) -> Probabilities:
        """How :meth:`predict_proba` comes from scores, in plain arrays."""
        if self.scores_have_laws:
            return exported_laws(self._scores)
        return Link(self.score_scale_)

    @property
    def score_scale_(self) -> float:
        """Mean absolute score on the labelled rows, each as often as it counts."""
        sizes = np.mean([np.abs(score.prediction) for score in self._scores], axis=0)
        return float(np.average(sizes, weights=self._weight)) or 1.0
