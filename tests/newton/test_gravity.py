"""Expectation propagation without sign rows: exact where it can be, and what it must not notice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_ndtr, ndtr
from scipy.stats import multivariate_normal

from cutplane.errors import EmptyVersionSpaceError
from cutplane.newton.gravity import gravity_center
from cutplane.newton.law import Law
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.version_space import VersionSpace

HIDDEN = [(), (6,), (4, 3)]
SOFT = [Hypothesis(flip=0.1), Hypothesis(noise=0.3), Hypothesis(flip=0.2, noise=0.5)]
TIGHT = {"tol": 1e-11, "max_iter": 500}


def problem(hidden=(6,), *, k=12, d=3, seed=0, **options):
    """Rows, labels of an affine function, and an arrangement for them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(k, d))
    return sample_arrangement(X, hidden, rng, **options), X, np.where(X[:, 0] > 0.1, 1.0, -1.0)


def told(arrangement, X, y, hypothesis=None, *, epsilon=None, **options):
    """A gated space of these labels."""
    none = X[:0], y[:0]
    space = (
        VersionSpace.classification(arrangement, *none, gated=True)
        if epsilon is None
        else VersionSpace.regression(arrangement, *none, epsilon=epsilon, gated=True)
    )
    space = space.with_labels(X, y, **options)
    return space if hypothesis is None else space.assuming(hypothesis)


def linear(rows, y, **options):
    """A space of a linear model without a constant, whose kernel is that of the unit rows."""
    rows = np.atleast_2d(np.asarray(rows, dtype=float))
    arrangement = sample_arrangement(rows, (), np.random.default_rng(0), fit_intercept=False)
    return VersionSpace.classification(arrangement, rows, y, **options)


def naive_ep(K, y, flip, noise, *, n_sweeps=2000, share=0.5):
    """Dense expectation propagation, one row after another, by inverses and nothing clever."""
    k = len(y)
    precision, shift = np.zeros(k), np.zeros(k)
    for _ in range(n_sweeps):
        biggest = 0.0
        for i in range(k):
            covariance = np.linalg.solve(np.eye(k) + K * precision, K)
            mean = covariance @ shift
            v = 1 / (1 / covariance[i, i] - precision[i])
            m = v * (mean[i] / covariance[i, i] - shift[i])
            size = np.sqrt(v + noise[i] ** 2)
            z = y[i] * m / size
            total = flip + (1 - 2 * flip) * ndtr(z)
            r = (1 - 2 * flip) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / total
            new_mean = m + v * y[i] * r / size
            new_v = v - v**2 * r * (z + r) / size**2
            new = max(1 / new_v - 1 / v, 0.0)
            new_shift = new_mean * (1 / v + new) - m / v
            biggest = max(biggest, abs(new - precision[i]), abs(new_shift - shift[i]))
            precision[i] += share * (new - precision[i])
            shift[i] += share * (new_shift - shift[i])
        if biggest < 1e-12:
            break
    covariance = np.linalg.solve(np.eye(k) + K * precision, K)
    mean = covariance @ shift
    v = 1 / (1 / np.diag(covariance) - precision)
    m = v * (mean / np.diag(covariance) - shift)
    z = y * m / np.sqrt(v + noise**2)
    log_site = np.log(flip + (1 - 2 * flip) * ndtr(z)) + 0.5 * (
        np.log1p(v * precision)
        - (2 * m * shift + v * shift**2 - precision * m**2) / (1 + precision * v)
    )
    log_normaliser = -0.5 * np.linalg.slogdet(np.eye(k) + K * precision)[1] + shift @ mean / 2
    return mean, np.diag(covariance), log_normaliser + log_site.sum()


def assert_same_law(one, other, order=slice(None), *, rtol=1e-6, atol=1e-7):
    for name in ("mean", "variance", "cavity_mean", "cavity_variance"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name)[order], rtol=rtol, atol=atol, err_msg=name
        )
    assert one.log_z == pytest.approx(other.log_z, rel=rtol, abs=atol)


@pytest.mark.parametrize("y", [-1.0, 1.0])
def test_the_mean_of_a_normal_law_on_a_halfspace(y):
    """Mean sqrt(2 / pi), variance 1 - 2 / pi, half of the prior: one row, exactly."""
    law = gravity_center(linear([[3.0, 4.0]], [y]), **TIGHT).law
    assert law.mean[0] == pytest.approx(y * np.sqrt(2 / np.pi))
    assert law.variance[0] == pytest.approx(1 - 2 / np.pi)
    assert law.log_z == pytest.approx(np.log(0.5))
    assert law.cavity_mean[0] == pytest.approx(0, abs=1e-12)
    assert law.cavity_variance[0] == pytest.approx(1)


