"""Runs that the tests of the trainer share: small pools, a log in memory, and waiting."""

import time

import numpy as np

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.events import Event


class Log:
    """A log in memory, of which another process may have recorded more."""

    def __init__(self, events=()):
        self.events, self.others = tuple(events), ()

    @property
    def n_recorded(self):
        return len(self.events) + len(self.others)

    def refresh(self):
        self.events, self.others = (*self.events, *self.others), ()

    def append(self, events):
        self.events = (*self.events, *events)


def table(n=60, seed=0):
    """Rows of two columns, and classes that a line parts."""
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return X, np.where(X[:, 0] + X[:, 1] > 0.3, "yes", "no")


def begun(X, model=None, **options):
    """A ledger before any event."""
    model = model or CuttingPlaneClassifier(hidden=(12,), random_state=0)
    return ActiveLearner(model, X, random_state=0, **options)._ledger


def values(X):
    """A ledger of values before any event."""
    return begun(X, CuttingPlaneRegressor(hidden=(12,), random_state=0))


def told(rows, labels, who=""):
    """An event for each answer, as the page writes it."""
    names = [[who] if who else []] * len(rows)
    pairs = zip(rows, np.asarray(labels).tolist(), names, strict=True)
    return [Event("labelled", [int(r)], [v], name, {"by": who}) for r, v, name in pairs]


def until(condition, seconds=20.0):
    """Wait for a thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def same_model(a, b):
    """Whether two ledgers have learnt the same, to the last bit."""
    (arrays, said), (others, also) = (own.model.estimator.to_arrays() for own in (a, b))
    assert a.model.cut_rows == b.model.cut_rows
    assert said == also
    assert arrays.keys() == others.keys()
    return all(np.array_equal(arrays[name], others[name]) for name in arrays)
