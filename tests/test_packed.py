"""Objects that other processes get as bytes."""

import pickle
import threading

import numpy as np

from cutplane.packed import Packed


def sent(packed):
    """What another process has of it."""
    return pickle.loads(pickle.dumps(packed))


def test_what_is_handed_on_is_what_came():
    rows = np.arange(4.0)
    first = sent(Packed({"rows": rows}))
    first.value["lock"] = threading.Lock()  # in use, and no longer to be pickled
    second = sent(first)
    assert list(second.value) == ["rows"]
    np.testing.assert_array_equal(second.value["rows"], rows)


def test_here_it_is_the_object_itself():
    value = {"rows": np.arange(4.0)}
    packed = Packed(value)
    assert packed.value is value
    assert sent(packed).value is not value


def test_functions_without_a_name_are_packed():
    factor = 3
    assert sent(Packed(lambda x: factor * x)).value(2) == 6


def test_arrays_are_counted_and_not_copied():
    rows = np.zeros(1000)
    packed = Packed([rows])
    assert rows.nbytes < packed.n_bytes < rows.nbytes + 1000
    (array,) = packed.content[1]
    assert np.shares_memory(array, rows)
