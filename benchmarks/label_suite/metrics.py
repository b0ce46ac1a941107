"""What is measured on the test rows after every round."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import balanced_accuracy_score, root_mean_squared_error

CLASSIFICATION = ("accuracy", "balanced_accuracy", "roc_auc")
REGRESSION = ("rmse", "r2")
PROBABILITY = ("log loss", "calibration error", "Brier score")
#: Probabilities are kept so far from 0, or one sure mistake would decide the log loss.
FLOOR = 1e-3
BINS = 10
#: The metric that tables and tests of a task rank by; larger is better for both.
MAIN = {"binary": "accuracy", "multiclass": "accuracy", "regression": "r2"}


def classification_metrics(
    y: np.ndarray, predicted: np.ndarray, classes: np.ndarray, scores: np.ndarray
) -> dict[str, float]:
    """Accuracy, balanced accuracy and macro one-against-rest ROC AUC.

    Parameters
    ----------
    y, predicted : ndarray of shape (n,)
    classes : ndarray of shape (c,)
        Classes that the model knows.
    scores : ndarray of shape (n, c)
        Larger speaks for the class. A class of `y` that is not known counts 0.5.
    """
    columns = {int(name): scores[:, i] for i, name in enumerate(classes)}
    areas = [roc_auc(y == c, columns[c]) if c in columns else 0.5 for c in np.unique(y).tolist()]
    return {
        "accuracy": float(np.mean(predicted == y)),
        "balanced_accuracy": float(balanced_accuracy_score(y, predicted)),
        "roc_auc": float(np.mean(areas)),
    }


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
        "log loss": float(-np.log(np.maximum(probability[truth], FLOOR)).mean()),
        "calibration error": calibration_error(
            truth[np.arange(chosen.size), chosen], probability.max(axis=1)
        ),
        "Brier score": float(((probability - truth) ** 2).sum(axis=1).mean() / 2),
    }


def calibration_error(right: np.ndarray, confidence: np.ndarray) -> float:
    """Mean over the rows of |share right - mean confidence| in a row's bin of equal width."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, weights=right - confidence, minlength=BINS)
    return float(np.abs(gap).sum() / right.size)


def one_class_metrics(y: np.ndarray, known: int) -> dict[str, float]:
    """What always answering the only class known would score."""
    return {
        "accuracy": float(np.mean(y == known)),
        "balanced_accuracy": 1.0 / np.unique(y).size,
        "roc_auc": 0.5,
    }


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