@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT])
def test_orthogonal_rows_do_not_know_each_other(hypothesis):
    """Rows of any length: one probit each, log Z = k log 1/2."""
    rows, y = np.diag([1.0, 20.0, 0.01, 5.0]), [1.0, -1.0, -1.0, 1.0]
    law = gravity_center(linear(rows, y).assuming(hypothesis), **TIGHT).law
    assert law.log_z == pytest.approx(4 * np.log(0.5))
    size = np.hypot(1, hypothesis.noise)
    mean = (1 - 2 * hypothesis.flip) * np.sqrt(2 / np.pi) / size
    np.testing.assert_allclose(law.mean, np.multiply(y, mean))
    np.testing.assert_allclose(law.cavity_mean, 0, atol=1e-10)
    np.testing.assert_allclose(law.cavity_variance, 1)


def test_the_center_of_an_orthant_is_its_diagonal():
    center = gravity_center(linear(np.eye(3), np.ones(3)), **TIGHT)
    weights = center.class_weights.ravel()
    np.testing.assert_allclose(weights / np.linalg.norm(weights), 1 / np.sqrt(3))


def test_log_z_of_two_rows_is_nearly_the_angle_between_them():
    """The share of the plane is (pi - angle) / 2 pi; cuts that repeat each other count too much."""
    for angle in (0.3, 1.0, 2.0, 2.8):
        rows = [[1.0, 0.0], [np.cos(angle), np.sin(angle)]]
        law = gravity_center(linear(rows, [1.0, 1.0]), **TIGHT).law
        assert law.log_z == pytest.approx(np.log((np.pi - angle) / (2 * np.pi)), abs=0.06)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT])
def test_the_law_is_that_of_dense_expectation_propagation(hidden, hypothesis):
    space = told(*problem(hidden, k=7), hypothesis)
    K = space.operator.covariance
    noise = hypothesis.noise * np.sqrt(np.diag(K))
    mean, variance, log_z = naive_ep(K, space.y, hypothesis.flip, noise)
    law = gravity_center(space, **TIGHT).law
    np.testing.assert_allclose(law.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(law.variance, variance, rtol=1e-6)
    assert law.log_z == pytest.approx(log_z, rel=1e-7)


@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT, Hypothesis(slope=0.3, flip=0.1)])
def test_the_order_of_labels_does_not_matter(hypothesis):
    arrangement, X, y = problem(k=15)
    order = np.random.default_rng(3).permutation(15)
    one = gravity_center(told(arrangement, X[order], y[order], hypothesis), **TIGHT)
    other = gravity_center(told(arrangement, X, y, hypothesis), **TIGHT)
    assert_same_law(one.law, other.law, order)
    np.testing.assert_allclose(one.prediction, other.prediction[order], rtol=1e-6, atol=1e-9)


@given(st.integers(0, 1000), st.sampled_from(SOFT), st.sampled_from(HIDDEN))
@settings(max_examples=15)
def test_the_law_mirrors_its_labels(seed, hypothesis, hidden):
    arrangement, X, y = problem(hidden, seed=seed)
    one = gravity_center(told(arrangement, X, y, hypothesis), **TIGHT)
    other = gravity_center(told(arrangement, X, -y, hypothesis), **TIGHT)
    np.testing.assert_allclose(one.law.mean, -other.law.mean, rtol=1e-7, atol=1e-9)
    assert one.law.log_z == pytest.approx(other.law.log_z)


@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT])
def test_a_label_of_weight_two_is_told_twice(hypothesis):
    arrangement, X, y = problem()
    weight = np.ones(12)
    weight[[2, 5, 9]] = 2
    one = gravity_center(told(arrangement, X, y, hypothesis, weight=weight), **TIGHT).law
    again = np.repeat(np.arange(12), weight.astype(int))
    other = gravity_center(told(arrangement, X[again], y[again], hypothesis), **TIGHT).law
    assert_same_law(other, one, again, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT])
