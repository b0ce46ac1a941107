"""Version spaces small enough to know their law, and how draws are compared with it."""

import numpy as np
import pytest
from scipy import stats

from cutplane.samplers import sample
from cutplane.samplers.diagnostics import effective_sample_size
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.inputs import Inputs

#: Hidden units, labelled rows and draws from which rejection keeps enough.
REJECTION = [((2,), 2, 20_000), ((1, 1), 2, 40_000), ((1, 1, 1), 1, 60_000)]


def _always_on(d, depth):
    """One gate per layer, on everywhere: leaves are a binary tree of signs."""
    gates = tuple(np.ones((d if level == 0 else 1, 1)) for level in range(depth))
    return Arrangement(gates, Inputs(d, False))


@pytest.fixture
def always_on():
    return _always_on


def _problem(hidden, *, k=6, d=2, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, d))
    y = np.where(X[:, 0] + 0.3 * X[:, 1] + 0.2 > 0, 1.0, -1.0)
    return sample_arrangement(X, hidden, rng), X[:k], y[:k]


@pytest.fixture
def problem():
    return _problem


def _networks(draws):
    return draws.weights.reshape(len(draws), -1)


@pytest.fixture
def networks():
    return _networks


def _assert_moments(draws, expected_mean, expected_square, functions=None, slack=4.5):
    """First and second moments, within so many standard errors of chains that mixed."""
    x = _networks(draws) if functions is None else functions
    for values, expected in ((x, expected_mean), (x**2, expected_square)):
        traces = values.reshape(-1, draws.n_chains, values.shape[1]).transpose(1, 0, 2)
        ess = effective_sample_size(traces)
        assert ess.min() > 300
        z = (values.mean(axis=0) - expected) / (values.std(axis=0) / np.sqrt(ess))
        assert np.abs(z).max() < slack


@pytest.fixture
def assert_moments():
    return _assert_moments


def _climb(space, leaf):
    """Values of inner nodes and prediction of leaf values (n, L, k): mathematics 2."""
    above = []
    for pattern in space.patterns:
        leaf = leaf.reshape(len(leaf), -1, pattern.shape[1], 2, leaf.shape[2])
        leaf = ((leaf[:, :, :, 0] - leaf[:, :, :, 1]) * pattern.T).sum(axis=2)
        above.append(leaf)
    return above


@pytest.fixture
def climb():
    return _climb


def _cone_by_rejection(space, n, rng):
    """Normal weights whose sign rows hold: leaves first, each on its own, then the rest."""
    unit = space.rows / space.lengths[:, None]
    leaves = []
    for index in range(space.arrangement.n_leaves):
        sigma = 2.0 * space.patterns[0][:, index // 2 % space.arrangement.n_patterns[0]] - 1
        u = rng.normal(size=(10 * n, unit.shape[1]))
        u = u[(sigma * (u @ unit.T) >= 0).all(axis=1)]
        assert len(u) >= n
        leaves.append(u[:n])
    weights = np.stack(leaves, axis=1)
    above = _climb(space, weights @ unit.T)
    holds = np.ones(n, dtype=bool)
    for value, pattern in zip(above[:-1], space.patterns[1:], strict=True):
        sigma = np.repeat(2.0 * pattern.T - 1, 2, axis=0)
        grouped = value.reshape(n, -1, *sigma.shape)
        holds &= (sigma * grouped >= 0).all(axis=(1, 2, 3))
    return weights[holds], above[-1][holds, 0]


@pytest.fixture
def cone_by_rejection():
    return _cone_by_rejection


def _assert_same_law(space, exact, thinning):
    draws = sample(space, 3_200, np.random.default_rng(2), thinning=thinning)
    assert draws.diagnostics.max_r_hat < 1.05
    assert len(exact) > 400
    ours, exact = _networks(draws), exact.reshape(len(exact), -1)
    ess = draws.diagnostics.min_ess
    assert ess > 300
    for a, b in ((ours, exact), (ours**2, exact**2)):
        error = np.sqrt(a.var(axis=0) / ess + b.var(axis=0) / len(b))
        assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) / error).max() < 4.5
    norms = [np.linalg.norm(x, axis=1) for x in (ours, exact)]
    assert stats.ks_2samp(norms[0][:: len(ours) // int(ess)], norms[1]).pvalue > 1e-3


@pytest.fixture
def assert_same_law():
    return _assert_same_law


def _small(hidden, k):
    rng = np.random.default_rng(3)
    X = np.array([[1.0, 0.4], [0.7, -0.5]])[:k]
    if hidden == (2,):
        gates = (rng.normal(size=(2, 2)),)
        return Arrangement(gates, Inputs(2, False)), X
    return _always_on(2, len(hidden)), X


@pytest.fixture(params=REJECTION, ids=lambda shape: str(shape[0]))
def rejectable(request):
    """Arrangement, rows, and how many draws rejection needs."""
    hidden, k, n = request.param
    return *_small(hidden, k), n
