"""Streams have fixed seeds and change when they say; every method plays the same rows."""

import numpy as np
import pytest

pytest.importorskip("skactiveml")

from streams import N_ROWS, STREAMS, compared, line


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_that_of_its_seed(name):
    one, again, other = (STREAMS[name](np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.X, again.X)
    np.testing.assert_array_equal(one.y, again.y)
    assert not np.array_equal(one.X, other.X)
    assert one.X.shape[0] == one.y.size == N_ROWS
    assert set(np.unique(one.y)) == {0, 1}


def test_the_change_is_sudden_or_slow():
    def agreement(name, at):
        X, y = STREAMS[name](np.random.default_rng(0))
        return np.mean((X[at, 0] + 0.5 * X[at, 2] > 0) == y[at])

    half = N_ROWS // 2
    assert agreement("sudden change", slice(half)) > 0.9
    assert agreement("sudden change", slice(half, None)) < 0.5
    thirds = [slice(i * N_ROWS // 3, (i + 1) * N_ROWS // 3) for i in range(3)]
    first, middle, last = (agreement("slow change", third) for third in thirds)
    assert first > middle > last


def test_methods_play_the_same_rows_within_the_budget():
    found = compared("breast cancer", 0.1, 1, 80)
    assert {"cutplane", "Parzen, probabilistic", "cutplane, probabilistic"} <= set(found)
    assert all(len(results) == 1 for results in found.values())
    assert 0 < found["cutplane"][0].bought <= (0.1 * 80 + 1) / 80
    right = [results[0].accuracy for results in found.values()]
    assert right == sorted(right, reverse=True)
    assert line("cutplane", found["cutplane"]).split()[:2] == [
        "cutplane",
        f"{found['cutplane'][0].accuracy:.4f}",
    ]