def test_a_label_of_weight_nothing_is_absent(hypothesis):
    """Even where it contradicts all others; what the others say of its row is there."""
    arrangement, X, y = problem()
    weight = np.where(np.arange(12) % 4 == 1, 0.0, 1.0)
    wrong = np.where(weight == 0, -y, y)
    silent = gravity_center(told(arrangement, X, wrong, hypothesis, weight=weight), **TIGHT).law
    held = weight > 0
    less = gravity_center(told(arrangement, X[held], y[held], hypothesis), **TIGHT).law
    assert silent.log_z == pytest.approx(less.log_z, abs=1e-7)
    np.testing.assert_allclose(silent.mean[held], less.mean, rtol=1e-6)
    np.testing.assert_allclose(silent.variance[held], less.variance, rtol=1e-6)
    np.testing.assert_allclose(silent.cavity_mean[~held], silent.mean[~held])
    np.testing.assert_allclose(silent.cavity_variance[~held], silent.variance[~held])


def test_a_slab_of_weight_nothing_may_be_anywhere():
    arrangement, X, _ = problem((10,), k=8)
    far = np.where(np.arange(8) < 6, X[:, 0], 1e3)
    weight = np.where(np.arange(8) < 6, 1.0, 0.0)
    silent = gravity_center(told(arrangement, X, far, epsilon=0.01, weight=weight))
    less = gravity_center(told(arrangement, X[:6], far[:6], epsilon=0.01))
    assert silent.status == less.status == "optimal"
    np.testing.assert_allclose(silent.law.mean[:6], less.law.mean, rtol=1e-4)
    assert silent.law.log_z == pytest.approx(less.law.log_z, abs=1e-3)


def test_half_a_label_of_a_value_has_twice_the_variance():
    """And half the logarithm of its density."""
    arrangement, X, _ = problem(k=5)
    y, noise = X[:, 0], 0.4
    half = told(arrangement, X, y, Hypothesis(noise=noise), epsilon=0.1, weight=0.5)
    wide = told(arrangement, X, y, Hypothesis(noise=noise * np.sqrt(2)), epsilon=0.1)
    one, other = gravity_center(half, **TIGHT).law, gravity_center(wide, **TIGHT).law
    np.testing.assert_allclose(one.mean, other.mean, rtol=1e-9)
    np.testing.assert_allclose(one.variance, other.variance, rtol=1e-9)
    heights = np.log(2 * np.pi * noise**2) / 2, np.log(2 * np.pi * 2 * noise**2)
    constant = 5 * (heights[1] - heights[0]) / 2
    assert one.log_z == pytest.approx(other.log_z + constant, rel=1e-9)


