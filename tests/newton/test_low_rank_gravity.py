"""Centers of many labels: the mean is the kernel's own, variances are near."""

import numpy as np
import pytest

from cutplane.newton.analytic import analytic_center
from cutplane.newton.gravity import gravity_center
from cutplane.newton.low_rank_gravity import NearKernel
from cutplane.newton.near_root import NearRoot
from cutplane.newton.tree_system import Root
from cutplane.space import operator as operators
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.low_rank import LowRank
from cutplane.space.version_space import VersionSpace

RNG = np.random.default_rng(0)
K = 160


def labelled(*, epsilon=None, X=None):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(K, 3)) if X is None else X
    arrangement = sample_arrangement(X, (12,), rng)
    f = X[:, 0] + 0.5 * np.abs(X[:, 1]) - 0.4
    if epsilon is not None:
        return VersionSpace.regression(arrangement, X, f, epsilon=epsilon, gated=True)
    y = np.where(f + 0.2 * rng.normal(size=K) > 0, 1.0, -1.0)
    return VersionSpace.classification(arrangement, X, y, gated=True)


@pytest.fixture
def few(monkeypatch):
    """From here on, kernels of more than 50 rows are taken for large."""

    def now(left=0.05):
        monkeypatch.setattr(operators, "EXACT", 50)
        monkeypatch.setattr(operators, "LEAST", 8)
        monkeypatch.setattr(operators, "LEFT", left)

    return now


def kernel_of(space, left=0.1):
    covariance = space.operator.covariance
    near = LowRank.of(lambda at: covariance[:, at], np.diag(covariance).copy(), left=left)
    return NearKernel(near, lambda w: covariance @ w), covariance


def test_under_given_sites_the_mean_is_exact():
    kernel, K_ = kernel_of(labelled(), left=0.01)
    precision, shift = RNG.random((2, K)) * 0.3, RNG.normal(size=(2, K))
    mean, variance, forces, _ = kernel.marginals(precision, shift)
    for i in range(2):
        exact = np.linalg.solve(np.eye(K) + K_ * precision[i], K_ @ shift[i])
        np.testing.assert_allclose(mean[i], exact, atol=1e-3 * np.abs(exact).max())
        np.testing.assert_allclose(forces[i], shift[i] - precision[i] * exact, atol=2e-3)
        own = np.linalg.inv(np.linalg.inv(K_ + 1e-9 * np.eye(K)) + np.diag(precision[i]))
        assert np.median(variance[i] / np.diag(own)) < 1.3


def test_under_given_sites_variance_and_integral_are_those_of_the_near_kernel():
    kernel, _ = kernel_of(labelled())
    near = kernel.near
    own = near.factor @ near.factor.T + np.diag(near.rest)
    alike = NearKernel(near, near.apply)
    precision, shift = RNG.random((1, K)), RNG.normal(size=(1, K))
    _, variance, _, log_normaliser = alike.marginals(precision, shift)
    system = np.eye(K) + own * precision
    posterior = np.linalg.solve(system, own)
    np.testing.assert_allclose(variance[0], np.diag(posterior))
    log_z = (shift[0] @ posterior @ shift[0] - np.linalg.slogdet(system)[1]) / 2
    np.testing.assert_allclose(log_normaliser[0], log_z, rtol=1e-6)


def test_rows_without_a_site_change_nothing():
    kernel, _ = kernel_of(labelled())
    none = np.zeros((1, K))
    mean, variance, forces, log_normaliser = kernel.marginals(none, none)
    np.testing.assert_allclose(mean, 0)
    np.testing.assert_allclose(forces, 0)
    np.testing.assert_allclose(variance[0], kernel.diagonal)
    assert log_normaliser[0] == pytest.approx(0)


def test_variances_by_the_kernel_itself():
    kernel, K_ = kernel_of(labelled())
    precision, places = RNG.random(K), np.array([0, 5, K - 1])
    exact = np.diag(np.linalg.solve(np.eye(K) + K_ * precision, K_))
    np.testing.assert_allclose(kernel.exact_variance(precision, places), exact[places], rtol=1e-4)


