"""The limit of BLAS threads: one inside, and what it was before once all have left."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from cutplane import CuttingPlaneClassifier
from cutplane.blas import one_thread

BLAS = ThreadpoolController().select(user_api="blas")


def limits():
    return [library["num_threads"] for library in BLAS.info()]


@pytest.fixture(autouse=True)
def more_than_one():
    """Limits that differ from one, whatever the machine."""
    with BLAS.limit(limits=2):
        if not limits() or 1 in limits():
            pytest.skip("no BLAS whose threads can be set")
        yield


def test_inside_there_is_one_thread():
    before = limits()
    with one_thread():
        assert set(limits()) == {1}
    assert limits() == before


def test_inside_again_changes_nothing():
    before = limits()
    with one_thread():
        with one_thread():
            assert set(limits()) == {1}
        assert set(limits()) == {1}
    assert limits() == before


def test_an_error_restores_the_limits_too():
    before = limits()
    with pytest.raises(ValueError, match="inside"), one_thread():
        raise ValueError("inside")
    assert limits() == before


def test_threads_that_overlap_restore_the_limits_of_before():
    """Each enters while another is inside, and the first in is not the last out."""
    before, together = limits(), Barrier(8)

    def enter(i):
        for _ in range(20):
            if i % 2:
                together.wait()
            with one_thread():
                if not i % 2:
                    together.wait()
                assert set(limits()) == {1}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(8)))
    assert limits() == before


def test_fits_on_eight_threads_restore_the_limits_of_before():
    before = limits()
    X = np.random.default_rng(0).normal(size=(20, 2))

    def fit(seed):
        return CuttingPlaneClassifier((10,), random_state=seed).fit(X, X[:, 0] > 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fit, range(16)))
    assert limits() == before
