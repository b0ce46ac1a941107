"""Networks with sign rows: exact moments, rejection sampling, and when all leaves move together."""

import numpy as np
import pytest

from cutplane.samplers import leaf_chains, sample, start_chains, tree_motion
from cutplane.samplers.diagnostics import split_r_hat
from cutplane.space.version_space import VersionSpace


@pytest.mark.slow
def test_orthant_of_pairs(always_on, assert_moments):
    """u, u' >= 0 and y (u - u') >= 0: larger and smaller of two half-normal variables."""
    y = np.array([1.0, -1.0, 1.0])
    space = VersionSpace.classification(always_on(3, 1), np.eye(3), y)
    draws = sample(space, 6_400, np.random.default_rng(0))
    larger, both = 2 / np.sqrt(np.pi), 2 * np.sqrt(2 / np.pi)
    mean = np.where(y > 0, larger, both - larger)
    square = 1 + y * 2 / np.pi
    assert_moments(draws, np.r_[mean, both - mean], np.r_[square, 2 - square])


@pytest.mark.slow
@pytest.mark.parametrize("together", [False, True])
def test_cone_against_rejection(
    rejectable, together, monkeypatch, assert_same_law, cone_by_rejection
):
    """By the moves that burn-in chooses, and by all leaves together whatever it finds."""
    if together:
        monkeypatch.setattr(leaf_chains, "_SHORT", 10.0)
    arrangement, X, n = rejectable
    y = np.array([1.0, -1.0])[: len(X)]
    space = VersionSpace.classification(arrangement, X, y)
    weights, f = cone_by_rejection(space, n, np.random.default_rng(1))
    exact = weights[(y * f >= 0).all(axis=1)]
    assert_same_law(space, exact, thinning=2)


@pytest.mark.slow
def test_tight_spaces_move_all_leaves_together_and_mix(problem):
    """Two layers under ten labels, where single leaves have no room."""
    arrangement, X, y = problem((3, 2), k=10, d=3)
    chains = start_chains(VersionSpace.classification(arrangement, X, y), None, 16)
    rng, traces = np.random.default_rng(0), []
    for step in range(60):
        chains.sweep(rng, adapt=step < 20)
        if step >= 20:
            traces.append(chains.prediction)
    assert chains.pace > 1
    assert chains.acceptance == 1
    assert split_r_hat(np.stack(traces, axis=1)).max() < 1.1


@pytest.mark.parametrize("elastic", [False, True])
def test_trajectories_with_too_many_events_are_shortened(elastic, monkeypatch, problem):
    arrangement, X, y = problem((3, 2), k=10, d=3)
    space = VersionSpace.classification(arrangement, X, y, cost=3.0 if elastic else np.inf)
    chains = start_chains(space, None, 8)
    rng = np.random.default_rng(0)
    monkeypatch.setattr(tree_motion, "MAX_EVENTS", 20)
    monkeypatch.setattr(leaf_chains, "_SHORT", 10.0)
    taken = []
    for _ in range(12):
        chains.sweep(rng, adapt=True)
        taken.append(chains.acceptance)
    assert min(taken[1:4]) < 0.5
    assert taken[-1] > 0.8
