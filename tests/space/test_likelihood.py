"""Tilted normal laws are those that quadrature, error functions and finite differences give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr
from scipy.stats import truncnorm

from cutplane.space.hypothesis import Hypothesis
from cutplane.space.labels import Labels
from cutplane.space.likelihood import (
    HalfspaceLikelihood,
    NormalLikelihood,
    ProbitLikelihood,
    SlabLikelihood,
    likelihood_of,
)

TAILS = np.array([-40.0, -15.0, -3.0, -0.1, 0.0, 0.1, 3.0, 15.0, 40.0])


def probit(y=1.0, *, flip=0.0, noise=0.0, depth=0.0, n=1):
    return ProbitLikelihood(*(np.full(n, float(own)) for own in (y, flip, noise, depth)))


def slab(target, half_width, unit=1.0):
    target, half_width = np.atleast_1d(target).astype(float), np.atleast_1d(half_width)
    target, half_width = np.broadcast_arrays(target, half_width.astype(float))
    return SlabLikelihood(target, half_width, np.full(target.shape, unit))


def normal(target, noise, unit=1.0):
    return NormalLikelihood(*(np.array([own]) for own in (target, noise, unit)))


def integrated(density, mean, variance):
    """Logarithm of the mean of a density under a normal law, by quadrature."""
    deviation = np.sqrt(variance)

    def mass(t):
        return density(mean + deviation * t) * np.exp(-t * t / 2) / np.sqrt(2 * np.pi)

    return np.log(quad(mass, -12, 12, epsabs=0, epsrel=1e-12, limit=200)[0])


def assert_derivatives(likelihood, mean, variance, *, rtol=1e-5, atol=1e-7):
    """Slope and curvature are those of log_z; steps are in standard deviations of the cavity."""
    mean, variance = np.broadcast_arrays(np.atleast_1d(mean), np.atleast_1d(variance))
    step = 1e-4 * np.sqrt(variance)
    here = likelihood.tilted(mean, variance)
    up, down = (likelihood.tilted(mean + side * step, variance) for side in (1, -1))
    scale = 1 / np.sqrt(variance)
    slope, curvature = (up.log_z - down.log_z) / (2 * step), (up.slope - down.slope) / (2 * step)
    np.testing.assert_allclose(here.slope / scale, slope / scale, rtol=rtol, atol=atol)
    np.testing.assert_allclose(
        here.curvature / scale**2, curvature / scale**2, rtol=rtol, atol=atol
    )
    np.testing.assert_allclose(here.left, 1 + variance * here.curvature, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("flip", [0.0, 0.2])
@pytest.mark.parametrize("noise", [0.3, 2.0])
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.5, 0.4), (-2.0, 3.0)])
@pytest.mark.parametrize("y", [-1.0, 1.0])
def test_probit_is_the_integral_of_its_density(y, mean, variance, noise, flip):
    def density(f):
        return flip + (1 - 2 * flip) * ndtr((y * f - 0.7) / noise)

    made = probit(y, flip=flip, noise=noise, depth=0.7).tilted(
        np.array([mean]), np.array([variance])
    )
    assert made.log_z[0] == pytest.approx(integrated(density, mean, variance), abs=1e-9)


@pytest.mark.parametrize("flip", [0.0, 1e-12, 0.1, 0.49])
@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("y", [-1.0, 1.0])
def test_probit_has_its_derivatives_far_out_too(y, noise, flip):
    likelihood = probit(y, flip=flip, noise=noise, n=TAILS.size)
    assert_derivatives(likelihood, TAILS * np.hypot(1, noise), 1.0)


def test_probit_far_out_is_the_tail_of_the_normal_law():
    """The tilted law of a hard cut at z = -40 is exponential: its deviation is 1 / 40."""
    made = probit(n=2).tilted(np.array([-40.0, 40.0]), np.ones(2))
    np.testing.assert_allclose(made.log_z, log_ndtr([-40.0, 40.0]))
    exact = truncnorm.stats(40.0, np.inf, moments="m")
    assert made.slope[0] == pytest.approx(float(exact), rel=1e-12)
    left = 1 + made.curvature[0]
    assert left == pytest.approx(1 / 40**2, rel=0.005)  # 1 / z^2 - 6 / z^4 + ...
    assert made.slope[1] == 0
    assert made.curvature[1] == 0


@given(st.floats(-300, 300), st.floats(-8, 8), st.floats(0, 0.49), st.booleans())
def test_a_label_never_makes_a_law_wider_than_its_cavity_unless_it_may_be_wrong(
    z, log_v, flip, is_soft
):
    variance = np.array([10.0**log_v])
    deviation = np.sqrt(variance)
    likelihood = probit(flip=flip, noise=float(deviation[0]) if is_soft else 0.0)
    made = likelihood.tilted(z * deviation, variance)
    assert all(np.isfinite(own).all() for own in made)
    assert made.slope[0] >= 0
    assert made.log_z[0] <= np.log(1 - flip) + 1e-12
    assert made.log_z[0] >= (np.log(flip) if flip else -np.inf)
    if flip == 0:
        assert -1 <= made.curvature[0] * variance[0] <= 0


@given(st.floats(-6, 6), st.floats(-12, 12), st.sampled_from([0.0, 0.15]))
def test_labels_do_not_know_the_unit_of_the_prediction(mean, log_unit, flip):
    """In another unit slopes and curvatures are divided by it and its square."""
    unit = 10.0**log_unit
    one = probit(-1, flip=flip, noise=0.3, depth=0.1).tilted(np.array([mean]), np.ones(1))
    other = probit(-1, flip=flip, noise=0.3 * unit, depth=0.1 * unit)
    other = other.tilted(np.array([mean * unit]), np.array([unit**2]))
    np.testing.assert_allclose(other.log_z, one.log_z, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.slope * unit, one.slope, rtol=1e-9)
    np.testing.assert_allclose(other.curvature * unit**2, one.curvature, rtol=1e-9)


def test_a_halfspace_is_a_hard_label():
    sign = np.array([[-1.0, 1.0], [1.0, -1.0]])
    mean, variance = np.array([[0.3, -2.0], [40.0, 40.0]]), np.array([[1.0, 2.0], [1e-6, 1.0]])
    made = HalfspaceLikelihood(sign).tilted(mean, variance)
    hard = ProbitLikelihood(sign.ravel(), *np.zeros((3, 4))).tilted(mean.ravel(), variance.ravel())
    for own, other in zip(made, hard, strict=True):
        np.testing.assert_allclose(own.ravel(), other, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("target", [0.0, 0.5, 3.0, 9.0, 17.0, -25.0, 40.0])
@pytest.mark.parametrize("half_width", [0.01, 0.5, 2.0, 5.0, 8.0, 20.0, 200.0])
def test_a_slab_is_a_truncated_normal_law(target, half_width):
    """Where the normal law reaches it, and far out, where only its near edge is met."""
    low, high = target - half_width, target + half_width
    made = slab(target, half_width).tilted(np.zeros(1), np.ones(1))
    near, far = sorted([abs(low), abs(high)])
    inside = low < 0 < high
    ends = (log_ndtr(-near), log_ndtr(-far))
    log_z = (
        np.log1p(-np.exp(ends[0]) - np.exp(ends[1]))
        if inside
        else ends[0] + np.log(-np.expm1(ends[1] - ends[0]))
    )
    assert made.log_z[0] == pytest.approx(log_z, abs=2e-10, rel=1e-12)
    heights = np.exp(-(np.array([low, high]) ** 2) / 2 - log_z) / np.sqrt(2 * np.pi)
    mean = heights[0] - heights[1]
    variance = 1 + low * heights[0] - high * heights[1] - mean**2
    assert made.slope[0] == pytest.approx(mean, abs=1e-10, rel=1e-9)
    assert 1 + made.curvature[0] == pytest.approx(variance, abs=1e-8)


@pytest.mark.parametrize("half_width", [1e-6, 0.1, 3.0, 30.0])
def test_a_slab_has_its_derivatives(half_width):
    likelihood = slab(np.zeros(TAILS.size), half_width)
    assert_derivatives(likelihood, TAILS, 1.0, atol=1e-5)
    assert_derivatives(likelihood, TAILS * 1e4, 1e8, atol=1e-5)


@pytest.mark.parametrize("mean", [0.0, 1.0, 8.0])
def test_a_thin_slab_is_a_density_times_its_width(mean):
    made = slab(0.0, 1e-6).tilted(np.array([mean]), np.array([1.0]))
    assert made.log_z[0] == pytest.approx(
        np.log(2e-6) - np.log(2 * np.pi) / 2 - mean**2 / 2, abs=1e-9
    )
    assert made.slope[0] == pytest.approx(-mean, abs=1e-9)
    assert 1 + made.curvature[0] == pytest.approx(1e-12 / 3, rel=1e-3)
    assert made.left[0] == pytest.approx(1e-12 / 3, rel=1e-9)


@pytest.mark.parametrize("distance", [1e3, 1e9, 1e15])
def test_a_slab_beyond_all_rounding_is_met_at_its_near_edge(distance):
    made = slab([distance, -distance], 1e-3).tilted(np.zeros(2), np.ones(2))
    assert all(np.isfinite(own).all() for own in made)
    np.testing.assert_allclose(made.slope, [distance, -distance], rtol=1e-5)
    np.testing.assert_allclose(made.log_z, -(distance**2) / 2, rtol=1e-4)


@pytest.mark.parametrize("variance", [1e-14, 1e-8, 1.0, 1e8, 1e14])
def test_slabs_of_any_size_beside_the_cavity(variance):
    """Far wider than the law: nothing said. Far thinner: the target, whatever the law."""
    wide = slab(0.3, 1e3 * np.sqrt(variance) + 1).tilted(np.zeros(1), np.array([variance]))
    np.testing.assert_allclose([wide.log_z[0], wide.slope[0] * variance**0.5], 0, atol=1e-9)
    assert wide.curvature[0] * variance == pytest.approx(0, abs=1e-8)
    deviation = np.sqrt(variance)
    thin = slab(deviation, 1e-4 * deviation).tilted(np.zeros(1), np.array([variance]))
    assert thin.slope[0] * deviation == pytest.approx(1, abs=1e-7)  # the law's mean is the target


@pytest.mark.parametrize("noise", [1e-6, 0.3, 10.0])
@pytest.mark.parametrize("variance", [1e-10, 1.0, 1e10])
def test_a_normal_likelihood_is_a_normal_density(noise, variance):
    size = np.sqrt(variance + noise**2)
    for miss in TAILS * size:
        made = normal(miss, noise).tilted(np.zeros(1), np.array([variance]))
        assert made.log_z[0] == pytest.approx(
            -0.5 * (miss / size) ** 2 - np.log(size * np.sqrt(2 * np.pi)), rel=1e-12
        )
    assert_derivatives(normal(2.0, noise), np.array([0.5]), variance, atol=1e-6)


def test_densities_count_in_the_unit_of_the_labels():
    """A density in a unit ten times as large is ten times as high; so is that of a slab."""
    labels, law = Labels.of([2.0]), (np.array([0.3]), np.array([0.5]))

    def log_density(noise, unit):
        likelihood = likelihood_of(labels, Hypothesis(noise=noise), 0.01, np.ones(1), unit)
        mean, variance = law[0] / unit, law[1] / unit**2  # the same law of unit * f
        return likelihood.tilted(mean, variance).log_z - likelihood.log_unit

    for noise in (0.0, 0.2):
        one, other = log_density(noise, np.ones(1)), log_density(noise, np.array([7.0]))
        np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(
        log_density(0.0, np.ones(1)), log_density(1e-9, np.ones(1)), rtol=1e-4
    )


def test_labels_say_what_their_hypothesis_means():
    labels = Labels.of([1.0, -1.0, 1.0], depth=[0.0, 0.5, 0.0], annotator=[0, 1, 1])
    deviation, unit = np.array([1.0, 2.0, 4.0]), np.array([1.0, 10.0, 100.0])
    probit = likelihood_of(labels, Hypothesis(flip=(0.1, 0.3), noise=0.5), None, deviation, unit)
    np.testing.assert_array_equal(probit.flip, [0.1, 0.3, 0.3])
    np.testing.assert_array_equal(probit.noise, [0.5, 1.0, 2.0])
    np.testing.assert_array_equal(probit.depth, labels.depth)
    slabs = likelihood_of(labels, Hypothesis(), 0.1, deviation, unit)
    np.testing.assert_allclose(slabs.target * unit, labels.y)
    np.testing.assert_allclose(slabs.half_width * unit, 0.1)
    normals = likelihood_of(labels, Hypothesis(noise=0.5), 0.1, deviation, unit)
    np.testing.assert_allclose(normals.noise * unit, 0.5)


@pytest.mark.parametrize(
    ("hypothesis", "epsilon", "is_hard"),
    [
        (Hypothesis(), None, True),
        (Hypothesis(flip=(0.0, 0.2)), None, True),  # one annotator is never wrong
        (Hypothesis(flip=0.1), None, False),
        (Hypothesis(noise=0.1), None, False),
        (Hypothesis(), 0.1, True),
        (Hypothesis(noise=0.1), 0.1, False),
    ],
)
def test_labels_without_flips_or_noise_are_hard(hypothesis, epsilon, is_hard):
    labels = Labels.of([1.0, -1.0], annotator=[0, 1])
    likelihood = likelihood_of(labels, hypothesis, epsilon, np.ones(2), np.ones(2))
    assert likelihood.is_hard == is_hard