@pytest.mark.parametrize("hypothesis", [Hypothesis(noise=0.1), Hypothesis(1.0, 0.1, 0.5)])
def test_centers_are_near_the_exact_ones(few, hypothesis):
    exact = gravity_center(labelled().assuming(hypothesis))
    few(0.01)
    found = gravity_center(labelled().assuming(hypothesis))
    size = np.sqrt(np.mean(exact.prediction**2))
    assert found.status == "optimal"
    assert np.sqrt(np.mean((found.prediction - exact.prediction) ** 2)) < 0.05 * size
    assert 0.9 < np.median(found.law.variance / exact.law.variance) < 1.5
    assert found.law.log_z == pytest.approx(exact.law.log_z, abs=0.1 * abs(exact.law.log_z))


def test_less_left_is_less_wrong(few):
    hypothesis = Hypothesis(noise=0.1)
    exact = gravity_center(labelled().assuming(hypothesis)).prediction
    errors = []
    for left in (0.3, 0.1, 1e-5):
        few(left)
        found = gravity_center(labelled().assuming(hypothesis)).prediction
        errors.append(np.linalg.norm(found - exact))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 3e-3 * np.linalg.norm(exact)


def test_a_kernel_of_few_gates_is_solved_exactly(few, monkeypatch):
    """A constant for every gate: the rank is the number of gates."""
    hypothesis = Hypothesis(0.0, 0.1, 0.5)
    exact = gravity_center(labelled().assuming(hypothesis), tol=1e-8)
    few()
    monkeypatch.setattr(operators, "LEAST", 40)
    found = gravity_center(labelled().assuming(hypothesis), tol=1e-8)
    np.testing.assert_allclose(found.law.variance, exact.law.variance, rtol=1e-5)
    assert found.law.log_z == pytest.approx(exact.law.log_z, abs=1e-4)


def test_values_with_noise(few):
    hypothesis = Hypothesis(noise=0.1, amplitude=0.2)
    exact = gravity_center(labelled(epsilon=0.1).assuming(hypothesis))
    few()
    found = gravity_center(labelled(epsilon=0.1).assuming(hypothesis))
    np.testing.assert_allclose(found.prediction, exact.prediction, atol=2e-3)


def test_slabs(few):
    hypothesis = Hypothesis(amplitude=0.2)
    exact = gravity_center(labelled(epsilon=0.3).assuming(hypothesis))
    few(0.01)
    found = gravity_center(labelled(epsilon=0.3).assuming(hypothesis))
    np.testing.assert_allclose(found.prediction, exact.prediction, atol=0.05)


def test_copies_of_rows(few):
    X = np.tile(np.random.default_rng(3).normal(size=(K // 4, 3)), (4, 1))
    few()
    found = gravity_center(labelled(X=X).assuming(Hypothesis(1.0, 0.1, 0.1)))
    assert found.status == "optimal"
    np.testing.assert_allclose(found.law.mean[: K // 4], found.law.mean[-K // 4 :], rtol=1e-3)


@pytest.mark.parametrize("tau", [1.0, 2.5])
def test_the_root_of_a_near_kernel_solves_its_system(tau):
    kernel, _ = kernel_of(labelled())
    near, h, r = kernel.near, RNG.random(K) + 0.1, RNG.normal(size=K)
    dense = near.factor @ near.factor.T + np.diag(near.rest)
    force, values = NearRoot(near, h, tau).solve(r, None)
    expected, moved = Root(dense / tau, h).solve(r, None)
    np.testing.assert_allclose(force, expected)
    np.testing.assert_allclose(values, moved, atol=1e-10)


def test_the_analytic_center_of_a_near_space(few):
    few(0.01)
    space = labelled().repriced(30.0)
    exact, near = analytic_center(space), analytic_center(space.near)
    assert near.status == "optimal"
    error = np.linalg.norm(near.prediction - exact.prediction)
    assert error < 0.15 * np.linalg.norm(exact.prediction)
