"""The transforms of a target: there, back, and straight on beyond the labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.errors import InvalidInputError
from cutplane.space.target import Target, drawn_in, drawn_out

KINDS = [("log", 1.0), *(("yeo-johnson", power) for power in (0.0, 0.5, 1.0, 1.5, 2.0))]


def labels(seed=0, n=40):
    return np.exp(np.random.default_rng(seed).normal(size=n))


@pytest.mark.parametrize(("kind", "power"), KINDS)
def test_back_undoes_forward(kind, power):
    y = labels()
    own = Target.of(kind, y, power)
    np.testing.assert_allclose(own.back(own.forward(y)), y, rtol=1e-12)


@pytest.mark.parametrize(("kind", "power"), KINDS)
def test_the_slope_is_the_derivative(kind, power):
    y = labels()
    own = Target.of(kind, y, power)
    step = 1e-6
    slope = (own.forward(y + step) - own.forward(y - step)) / (2 * step)
    np.testing.assert_allclose(np.exp(own.log_slope(y)), slope, rtol=1e-5)


@pytest.mark.parametrize(("kind", "power"), KINDS)
def test_the_way_back_rises_and_goes_straight_on_no_steeper_than_the_mean(kind, power):
    y = labels()
    own = Target.of(kind, y, power)
    learnt = np.linspace(own.low - 3, own.high + 3, 61)
    assert np.all(np.diff(own.back(learnt)) > 0)
    mean = (y.max() - y.min()) / (own.high - own.low)
    for end, below in ((own.low, True), (own.high, False)):
        places = end + (-1 if below else 1) * np.array([0.0, 1.0, 2.0])
        first, second = np.abs(np.diff(own.back(places)))
        assert first == pytest.approx(second)
        assert first <= mean * (1 + 1e-9)


def test_no_transform_changes_nothing():
    y = labels()
    own = Target.of(None, y)
    assert own.name is None
    assert own.forward(y) is y
    assert own.back(y) is y
    assert not own.log_slope(y).any()


@given(st.floats(0, 2), st.floats(1e-6, 1e3))
def test_a_power_is_undone_and_two_of_them_mirror_each_other(power, size):
    value = np.array([size])
    np.testing.assert_allclose(drawn_out(drawn_in(value, power), power), value, rtol=1e-8)
    y = labels()
    one, other = Target.of("yeo-johnson", y, power), Target.of("yeo-johnson", -y, 2 - power)
    np.testing.assert_allclose(one.forward(y), -other.forward(-y), atol=1e-12)


def test_a_power_does_not_depend_on_the_unit():
    y = labels()
    one, other = (Target.of("yeo-johnson", own, 0.5) for own in (y, 1000 * y - 7))
    np.testing.assert_allclose(one.forward(y), other.forward(1000 * y - 7))


def test_weights_are_labels_told_again():
    y = labels(n=6)
    weight = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 1.0])
    again = np.repeat(y, weight.astype(int))
    one, other = Target.of("yeo-johnson", y, 0.5, weight), Target.of("yeo-johnson", again, 0.5)
    np.testing.assert_allclose(one.forward(y), other.forward(y))


def test_labels_that_are_all_alike_have_no_transform():
    assert Target.of("yeo-johnson", np.full(3, 2.0), 0.5).kind is None


def test_the_logarithm_needs_positive_labels():
    with pytest.raises(InvalidInputError, match="use 'yeo-johnson'"):
        Target.of("log", np.array([1.0, 0.0]))


def test_metadata_rebuild_it():
    own = Target.of("yeo-johnson", labels(), 1.5)
    assert Target.from_metadata(own.to_metadata()) == own
    assert own.name == "yeo-johnson 1.5"
