import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutplane.errors import InvalidInputError
from cutplane.tables.preprocessing import Preprocessing


def through_json(preprocessing):
    return Preprocessing.from_dict(json.loads(json.dumps(preprocessing.to_dict())))


def test_numeric_columns_are_imputed_by_the_median_and_standardised():
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan, 9.0]})
    X = Preprocessing.fit(frame).transform(frame)
    assert X.mean() == pytest.approx(0)
    assert X.std() == pytest.approx(1)
    assert X[2] == X[1]


def test_categories_are_one_hot_and_unseen_ones_are_zeros():
    frame = pd.DataFrame({"c": ["red", "blue", None, "red"]})
    fitted = Preprocessing.fit(frame)
    X = fitted.transform(frame)
    assert X.shape == (4, 3)
    np.testing.assert_array_equal(X.sum(axis=1), 1)
    np.testing.assert_array_equal(X[0], X[3])
    new = fitted.transform(pd.DataFrame({"c": ["green", "red"]}))
    np.testing.assert_array_equal(new[0], 0)
    np.testing.assert_array_equal(new[1], X[0])


def test_columns_that_carry_nothing_are_dropped_and_named():
    n = 60
    frame = pd.DataFrame(
        {
            "a": np.arange(n) ** 2,
            "constant": 1.0,
            "empty": [None] * n,
            "name": [f"row {i}" for i in range(n)],
        }
    )
    fitted = Preprocessing.fit(frame)
    assert fitted.numeric == ("a",)
    assert fitted.left_out == ("constant", "empty", "name")
    assert [remark.columns for remark in fitted.remarks] == [("constant",), ("empty",), ("name",)]


def test_no_usable_column_says_why():
    with pytest.raises(InvalidInputError, match=r"no usable .* 'a' is left out: the same"):
        Preprocessing.fit(pd.DataFrame({"a": [1, 1, 1]}))
    with pytest.raises(InvalidInputError, match="none beside the target"):
        Preprocessing.fit(pd.DataFrame(index=range(3)))


@pytest.mark.parametrize("cell", [np.inf, -np.inf, 1e300])
def test_infinite_cells_name_the_column_and_row(cell):
    frame = pd.DataFrame({"a": [1.0, 2.0, cell]})
    with pytest.raises(InvalidInputError, match=r"column 'a' holds 1 infinite .*row 2"):
        Preprocessing.fit(frame)


def test_a_new_table_may_differ_in_order_and_extra_columns_but_not_lack_one():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "c": ["x", "y", "x"]})
    fitted = Preprocessing.fit(frame)
    np.testing.assert_array_equal(
        fitted.transform(frame[["c", "a"]].assign(more=1)), fitted.transform(frame)
    )
    with pytest.raises(InvalidInputError, match=r"lacks 1 of the columns .*\('c'\)"):
        fitted.transform(frame[["a"]])


def test_a_cell_of_text_in_a_numeric_column_is_missing_and_named():
    fitted = Preprocessing.fit(pd.DataFrame({"a": [1.0, 2.0, 2.0]}))
    encoded = fitted.encode(pd.DataFrame({"a": ["1", "many"]}), lines=np.array([2, 3]))
    np.testing.assert_array_equal(encoded.X, fitted.transform(pd.DataFrame({"a": [1.0, 2.0]})))
    first, second = encoded.remarks
    assert (first.kind, first.count, first.line) == ("cells read as missing", 1, 3)
    assert "'many', line 3" in first.message
    assert "the median" in second.message


def test_a_numeric_column_without_any_number_is_refused():
    fitted = Preprocessing.fit(pd.DataFrame({"a": [1.0, 2.0]}))
    with pytest.raises(InvalidInputError, match=r"column 'a' holds 'few' \(row 0\) and no numbers"):
        fitted.transform(pd.DataFrame({"a": ["few", "many"]}))


def test_inverse_gives_numbers_back_in_their_own_units():
    frame = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [-300.0, 0.0, 100.0]})
    fitted = Preprocessing.fit(frame)
    back = through_json(fitted).inverse_transform(fitted.transform(frame))
    pd.testing.assert_frame_equal(back, frame)


def test_booleans_integers_and_numbers_as_text_read_as_numbers():
    fitted = Preprocessing.fit(pd.DataFrame({"a": [True, False, True]}))
    expected = fitted.transform(pd.DataFrame({"a": [1.0, 0.0]}))
    for cells in ([True, False], [1, 0], ["1", "0"]):
        np.testing.assert_array_equal(fitted.transform(pd.DataFrame({"a": cells})), expected)


cells = st.floats(-1e6, 1e6) | st.none()
levels = st.sampled_from(["x", "y", "é", "", "NaN"]) | st.none()


@pytest.mark.slow
@settings(deadline=None)
@given(rows=st.lists(st.tuples(cells, cells, levels), min_size=3, max_size=12))
def test_the_json_copy_encodes_exactly_alike(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    # Two rows that make every column usable.
    frame = pd.concat([pd.DataFrame({"a": [0.0, 1], "b": [1.0, 0], "c": ["x", "y"]}), frame])
    frame = frame.astype({"a": float, "b": float}).reset_index(drop=True)
    fitted = Preprocessing.fit(frame)
    X = fitted.transform(frame)
    assert np.isfinite(X).all()
    copy = through_json(fitted)
    np.testing.assert_array_equal(copy.transform(frame), X)
    assert copy.to_dict() == fitted.to_dict()
