"""Kernels on stacks of small matrices, against NumPy one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutplane.newton.small_matrices import (
    apply,
    eliminated,
    inverse_by_root,
    inverse_root,
    inverse_spd,
    invert_roots,
    outer_squares,
    regularized_inverse,
    root_by_qr,
)


@given(st.integers(1, 90), st.integers(1, 4), st.integers(0, 10**6))
def test_blocked_inverse(k, m, seed):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(m, k, k))
    A = B @ B.transpose(0, 2, 1) / k + np.eye(k)
    np.testing.assert_allclose(inverse_spd(A) @ A, np.broadcast_to(np.eye(k), A.shape), atol=1e-8)


@pytest.mark.parametrize("r", [1, 3, 12])
def test_inverse_roots(r):
    factors = np.random.default_rng(0).standard_normal((4, r, 2 * r))
    information = factors @ factors.transpose(0, 2, 1) + np.eye(r)
    for inverse in (inverse_root(information), np.linalg.inv(root_by_qr(factors))):
        whitened = inverse @ information @ inverse.transpose(0, 2, 1)
        assert whitened == pytest.approx(np.broadcast_to(np.eye(r), whitened.shape), abs=1e-9)


@pytest.mark.parametrize("m", [1, 2])
def test_a_root_leaves_its_matrix_alone(m):
    information = np.tile([[4.0, 2.0], [2.0, 3.0]], (m, 1, 1))
    before = information.copy()
    inverse_root(information)
    np.testing.assert_array_equal(information, before)


def test_no_root_of_an_indefinite_matrix():
    with pytest.raises(np.linalg.LinAlgError):
        inverse_root(np.diag([1.0, -1.0])[None])


@pytest.mark.parametrize("r", [1, 5, 12, 30])
def test_inverse_by_root_is_the_inverse(r):
    factors = np.random.default_rng(0).standard_normal((4, r, 2 * r))
    information = factors @ factors.transpose(0, 2, 1) + np.eye(r)
    np.testing.assert_allclose(
        inverse_by_root(information), np.linalg.inv(information), rtol=1e-7, atol=1e-10
    )


@pytest.mark.parametrize(("m", "k"), [(3, 4), (200, 60)])  # one chunk, and several threads
def test_regularized_inverse_shares_one_covariance_or_takes_many(m, k):
    rng = np.random.default_rng(0)
    F, lam = rng.normal(size=(k, k)) / np.sqrt(k), rng.uniform(0.1, 2, (m, k))
    S = F @ F.T
    expected = np.linalg.inv(np.eye(k) + lam[:, :, None] * S * lam[:, None, :])
    for covariance in (S, np.broadcast_to(S, (m, k, k))):
        np.testing.assert_allclose(regularized_inverse(covariance, lam), expected, atol=1e-9)


def test_elimination_keeps_single_precision():
    M = np.repeat(np.array([[4.0, 2.0], [2.0, 3.0]], dtype=np.float32)[:, :, None], 3, axis=2)
    R = np.linalg.cholesky([[4.0, 2.0], [2.0, 3.0]])
    Z = eliminated(M.copy())
    assert Z.dtype == np.float32
    np.testing.assert_allclose(Z[:, :, 1], np.linalg.inv(R), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("m", [1, 3])
def test_products_of_stacks(m):
    rng = np.random.default_rng(0)
    F, v = rng.normal(size=(m, 4, 6)), rng.normal(size=(m, 6))
    np.testing.assert_allclose(outer_squares(F), F @ F.transpose(0, 2, 1))
    np.testing.assert_allclose(apply(F, v), np.einsum("mij,mj->mi", F, v))
    S = F[0] @ F[0].T
    np.testing.assert_allclose(apply(S, v[:, :4]), v[:, :4] @ S)


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 10**6))
def test_roots_are_inverted_in_place(k, m, seed):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(m, k, k))
    A = B @ B.transpose(0, 2, 1) / k + np.eye(k)
    Z = A.copy()
    log_determinant = invert_roots(Z)
    np.testing.assert_allclose(
        Z @ A @ Z.transpose(0, 2, 1), np.broadcast_to(np.eye(k), A.shape), atol=1e-8
    )
    np.testing.assert_array_equal(Z, np.tril(Z))
    np.testing.assert_allclose(log_determinant, np.linalg.slogdet(A)[1])


def test_what_is_not_positive_definite_has_no_root():
    stack = np.array([np.eye(2), -np.eye(2), [[np.nan, 0.0], [0.0, 1.0]]])
    assert np.isnan(invert_roots(stack)).tolist() == [False, True, True]
    np.testing.assert_array_equal(stack[0], np.eye(2))
    assert np.isnan(stack[1]).all()
