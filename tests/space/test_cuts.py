"""Conjugate barriers: derivatives, the Fenchel identity, domains and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.space.cuts import HalfspaceCuts, SlabCuts, halfspace_multiplier

positive = st.floats(1e-3, 1e3)
share = st.floats(0.01, 0.99)


def halfspace(y, price, depth):
    return HalfspaceCuts(np.array([float(y)]), np.array([price]), np.array([depth]))


def slab(target, half_width, price):
    return SlabCuts(np.array([target]), np.array([half_width]), np.array([price]))


@st.composite
def cuts_and_point(draw):
    """A cut of either kind and a multiplier inside its domain."""
    price = draw(st.one_of(st.just(np.inf), st.floats(0.1, 100)))
    inside = draw(share) * (price if np.isfinite(price) else 50.0)
    if draw(st.booleans()):
        y = draw(st.sampled_from([-1.0, 1.0]))
        return halfspace(y, price, draw(st.floats(-1, 1))), np.array([y * inside])
    sign = draw(st.sampled_from([-1.0, 1.0]))
    return slab(draw(st.floats(-2, 2)), draw(st.floats(0.01, 1)), price), np.array([sign * inside])


@given(cuts_and_point())
def test_gradient_and_curvature_are_the_derivatives_of_the_conjugate(case):
    cuts, w = case
    room = min(abs(w[0]), *(abs(p - abs(w[0])) for p in cuts.price if np.isfinite(p)), 10.0)
    h = 1e-4 * room
    slope = (cuts.conjugate(w + h) - cuts.conjugate(w - h)) / (2 * h)
    noise = 1e-12 * (1 + abs(cuts.conjugate(w))) / h
    np.testing.assert_allclose(cuts.gradient(w), slope, rtol=1e-5, atol=1e-5 + noise[0])
    bend = (cuts.gradient(w + h) - cuts.gradient(w - h)) / (2 * h)
    np.testing.assert_allclose(cuts.curvature(w), bend, rtol=1e-4, atol=1e-7)
    assert (cuts.curvature(w) > 0).all()


@given(st.sampled_from([-1.0, 1.0]), st.floats(-1, 1), positive)
def test_hard_halfspace_is_the_conjugate_of_the_log_barrier(y, depth, mu):
    """psi(w) + phi(f) + w f is one constant where f = -psi'(w), phi = -log(y f - depth)."""
    cuts = halfspace(y, np.inf, depth)
    w = np.array([y * mu])
    f = -cuts.gradient(w)
    slack = y * f - depth
    np.testing.assert_allclose(slack, 1 / mu, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cuts.slack(f), slack)
    fenchel = cuts.conjugate(w) - np.log(slack) + w * f
    np.testing.assert_allclose(fenchel, 1.0, atol=1e-7)


@given(st.floats(-5, 5), st.floats(1e-3, 10), st.floats(-1e3, 1e3))
def test_hard_slab_is_the_conjugate_of_its_two_log_barriers(target, half_width, w):
    cuts = slab(target, half_width, np.inf)
    w = np.array([w])
    f = -cuts.gradient(w)
    residual = f - target
    assert abs(residual[0]) < half_width
    np.testing.assert_allclose(cuts.slack(f), half_width - abs(residual))
    # stationarity of -log(eps - r) - log(eps + r) + w f
    force = 1 / (half_width - residual) - 1 / (half_width + residual)
    np.testing.assert_allclose(force, -w, rtol=1e-5, atol=1e-8)
    barrier = -np.log(half_width - residual) - np.log(half_width + residual)
    constant = cuts.conjugate(w) + barrier + w * f
    at_rest = cuts.conjugate(np.zeros(1)) - 2 * np.log(half_width)
    np.testing.assert_allclose(constant, at_rest, atol=1e-6)


