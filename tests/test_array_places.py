"""What the array API standard lacks, and moves from NumPy and back."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import sparse, special

from cutplane import arrays
from cutplane.arrays import HOST, Place
from cutplane.errors import InvalidInputError


@pytest.fixture(params=["numpy", "array_api_strict", "torch"], scope="module")
def place(request):
    """NumPy, PyTorch on the CPU, and a device whose arrays NumPy cannot read, as a GPU's."""
    pytest.importorskip("array_api_compat")
    library = pytest.importorskip(request.param)
    if request.param == "torch":
        return Place("array_api_compat.torch", library.device("cpu"))
    return Place(request.param, library.Device("device1")) if request.param != "numpy" else HOST


def check(place, found, expected):
    assert arrays.namespace(found).__name__ == place.name
    np.testing.assert_allclose(arrays.to_numpy(found), expected, rtol=1e-12, atol=1e-14)


def spd(m, k):
    factors = np.random.default_rng(0).normal(size=(m, k, 2 * k))
    return factors @ factors.transpose(0, 2, 1)


@dataclass(frozen=True)
class Held:
    floats: np.ndarray
    bits: np.ndarray
    places: np.ndarray
    name: str
    parts: tuple
    inner: object = None


def test_what_is_frozen_moves_as_a_whole(place):
    own = Held(
        np.ones(2), np.ones(2, dtype=np.uint8), np.arange(2), "x", (np.zeros(1), [np.zeros(2)])
    )
    own = Held(np.zeros(3), np.zeros(3, bool), np.arange(3), "y", (), own)
    there = place.moved(own)
    check(place, there.inner.floats, own.inner.floats)
    check(place, there.inner.parts[1][0], np.zeros(2))
    assert Place.of(there.inner.bits).name == place.name
    assert there.inner.places is own.inner.places
    assert there.name == "y"
    back = HOST.moved(there)
    assert isinstance(back.inner.parts[0], np.ndarray)
    np.testing.assert_array_equal(back.inner.bits, own.inner.bits)


def test_what_must_not_be_written_to_is_copied(place):
    one = np.broadcast_to(np.float64(3.0), (4,))
    check(place, place.array(one), np.full(4, 3.0))
    check(place, place.array(np.arange(4.0)[::-1]), [3.0, 2.0, 1.0, 0.0])


def test_special_functions_are_those_of_scipy(place):
    z = np.array([-40.0, -8.0, -1.0, 0.0, 2.0, 30.0])
    check(place, arrays.log_ndtr(place.array(z)), special.log_ndtr(z))
    check(place, arrays.erfcx(place.array(np.abs(z))), special.erfcx(np.abs(z)))


def test_roots_and_solves(place):
    A, b = spd(1, 5)[0], np.arange(5.0)
    root = arrays.cholesky(place.array(A))
    check(place, root @ root.T, A)
    U = arrays.upper_root(place.array(A.copy()))
    check(place, arrays.root_solve(U, place.array(b)), np.linalg.solve(A, b))
    half = arrays.solve_lower(U, place.array(np.eye(5)))
    check(place, half.T @ half, np.linalg.inv(A))


def test_an_indefinite_matrix_has_no_root(place):
    with pytest.raises(np.linalg.LinAlgError):
        arrays.cholesky(place.array(-np.eye(2)))
    both = np.stack([spd(1, 3)[0], -np.eye(3)])
    roots = arrays.to_numpy(arrays.cholesky_each(place.array(both)))
    np.testing.assert_allclose(roots[0] @ roots[0].T, both[0], rtol=1e-12)
    assert np.isnan(roots[1]).all()


def test_rows_by_positions(place):
    x, at = np.arange(12.0).reshape(4, 3), np.array([2, 0])
    check(place, arrays.rows_at(place.array(x), at), x[at])
    expected = x.copy()
    expected[at] = -1.0
    there = place.array(x)
    check(place, arrays.with_rows(there, at, place.array(-np.ones((2, 3)))), expected)
    check(place, there, x)


def test_sums_and_extremes(place):
    values, weights = np.arange(12.0).reshape(2, 2, 3), np.array([[1.0, 2, 3], [4, 5, 6]])
    found = arrays.weighted_sum(place.array(weights), place.array(values))
    check(place, found, (weights * values).sum(axis=1))
    x = place.array(np.array([[1.0, -2.0], [-3.0, -4.0]]))
    assert (arrays.largest(x, 0.5), arrays.largest(x, 5.0)) == (1.0, 5.0)
    assert (arrays.smallest(x, 0.5), arrays.smallest(x, -5.0)) == (-4.0, -5.0)
    check(place, arrays.largest_in_rows(x, 0.0), [1.0, 0.0])
    none = place.array(np.empty((2, 0)))
    assert (arrays.largest(none, 0.5), arrays.smallest(none, 0.5)) == (0.5, 0.5)
    check(place, arrays.largest_in_rows(none, 0.5), [0.5, 0.5])


def test_single_precision(place):
    assert str(arrays.single(place.array(np.ones(2))).dtype).endswith("float32")
    assert str(arrays.single(place.array(np.ones(2, bool))).dtype).endswith("float32")


@pytest.mark.parametrize("x", [[1.0], np.ones(1), sparse.csr_matrix(np.eye(2)), None, "text"])
def test_what_is_not_of_another_library_is_at_home(x):
    assert not arrays.is_elsewhere(x)
    assert Place.of(x) is HOST


def test_a_tensor_with_a_gradient_is_read(recwarn):
    torch = pytest.importorskip("torch")
    pytest.importorskip("array_api_compat")
    assert arrays.to_numpy(torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]


def test_a_device_without_double_precision_is_refused(monkeypatch):
    xp = pytest.importorskip("array_api_strict")
    monkeypatch.setattr(arrays, "_is_precise", lambda xp, device: False)
    with pytest.raises(InvalidInputError, match="no double precision; move it"):
        Place.of(xp.asarray([1.0]))


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    xp = pytest.importorskip("array_api_strict")
    arrays._compat.cache_clear()
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(InvalidInputError, match=r"cutplane\[array-api\]"):
        arrays.namespace(xp.asarray([1.0]))
