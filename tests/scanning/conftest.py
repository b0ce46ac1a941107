"""Rows of any storage, sources cut at other places, and an engine that minds no order."""

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier
from cutplane.scanning.arrays import ArrayFragment, ArraySource
from cutplane.scanning.block import Block


@pytest.fixture
def rows():
    """Builds rows with zeros among them, which single precision holds."""

    def build(n=90, d=4, seed=0):
        X = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32).astype(float)
        X[np.abs(X) < 0.5] = 0
        return X

    return build


@pytest.fixture
def fitted():
    """Builds a classifier that knows the first rows, and all labels."""

    def build(X, n_labels=20, n_classes=2, **options):
        y = np.digitize(X[:, 0] + X[:, 1] ** 2, [1.0] if n_classes == 2 else [0.2, 1.5])
        options = {"hidden": (70,), "random_state": 0} | options
        return CuttingPlaneClassifier(**options).fit(X[:n_labels], y[:n_labels], X_pool=X), y

    return build


@pytest.fixture
def cut():
    """Builds a source of blocks of some sizes, in fragments of some blocks."""

    def build(X, size, n_blocks=2, memory=0):
        source = ArraySource(X, memory)
        blocks = [Block(at, X[at : at + size]) for at in range(0, X.shape[0], size)]
        cut = [blocks[at : at + n_blocks] for at in range(0, len(blocks), n_blocks)]
        source.__dict__["_fragments"] = [ArrayFragment(own) for own in cut]
        return source

    return build


@pytest.fixture
def shuffled():
    """An engine whose results come in any order, from copies of what it was given."""
    import pickle

    rng = np.random.default_rng(0)

    def engine(function, state, fragments):
        sent = pickle.dumps(state)
        for at in rng.permutation(len(fragments)):
            fragment = pickle.loads(pickle.dumps(fragments[at]))
            yield pickle.loads(pickle.dumps(function(pickle.loads(sent), fragment)))

    return engine