@pytest.mark.parametrize("flip", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_contradictions_cancel_where_labels_may_be_wrong(flip, noise):
    arrangement, X, y = problem()
    more = np.vstack([X, X[:2]]), np.append(y, -y[:2])
    center = gravity_center(
        told(arrangement, *more, Hypothesis(flip=flip, noise=noise)), max_iter=300
    )
    assert center.status == "optimal"
    agreed = gravity_center(told(arrangement, X, y, Hypothesis(flip=flip, noise=noise))).law
    assert np.all(np.abs(center.law.mean[:2]) < np.abs(agreed.mean[:2]))
    assert center.law.log_z < agreed.log_z


def test_contradictions_of_hard_labels_leave_nothing():
    arrangement, X, y = problem()
    with pytest.raises(EmptyVersionSpaceError) as caught:
        gravity_center(told(arrangement, np.vstack([X, X[:1]]), np.append(y, -y[0])))
    assert {0, 12} <= set(caught.value.rows)


@pytest.mark.parametrize("weight", [1.0, 5.0, 50.0])
@pytest.mark.parametrize("flip", [1e-6, 0.1])
def test_labels_that_may_be_wrong_never_empty_the_space(flip, weight):
    """Loud contradictions may be beyond these sweeps, but there are networks all the same."""
    arrangement, X, y = problem((10,), k=20)
    more = np.vstack([X, X[:3]]), np.append(y, -y[:3])
    center = gravity_center(told(arrangement, *more, Hypothesis(flip=flip), weight=weight))
    assert center.law is not None
    assert center.status in ("optimal", "max_iter", "inaccurate")
    assert np.isfinite(center.law.log_z)
    assert np.all(center.law.variance > 0)


@pytest.mark.parametrize("hypothesis", [Hypothesis(), *SOFT])
def test_warm_is_cold(hypothesis):
    """From the sites of fewer labels to the same law, in no more sweeps."""
    arrangement, X, y = problem((8,), k=20)
    options = {"tol": 1e-7, "max_iter": 300}
    before = gravity_center(told(arrangement, X[:19], y[:19], hypothesis), **options)
    space = told(arrangement, X, y, hypothesis)
    warm, cold = gravity_center(space, before, **options), gravity_center(space, **options)
    assert_same_law(warm.law, cold.law, rtol=1e-4, atol=1e-5)
    assert warm.n_iter <= cold.n_iter


def test_a_center_starts_from_itself():
    space = told(*problem(), Hypothesis(flip=0.1))
    center = gravity_center(space)
    again = gravity_center(space, center)
    assert again.n_iter == 1
    assert_same_law(again.law, center.law, rtol=1e-12, atol=0)


def gaussian_process(space, y, noise):
    """Mean, variance and log marginal likelihood of f at its own rows, in the units of y."""
    size = space.lengths * space.hypothesis.amplitude
    K = space.operator.covariance * np.outer(size, size)
    C = K + noise**2 * np.eye(len(y))
    mean = K @ np.linalg.solve(C, y)
    variance = np.diag(K - K @ np.linalg.solve(C, K))
    return mean, variance, multivariate_normal.logpdf(y, cov=C), size


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("amplitude", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("slope", [1.0, 0.3])
def test_normal_noise_is_a_gaussian_process(hidden, amplitude, slope):
    arrangement, X, _ = problem(hidden)
    y = X[:, 0] + 0.3 * X[:, 1] ** 2
    space = told(arrangement, X, y, Hypothesis(slope, 0.0, 0.25, amplitude), epsilon=0.1)
    center = gravity_center(space, **TIGHT)
    mean, variance, log_density, size = gaussian_process(space, y, 0.25)
    assert center.status == "optimal"
    np.testing.assert_allclose(center.prediction, mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(center.law.mean * size, mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(center.law.variance * size**2, variance, rtol=1e-5)
    assert center.law.log_z == pytest.approx(log_density, rel=1e-8)


def test_cavities_of_a_gaussian_process_leave_the_row_out():
    arrangement, X, _ = problem()
    y, hypothesis = X[:, 0] ** 2, Hypothesis(noise=0.3)
    space = told(arrangement, X, y, hypothesis, epsilon=0.1)
    law = gravity_center(space, **TIGHT).law
    K = space.operator.covariance * np.outer(space.lengths, space.lengths)
    for i in range(12):
        rest = np.arange(12) != i
        C = K[np.ix_(rest, rest)] + 0.09 * np.eye(11)
        mean = K[i, rest] @ np.linalg.solve(C, y[rest])
        variance = K[i, i] - K[i, rest] @ np.linalg.solve(C, K[rest, i])
        assert law.cavity_mean[i] * space.lengths[i] == pytest.approx(mean, rel=1e-6, abs=1e-8)
        assert law.cavity_variance[i] * space.lengths[i] ** 2 == pytest.approx(variance, rel=1e-6)


@pytest.mark.parametrize("hypothesis", SOFT)
def test_cavities_of_classes_nearly_leave_the_row_out(hypothesis):
    arrangement, X, y = problem(k=15)
    law = gravity_center(told(arrangement, X, y, hypothesis), **TIGHT).law
    for i in range(15):
        silent = told(arrangement, X, y, hypothesis, weight=np.where(np.arange(15) == i, 0.0, 1.0))
        out = gravity_center(silent, **TIGHT).law
        deviation = np.sqrt(out.variance[i])
        assert law.cavity_mean[i] == pytest.approx(out.mean[i], abs=0.1 * deviation)
        assert law.cavity_variance[i] == pytest.approx(out.variance[i], rel=0.1)


@pytest.mark.parametrize("epsilon", [1e-2, 1e-3])
def test_thin_slabs_are_a_little_noise(epsilon):
    """A uniform law has the deviation epsilon / sqrt(3); its density is 1 / (2 epsilon)."""
    arrangement, X, _ = problem((10,), k=6)
    y = X[:, 0] + 0.3 * X[:, 1] ** 2
    space = told(arrangement, X, y, epsilon=epsilon)
    law = gravity_center(space).law
    mean, variance, log_density, size = gaussian_process(space, y, epsilon / np.sqrt(3))
    np.testing.assert_allclose(law.mean * size, mean, atol=0.01 * epsilon)
    np.testing.assert_allclose(law.variance * size**2, variance, rtol=0.01)
    found = law.log_z - space.likelihood.log_unit.sum()
    assert found == pytest.approx(log_density, abs=1e-3)


def test_slabs_that_rounding_closes_have_the_analytic_center():
    """Thinner than 1e-5 of the prior's deviation cavities lose their digits; labels still hold."""
    arrangement, X, _ = problem((10,), k=6)
    space = told(arrangement, X, X[:, 0], epsilon=1e-7)
    center = gravity_center(space)
    assert center.status == "fallback"
    assert center.law is None
    np.testing.assert_allclose(center.prediction, X[:, 0], atol=1e-6)


@given(
    st.integers(0, 1000),
    st.lists(st.floats(-3, 3), min_size=8, max_size=8),
    st.sampled_from([Hypothesis(), *SOFT]),
    st.sampled_from(HIDDEN),
)
@settings(max_examples=15)
def test_classes_do_not_know_the_lengths_of_rows(seed, exponents, hypothesis, hidden):
    arrangement, X, _ = problem(hidden, k=8, seed=seed, fit_intercept=False)
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    on = [p.sum(axis=1) for p in arrangement.patterns(X)]
    if any(np.any(own == 0) for own in on):
        return  # a row whose gates are all off has no prediction
    lengths = 10.0 ** np.array(exponents)
    one = gravity_center(told(arrangement, X, y, hypothesis), **TIGHT)
    other = gravity_center(told(arrangement, X * lengths[:, None], y, hypothesis), **TIGHT)
    assert_same_law(one.law, other.law)
    np.testing.assert_allclose(other.prediction, one.prediction * lengths, rtol=1e-6, atol=1e-9)


def test_classes_do_not_know_the_amplitude():
    arrangement, X, y = problem()
    one = gravity_center(told(arrangement, X, y, Hypothesis(flip=0.1, noise=0.2)))
    other = gravity_center(told(arrangement, X, y, Hypothesis(1.0, 0.1, 0.2, 7.0)))
    assert_same_law(one.law, other.law, rtol=1e-12, atol=0)


def test_annotators_who_may_be_wrong_count_less():
    """Two annotators contradict each other on a row: the reliable one is believed."""
    arrangement, X, y = problem()
    more, annotator = np.append(y, -y[0]), np.append(np.zeros(12, dtype=int), 1)
    rows = np.vstack([X, X[:1]])
    law = {
        flip: gravity_center(
            told(arrangement, rows, more, Hypothesis(flip=flip), annotator=annotator)
        ).law
        for flip in ((0.02, 0.4), (0.02, 0.02))
    }
    assert y[0] * law[0.02, 0.4].mean[0] > abs(law[0.02, 0.02].mean[0])


def test_log_z_falls_with_every_label_and_is_the_sum_of_its_steps():
    """Each label costs at least nothing; the first costs log 2 without an opinion."""
    arrangement, X, y = problem((8,), k=10)
    found, center = [0.0], None
    for k in range(1, 11):
        center = gravity_center(told(arrangement, X[:k], y[:k], Hypothesis()), center, **TIGHT)
        predictive = log_ndtr(
            y[k - 1] * center.law.cavity_mean[-1] / np.sqrt(center.law.cavity_variance[-1])
        )
        found.append(center.law.log_z)
        assert found[-1] - found[-2] == pytest.approx(predictive, abs=0.1)
        assert found[-1] < found[-2]
    assert found[1] == pytest.approx(np.log(0.5))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_stored_law_is_the_law(hidden):
    space = told(*problem(hidden), Hypothesis(flip=0.1))
    center = gravity_center(space)
    arrays, log_z = center.law.to_arrays()
    assert_same_law(Law.from_arrays(arrays, log_z, space.operator), center.law, rtol=0, atol=0)
    restored = type(center).from_arrays(*center.to_arrays(), space)
    assert_same_law(restored.law, center.law, rtol=0, atol=0)
    assert gravity_center(space, restored).n_iter == 1


@pytest.mark.parametrize("name", ["mean", "cavity_variance", "precision", "shift"])
def test_a_stored_law_of_other_rows_is_refused(name):
    space = told(*problem())
    arrays, log_z = gravity_center(space).law.to_arrays()
    arrays[name] = arrays[name][:-1]
    with pytest.raises(ValueError, match="of shape"):
        Law.from_arrays(arrays, log_z, space.operator)


def test_the_space_without_labels_is_the_prior():
    center = gravity_center(told(*problem()).cleared())
    assert center.status == "optimal"
    assert center.law.log_z == 0
    assert center.prediction.size == 0
