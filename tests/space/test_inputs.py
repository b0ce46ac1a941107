"""What the first layer reads: the columns, lengths and the constant, dense or sparse."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cutplane.space.inputs import Inputs

NORMS = [None, (2.0, 5.0)]


def rows(n=12, d=4, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, d))
    X[np.abs(X) < 0.4] = 0
    return X


@pytest.mark.parametrize("norms", NORMS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_columns_are_the_features_the_norms_and_the_constant(norms, fit_intercept):
    X = rows()
    inputs = Inputs(4, fit_intercept, norms)
    wide, length = inputs.of(X), np.linalg.norm(X, axis=1)
    assert wide.shape == (12, inputs.width)
    np.testing.assert_array_equal(wide[:, :4], X)
    if norms:
        np.testing.assert_allclose(wide[:, inputs.radial], length - 2)
        np.testing.assert_allclose(wide[:, inputs.radial + 1], (length**2 - 5) / 4)
    if fit_intercept:
        np.testing.assert_array_equal(wide[:, -1], 1)


@pytest.mark.parametrize("norms", NORMS)
def test_sparse_rows_read_as_dense_ones(norms):
    inputs = Inputs(4, True, norms)
    wide = inputs.of(sparse.csr_matrix(rows()))
    assert sparse.issparse(wide)
    assert wide.format == "csr"
    np.testing.assert_allclose(wide.toarray(), inputs.of(rows()), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("norms", NORMS)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_without_norms_their_columns_are_zero(norms, fit_intercept, kind):
    inputs = Inputs(4, fit_intercept, norms)
    expected = inputs.of(rows())
    if norms:
        expected[:, inputs.radial : inputs.radial + 2] = 0
    wide = inputs.without_norms(kind(rows()))
    np.testing.assert_array_equal(wide if kind is np.asarray else wide.toarray(), expected)


def test_rows_that_nothing_is_appended_to_are_not_copied():
    X = rows()
    assert Inputs(4, False).of(X) is X


@pytest.mark.parametrize("factor", [1.0, 2.0**-490, 2.0**490])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_norms_are_centred_on_the_rows_they_were_measured_on(factor, kind):
    X = kind(factor * rows(200))
    inputs = Inputs.with_norms(X)
    columns = inputs.appended(X)[:, :2] / factor
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-12)
    assert (columns.std(axis=0) > 0.1).all()


def test_rows_of_zeros_have_norms_too():
    inputs = Inputs.with_norms(np.zeros((3, 2)))
    assert np.isfinite(inputs.of(np.ones((2, 2)))).all()


@given(
    norms=st.none() | st.tuples(st.floats(1e-100, 1e100), st.floats(0, 1e100)),
    fit_intercept=st.booleans(),
)
def test_metadata_give_the_same_inputs_back(norms, fit_intercept):
    inputs = Inputs(7, fit_intercept, norms)
    assert Inputs.from_metadata(json.loads(json.dumps(inputs.to_metadata()))) == inputs
