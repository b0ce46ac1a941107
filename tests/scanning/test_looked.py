"""Which rows of a question were looked at before."""

import pickle

import numpy as np
import pytest

from cutplane.scanning.looked import Close, Looked


@pytest.mark.parametrize("places", [[7, 3, 5], [3], [9, 0]])
def test_rows_are_found_by_their_places(places):
    close = Close(np.array([5, 1, 7, 3]), None)
    at = close.shared(np.array(places)).at
    found = [-1 if own < 0 else close.places[own] for own in at]
    assert found == [own if own in close.places else -1 for own in places]


def test_no_row_is_found_where_none_was_looked_at():
    nothing = Close(np.empty(0, dtype=np.intp), None)
    assert Looked((nothing,)).shared(np.arange(3)) == []
    assert Looked().shared(np.arange(3)) == []


def test_pickles_hold_nothing():
    looked = Looked((Close(np.arange(3), None),))
    assert pickle.loads(pickle.dumps(looked)) == Looked()
