"""Effective sample size and split R-hat of known series."""

import numpy as np
import pytest

from cutplane.samplers.diagnostics import effective_sample_size, split_r_hat


def autoregressive(rho, shape, rng):
    x = rng.normal(size=shape)
    for t in range(1, shape[1]):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * x[:, t]
    return x


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.3])
def test_effective_sample_size_of_known_series(rho):
    traces = autoregressive(rho, (16, 4_000, 3), np.random.default_rng(0))
    expected = 64_000 * (1 - rho) / (1 + rho)
    np.testing.assert_allclose(effective_sample_size(traces), expected, rtol=0.12)
    np.testing.assert_allclose(split_r_hat(traces), 1.0, atol=0.01)


def test_split_r_hat_by_hand():
    """Halves (0, 1), (0, 1), (2, 3), (2, 3): W = 1/2, variance of means 4/3."""
    traces = np.array([[0.0, 1, 0, 1], [2, 3, 2, 3]])[:, :, None]
    np.testing.assert_allclose(split_r_hat(traces), np.sqrt(1 / 2 + (4 / 3) / (1 / 2)))
    drift = np.array([[0.0, 1, 2, 3]])[:, :, None]  # halves (0, 1), (2, 3)
    np.testing.assert_allclose(split_r_hat(drift), np.sqrt(1 / 2 + 2 / (1 / 2)))
    still = np.array([[1.0] * 4, [2.0] * 4])[:, :, None]
    assert np.isinf(split_r_hat(still)).all()
    assert np.isnan(split_r_hat(traces[:, :3])).all()


def test_chains_that_disagree_are_worth_one_draw_each():
    rng = np.random.default_rng(0)
    traces = rng.normal(size=(4, 1_000, 1)) + 10 * np.arange(4)[:, None, None]
    assert effective_sample_size(traces)[0] < 10
    assert split_r_hat(traces)[0] > 5
