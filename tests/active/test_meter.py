"""The budget of a stream: never more than its rate, spent on the best of what passed lately."""

import numpy as np
import pytest

from cutplane.active.meter import WINDOW, Meter, luck


def played(utilities, budget, seed=0):
    """Which rows are bought, and the meter afterwards."""
    return Meter().over(utilities, luck(seed, 0, len(utilities)), budget)


def worlds(rng):
    """Utilities that rise, fall, stand still, jump, come in bursts, or are unknown."""
    n = 1500
    return {
        "alike": np.ones(n).tolist(),
        "noise": rng.random(n).tolist(),
        "rising": np.linspace(0, 1, n).tolist(),
        "falling": np.linspace(1, 0, n).tolist(),
        "jumping": (rng.random(n) + (np.arange(n) > n // 2) * 100).tolist(),
        "bursts": ((np.arange(n) % 200 < 20) + rng.random(n) / 10).tolist(),
        "no model": [None] * n,
        "a model later": [None] * 300 + rng.random(n - 300).tolist(),
    }


@pytest.mark.parametrize("budget", [0.003, 0.05, 0.1, 1 / 3, 0.7, 1.0])
@pytest.mark.parametrize("world", sorted(worlds(np.random.default_rng(0))))
def test_the_budget_holds_at_any_time(world, budget):
    bought, meter = played(worlds(np.random.default_rng(1))[world], budget)
    so_far = np.cumsum(bought)
    assert (so_far <= budget * np.arange(1, len(bought) + 1) + 1).all()
    assert (meter.n_seen, meter.n_bought) == (len(bought), so_far[-1])
    reserve = np.sqrt(2 * budget * (1 - budget) * WINDOW)
    if world != "falling":  # what is worth less than all before waits for its budget
        assert so_far[-1] >= 0.8 * budget * len(bought) - reserve - 1


def test_a_budget_of_one_buys_all():
    assert played(np.random.default_rng(0).random(300).tolist(), 1.0)[0].all()


def test_the_best_are_bought():
    utilities = np.random.default_rng(0).random(3000)
    bought, _ = played(utilities.tolist(), 0.1)
    assert np.median(utilities[bought]) > 0.9


def test_a_change_is_seen_by_chance():
    """Rows of the least utility are bought too, a few."""
    utilities = np.random.default_rng(0).random(5000)
    bought, _ = played(utilities.tolist(), 0.1)
    assert 10 < (utilities[bought] < 0.5).sum() < 60


def test_what_passes_together_does_not_matter():
    utilities = np.random.default_rng(0).random(400).tolist()
    whole, after = played(utilities, 0.1, seed=3)
    meter, parts, at = Meter(), [], 0
    for size in (1, 7, 100, 92, 200):
        chance = luck(3, meter.n_seen, size)
        part, meter = meter.over(utilities[at : at + size], chance, 0.1)
        parts.append(part)
        at += size
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert meter == after
    assert len(meter.recent) == WINDOW


def test_chance_is_alike_and_the_seeds():
    chance = luck(0, 0, 4000)
    assert ((chance >= 0) & (chance < 1)).all()
    assert abs(chance.mean() - 0.5) < 0.02
    np.testing.assert_array_equal(luck(0, 1000, 10), chance[1000:1010])
    assert not np.array_equal(luck(1, 0, 4000), chance)


@pytest.mark.parametrize(
    "passed",
    [
        {},
        {"n_passed": 0, "recent": []},
        {"n_passed": True, "recent": []},
        {"n_passed": 3.0, "recent": []},
        {"n_passed": 3, "recent": [0.5] * (WINDOW + 1)},
        {"n_passed": 3, "recent": [float("nan")]},
        {"n_passed": 3, "recent": [1]},
        {"n_passed": 3, "recent": "0.5"},
    ],
)
def test_what_no_meter_says_is_refused(passed):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Meter().with_more(passed, 2)
