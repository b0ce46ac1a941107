"""Labels of every kind of target, and small estimators for them, of which states are written."""

import numpy as np

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor


def data(target, n=40, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 3))
    value = X[:, 0] - 0.5 * X[:, 1]
    text = np.array(["no", "yes"])[(value > 0).astype(int)]
    return X, {
        "two": (value > 0).astype(int),
        "three": np.digitize(value, [-0.5, 0.5]),
        "text": text,
        "objects": text.astype(object),
        "numbers": 3 * value + 10,
    }[target]


def estimator_for(target, **options):
    options = {"hidden": (12,), "random_state": 0} | options
    if target == "numbers":
        return CuttingPlaneRegressor(**{k: v for k, v in options.items() if v != np.inf})
    return CuttingPlaneClassifier(**options)


def reloaded(saved, path):
    saved.save(path)
    return type(saved).load(path)
