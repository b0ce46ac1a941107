"""Rows and labels as they arrive at an estimator: checked, and those left that count."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import validate_data

from cutplane._types import Rows
from cutplane.centers.registry import CENTERS
from cutplane.errors import InvalidInputError
from cutplane.estimators.checks import (
    check_parameters,
    check_range,
    check_weights,
    cutting_rows,
    own_errors,
)
from cutplane.estimators.defaults import AUTO
from cutplane.estimators.elsewhere import at_home, place_of_center
from cutplane.estimators.fitted import FittedScores
from cutplane.estimators.told import (
    Told,
    check_annotator,
    checked_annotators,
    checked_weight,
    named,
)


class Arrivals(FittedScores):
    """Checks of everything that is to be learnt."""

    @abstractmethod
    def _told_labels(self, y: ArrayLike, held: NDArray) -> NDArray:
        """Labels of the right kind, that of those held, or InvalidInputError."""

    def check_labels(self, y: ArrayLike) -> NDArray:
        """Labels as :meth:`partial_fit` would learn them now, without learning them.

        Parameters
        ----------
        y : array-like of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            Numbers or text, whatever objects arrived.

        Raises
        ------
        InvalidInputError
            One is missing, out of range, or of another kind than is learnt or was held before.
        """
        labels = self._told_labels(y, getattr(self, "_labels", np.empty(0)))
        if labels.ndim != 1:
            raise InvalidInputError(
                f"labels of shape {labels.shape} arrived; give one for each row, in a flat list"
            )
        return labels

    def _arrived(
        self,
        X: Rows,
        y: ArrayLike | None,
        sample_weight: ArrayLike | None,
        annotator: ArrayLike | None,
        *,
        reset: bool = False,
    ) -> tuple[Rows, NDArray, Told]:
        """Labelled rows that count and cut, checked; takes over names of annotators.

        Those of weight 0 are absent, and all of them only where others are held.
        """
        self.__dict__.pop("_place", None)  # the class's own is NumPy
        place = place_of_center(X, self.center_name, self.final_solve)
        if not place.is_host:
            self._place = place
        X, y, sample_weight = map(at_home, (X, y, sample_weight))
        X, labels = self._checked(X, y, reset=reset)
        weight, names = checked_weight(sample_weight, labels.size), named(annotator, labels.size)
        check_annotator(annotator, self.center_name)
        if reset:
            check_weights(weight)
        X, labels = X[weight > 0], labels[weight > 0]
        names, weight = None if names is None else names[weight > 0], weight[weight > 0]
        known = None if reset else self.annotators_
        self.annotators_, places = checked_annotators(names, known, labels.size)
        told = Told(weight, places)
        if labels.size == 0:
            return X, labels, told
        kept = cutting_rows(X, fit_intercept=self.fit_intercept)
        return X[kept], labels[kept], told.of_rows(kept)

    def _checked(self, X: Rows, y: ArrayLike | None, *, reset: bool) -> tuple[Rows, NDArray]:
        """Rows to learn from, in 64-bit floats, and labels of the right kind."""
        if y is not None:
            y = self._told_labels(y, np.empty(0) if reset else self._labels)
        with own_errors():
            rows = validate_data(self, X, y, reset=reset, dtype=np.float64, accept_sparse="csr")
        check_range(rows[0])
        return rows

    def _checked_pool(self, X: Rows, X_pool: Rows | None) -> Rows:
        """Rows to sample the gates on; parameters are checked too."""
        check_parameters(self.get_params(deep=False), (AUTO, *CENTERS))
        pool = X if X_pool is None else self._rows(X_pool)
        check_range(pool)
        return pool
