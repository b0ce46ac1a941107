"""What is measured on the test rows after every round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import balanced_accuracy_score, root_mean_squared_error

CLASSIFICATION = ("accuracy", "balanced_accuracy", "roc_auc", "rare_recall")
REGRESSION = ("rmse", "r2")
PROBABILITY = ("log_loss", "calibration_error", "brier_score")
#: Probabilities are kept so far from 0, or one sure mistake would decide the log loss.
FLOOR = 1e-3
BINS = 10
#: The metric that tables and tests of a task rank by; larger is better for both.
MAIN = {"binary": "accuracy", "multiclass": "accuracy", "regression": "r2"}


@dataclass(frozen=True)
class Answers:
    """What a classifier says of n rows.

    Attributes
    ----------
    classes : ndarray of shape (c,)
        Classes that it knows.
    predicted : ndarray of shape (n,)
    scores : ndarray of shape (n, c)
        Larger speaks for the class.
    probabilities : ndarray of shape (n, c) or None
        None where it gives none.
    """

    classes: np.ndarray
    predicted: np.ndarray
    scores: np.ndarray
    probabilities: np.ndarray | None

    @classmethod
    def always(cls, known: int, n: int, *, probable: bool) -> Answers:
        """The only class known, for every row, and surely so where probabilities are given."""
        sure = np.ones((n, 1))
        return cls(np.array([known]), np.full(n, known), sure, sure if probable else None)


def classification_metrics(y: np.ndarray, answers: Answers) -> dict[str, float]:
    """Accuracy, balanced accuracy, macro one-against-rest ROC AUC and recall of the rarest class,
    and the metrics of the probabilities where there are any.

    The area of a class of `y` (n,) that is not known is 0.5, its probability 0. Of two classes
    with equally few rows the first is the rarest.
    """
    classes, counts = np.unique(y, return_counts=True)
    columns = dict(zip(answers.classes.tolist(), answers.scores.T, strict=True))
    areas = [roc_auc(y == c, columns[c]) if c in columns else 0.5 for c in classes.tolist()]
    rare = y == classes[counts.argmin()]
    found = {
        "accuracy": float(np.mean(answers.predicted == y)),
        "balanced_accuracy": float(balanced_accuracy_score(y, answers.predicted)),
        "roc_auc": float(np.mean(areas)),
        "rare_recall": float(np.mean(answers.predicted[rare] == y[rare])),
    }
    if answers.probabilities is None:
        return found
    unknown = np.setdiff1d(classes, answers.classes)
    truth = y[:, None] == np.concatenate([answers.classes, unknown])
    padding = ((0, 0), (0, unknown.size))
    return found | probability_metrics(truth, np.pad(answers.probabilities, padding))


def probability_metrics(truth: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Log loss, expected calibration error and Brier score; smaller is better for all.

    Parameters
    ----------
    truth : ndarray of bool of shape (n, c)
        Which class every row has.
    probability : ndarray of shape (n, c)

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017 (3).
    """
    chosen = probability.argmax(axis=1)
    return {
        "log_loss": float(-np.log(np.maximum(probability[truth], FLOOR)).mean()),
        "calibration_error": calibration_error(
            truth[np.arange(chosen.size), chosen], probability.max(axis=1)
        ),
        "brier_score": float(((probability - truth) ** 2).sum(axis=1).mean() / 2),
    }


def calibration_error(right: np.ndarray, confidence: np.ndarray) -> float:
    """Mean over the rows of |share right - mean confidence| in a row's bin of equal width."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, weights=right - confidence, minlength=BINS)
    return float(np.abs(gap).sum() / right.size)


def regression_metrics(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Root mean squared error, and R2 cut off at -1.

    One wild model at five labels would otherwise decide the mean of a whole curve.
    """
    rmse = float(root_mean_squared_error(y, predicted))
    return {"rmse": rmse, "r2": max(-1.0, 1 - rmse**2 / float(np.var(y)))}


def roc_auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Share of pairs (positive, negative) that the score orders rightly; ties count half."""
    n, p = positive.size, int(positive.sum())
    return float((rankdata(score)[positive].sum() - p * (p + 1) / 2) / (p * (n - p)))
