"""The box: its points and its segments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.active.box import Box
from cutplane.errors import InvalidInputError


def rng(seed=0):
    return np.random.default_rng(seed)


@given(st.integers(1, 4), st.integers(0, 10**6))
def test_segments_end_on_the_box(d, seed):
    draw = rng(seed)
    low = draw.normal(size=d)
    box = Box(low, low + draw.uniform(0.1, 5, d))
    point = box.points(1, draw)[0]
    direction = draw.normal(size=d) * (draw.random(d) < 0.7)
    if not direction.any():
        direction[0] = 1.0
    start, end = box.segment(point, direction)
    for corner in (start, end):
        assert (corner >= box.low).all()
        assert (corner <= box.high).all()
        assert (np.isclose(corner, box.low) | np.isclose(corner, box.high))[direction != 0].any()
    share = (point - start) @ (end - start) / ((end - start) @ (end - start))
    np.testing.assert_allclose(start + share * (end - start), point, atol=1e-9)


def test_points_fill_the_box_and_follow_the_seed():
    box = Box([-1, 10], [1, 20])
    points = box.points(256, rng())
    assert (points >= [-1, 10]).all()
    assert (points <= [1, 20]).all()
    counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=4)
    assert counts.min() >= 8
    np.testing.assert_array_equal(points, box.points(256, rng()))


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ([0, 0], [1], "equally long"),
        ([0, 1], [1, 1], "low < high"),
        ([0, 2], [1, 1], "low < high"),
        ([0, -np.inf], [1, 1], "finite"),
        ([0, np.nan], [1, 1], "finite"),
        ([[0, 0]], [[1, 1]], "equally long"),
    ],
)
def test_boxes_that_are_none_are_named(low, high, message):
    with pytest.raises(InvalidInputError, match=message):
        Box(low, high)
