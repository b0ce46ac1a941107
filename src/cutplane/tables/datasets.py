"""Data sets that need no file: scikit-learn's own and the two synthetic ones of the paper.

Tables from files need none of scikit-learn's, which are imported where one is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Array
from cutplane.errors import InvalidInputError


@dataclass(frozen=True)
class Dataset:
    """A labelled data set.

    Attributes
    ----------
    X : ndarray of shape (n, d)
        Raw features, not standardised.
    y : ndarray of shape (n,)
        Class labels, or numbers for regression.
    feature_names : tuple of str
        The d column names of X.
    target : str
        What y is.
    task : {"classification", "regression"}
    test_size : float
        Share of rows usually kept for testing.
    """

    X: Array
    y: NDArray
    feature_names: tuple[str, ...]
    target: str
    task: str = "classification"
    test_size: float = 0.3


def load_dataset(name: str) -> Dataset:
    """Return the built-in data set of this name.

    Parameters
    ----------
    name : str
        One of ``DATASET_NAMES``.

    Returns
    -------
    Dataset
        The same rows in the same order at every call.

    Raises
    ------
    InvalidInputError
        No data set has this name.
    """
    if name not in _LOADERS:
        raise InvalidInputError(
            f"no built-in data set is called {name!r}; the names are {', '.join(DATASET_NAMES)}"
        )
    return _LOADERS[name]()


def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    return Dataset(digits.data, digits.target, tuple(digits.feature_names), "digit")


def _digits_odd() -> Dataset:
    digits = _digits()
    parity = np.where(digits.y % 2 == 1, "odd", "even")
    return Dataset(digits.X, parity, digits.feature_names, "parity")


def _digits_3v8() -> Dataset:
    digits = _digits()
    rows = np.isin(digits.y, (3, 8))
    return Dataset(digits.X[rows], digits.y[rows], digits.feature_names, "digit")


def _breast_cancer() -> Dataset:
    from sklearn.datasets import load_breast_cancer

    cancer = load_breast_cancer()
    diagnosis = cancer.target_names[cancer.target]
    return Dataset(cancer.data, diagnosis, tuple(map(str, cancer.feature_names)), "diagnosis")


def _wine() -> Dataset:
    from sklearn.datasets import load_wine

    wine = load_wine()
    return Dataset(wine.data, wine.target, tuple(wine.feature_names), "cultivar")


def _diabetes() -> Dataset:
    from sklearn.datasets import load_diabetes

    diabetes = load_diabetes(scaled=False)
    return Dataset(
        diabetes.data,
        diabetes.target,
        tuple(diabetes.feature_names),
        "progression",
        task="regression",
    )


def _moons() -> Dataset:
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=1000, noise=0.2, random_state=0)
    return Dataset(X, y, ("x1", "x2"), "moon")


def _spiral() -> Dataset:
    """Two interleaved arms of 50 points, each the other turned by half a circle.

    Along an arm, t runs from 0 to 24.7, the angle is pi t / 16 and the radius 1 - t / 104: the
    spiral of the paper's experiments, of which 80 points are the pool and 20 the test set.
    """
    t = 50 * np.arange(50) / 99
    angle = np.pi * t / 16
    radius = 1 - t / 104
    arm = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    y = np.repeat([1, -1], 50)
    return Dataset(np.concatenate([arm, -arm]), y, ("x1", "x2"), "arm", test_size=0.2)


def _quadratic() -> Dataset:
    """y = x^2 at 100 equally spaced points of [-1, 1], the paper's regression problem."""
    x = np.linspace(-1, 1, 100)
    return Dataset(x[:, None], x**2, ("x",), "y", task="regression", test_size=0.2)


_LOADERS: dict[str, Callable[[], Dataset]] = {
    "breast-cancer": _breast_cancer,
    "diabetes": _diabetes,
    "digits": _digits,
    "digits-3v8": _digits_3v8,
    "digits-odd": _digits_odd,
    "moons": _moons,
    "quadratic": _quadratic,
    "spiral": _spiral,
    "wine": _wine,
}
DATASET_NAMES = tuple(_LOADERS)