@given(cuts_and_point(), st.floats(-100, 100).filter(lambda x: abs(x) > 1e-3))
def test_max_step_is_where_the_domain_ends(case, dw):
    cuts, w = case
    dw = np.array([dw])
    longest = cuts.max_step(w, dw)
    if np.isfinite(longest) and longest < 1e200:
        assert np.isfinite(cuts.conjugate(w + 0.999 * longest * dw)).all()
        assert np.isinf(cuts.conjugate(w + 1.001 * longest * dw)).all()
    else:
        assert np.isfinite(cuts.conjugate(w + 1e6 * dw)).all()


@given(cuts_and_point())
def test_multipliers_stay_below_the_price(case):
    cuts, w = case
    outside = np.sign(w) * (cuts.price * 1.01)
    if np.isfinite(outside).all():
        assert np.isinf(cuts.conjugate(outside)).all()


@pytest.mark.parametrize("y", [-1.0, 1.0])
def test_a_multiplier_of_the_wrong_sign_is_outside(y):
    assert np.isinf(halfspace(y, np.inf, 0.0).conjugate(np.array([-y]))).all()


@given(st.floats(-1e6, 1e6), positive)
def test_closed_form_of_a_new_halfspace(z, v):
    """Stationary for z * lambda + v * lambda^2 / 2 - log(lambda), and positive."""
    lam = float(halfspace_multiplier(np.array(z), np.array(v)))
    assert lam > 0
    assert z * lam + v * lam**2 == pytest.approx(1.0, abs=1e-6 * (1 + abs(z) * lam))


@given(st.floats(-10, 10), positive, st.floats(0.1, 100), st.floats(-1, 1))
def test_starts_lie_inside_the_domain(prediction, variance, price, depth):
    f, v = np.array([prediction]), np.array([variance])
    for cuts in (halfspace(-1, price, depth), halfspace(1, np.inf, depth), slab(0.5, 0.1, price)):
        assert np.isfinite(cuts.conjugate(cuts.start(f, v))).all()


@given(cuts_and_point(), st.floats(0.01, 100))
def test_multipliers_are_brought_inside_and_left_alone_there(case, factor):
    cuts, w = case
    moved = cuts.inside(factor * w)
    assert np.isfinite(cuts.conjugate(moved)).all()
    np.testing.assert_array_equal(cuts.inside(moved), moved)
    if np.isfinite(cuts.conjugate(factor * w)).all():
        np.testing.assert_array_equal(moved, factor * w)


@given(st.sampled_from([-1.0, 1.0]), st.floats(-1, 1), positive)
def test_support_of_a_halfspace_is_the_least_work(y, depth, mu):
    cuts = halfspace(y, np.inf, depth)
    feasible = y * (depth + np.linspace(0, 5, 11))
    assert cuts.support(np.array([y * mu])) == pytest.approx((y * mu * feasible).min())


@given(st.floats(-5, 5), st.floats(1e-3, 3), st.floats(-100, 100))
def test_support_of_a_slab_is_the_least_work(target, half_width, w):
    cuts = slab(target, half_width, np.inf)
    feasible = target + half_width * np.linspace(-1, 1, 11)
    assert cuts.support(np.array([w])) == pytest.approx((w * feasible).min())


def test_last_keeps_the_later_rows():
    y, price, depth = np.array([1.0, -1.0, 1.0]), np.full(3, np.inf), np.arange(3.0)
    kept = HalfspaceCuts(y, price, depth).last(1)
    np.testing.assert_array_equal(kept.y, [-1, 1])
    np.testing.assert_array_equal(kept.depth, [1, 2])
    np.testing.assert_array_equal(SlabCuts(depth, price, price).last(2).target, [2])


def test_deep_and_shallow_cuts_move_the_slack():
    f = np.array([0.5])
    deep, neutral, shallow = (halfspace(1, np.inf, d).slack(f)[0] for d in (0.2, 0.0, -0.2))
    assert (deep, neutral, shallow) == pytest.approx((0.3, 0.5, 0.7))
