"""Files with types: Parquet and Arrow's own, and what lists and nested values become."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables import arrow_files
from cutplane.tables.readers import read_sheet
from cutplane.tables.table import read_table

LARGE = 2**60 + 1
COLUMNS = {
    "decimal": pa.array([decimal.Decimal("1.5"), None, decimal.Decimal("-2.25")]),
    "text": pa.array(["1", " ", "2.5"]),
    "dictionary": pa.array(["1.5", "2", None]).dictionary_encode(),
    "large_text": pa.array(["u", "v", None], pa.large_string()),
    "whole": pa.array([1, None, 3], pa.int32()),
    "half": pa.array(np.array([1, 2, 3], np.float16)),
    "truth": pa.array([True, None, False]),
    "nothing": pa.nulls(3),
    "large": pa.array([LARGE, 1, 2]),
    "date": pa.array([datetime.date(2020, 1, 2), datetime.date(9999, 12, 31), None]),
    "zoned": pa.array([0, 1, None], pa.timestamp("s", "Europe/Berlin")),
    "time": pa.array([datetime.time(0, 1), None, datetime.time(1, 0)]),
    "duration": pa.array([1500, None, 2000], pa.duration("ms")),
    "struct": pa.array([{"a": 1}] * 3),
    "bytes": pa.array([b"x"] * 3),
    "words": pa.array([["a"], ["b"], ["c"]]),
    "y": pa.array(["p", "q", None]),
}


@pytest.fixture(params=["parquet", "feather", "arrow"])
def path(request, tmp_path):
    path = tmp_path / f"t.{request.param}"
    table = pa.table(COLUMNS)
    if request.param == "parquet":
        pq.write_table(table, path)
    elif request.param == "feather":
        pyarrow.feather.write_feather(table, path)
    else:
        with pa.ipc.new_stream(path, table.schema) as stream:
            stream.write_table(table)
    return path


def test_types_become_numbers_dates_and_text(path):
    features = read_table(path, "y").features
    kinds = {name: dtype.kind for name, dtype in features.dtypes.items()}
    assert kinds == {
        **dict.fromkeys(
            ["decimal", "text", "dictionary", "whole", "half", "truth", "nothing"], "f"
        ),
        **dict.fromkeys(["time", "duration"], "f"),
        **dict.fromkeys(["large_text", "large"], "O"),
        **dict.fromkeys(["date", "zoned"], "M"),
    }
    np.testing.assert_array_equal(features["decimal"], [1.5, np.nan, -2.25])
    np.testing.assert_array_equal(features["dictionary"], [1.5, 2, np.nan])
    np.testing.assert_array_equal(features["truth"], [1, np.nan, 0])
    np.testing.assert_array_equal(features["time"], [60, np.nan, 3600])
    np.testing.assert_allclose(features["duration"], [1.5, np.nan, 2])
    assert features["large"].tolist() == [str(LARGE), "1", "2"]
    assert features["date"].isna().tolist() == [False, True, True]
    assert features["zoned"][1] == pd.Timestamp("1970-01-01 00:00:01")


def test_all_of_it_is_said(path):
    report = read_table(path, "y").report
    left_out = [remark.columns for remark in report.of_kind("columns left out")]
    assert left_out == [("struct",), ("bytes",), ("words",)]
    messages = "\n".join(report.sentences)
    for part in (
        "Column 'text': 1 cell (' ' in line 3) was read as missing.",
        "Column 'large': read as text, for whole numbers that floats cannot tell apart",
        "Column 'date' holds date32[day], points in time; 1 beyond the years 1678 to 2261 are",
        "Column 'zoned' holds timestamp[",
        "it was read as seconds.",
    ):
        assert part in messages


def test_lists_become_a_column_for_each_place(tmp_path):
    table = pa.table(
        {
            "e": [[1.0, 2.0], None, [3.0, 4.0]],
            "fixed": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int8(), 2)),
            "large": pa.array([[1], [2], [None]], pa.large_list(pa.float32())),
            "matrix": [[[1, 2], [3, 4]]] * 3,
            "tensor": pa.ExtensionArray.from_storage(
                pa.fixed_shape_tensor(pa.float64(), [2]),
                pa.array([[1.0, 2.0]] * 3, pa.list_(pa.float64(), 2)),
            ),
            "e.0": [1, 2, 3],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet")
    np.testing.assert_array_equal(found.features[["e_0", "e_1"]], [[1, 2], [np.nan] * 2, [3, 4]])
    assert found.features[["fixed_0", "fixed_1"]].to_numpy().tolist() == [[1, 2], [3, 4], [5, 6]]
    assert found.features.filter(like="matrix_").to_numpy().tolist() == [[1, 2, 3, 4]] * 3
    assert found.features.shape == (3, 12)
    assert "Column 'e' holds lists of 2 numbers" in found.report.sentences[0]


def test_lists_of_different_lengths_are_refused(tmp_path):
    pq.write_table(pa.table({"e": [[1.0], [2.0, 3.0]]}), tmp_path / "t.parquet")
    with pytest.raises(InvalidInputError, match="'e' holds lists of 1 to 2 numbers"):
        read_table(tmp_path / "t.parquet")


def test_the_index_of_pandas_is_left_out(tmp_path):
    pd.DataFrame({"a": [1, 2]}, index=[5, 9]).to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert list(table.features) == ["a"]
    assert "__index_level_0__" in table.report.of_kind("columns left out")[0].message


def test_equal_names(tmp_path):
    table = pa.table([pa.array([1, 2]), pa.array([3, 4]), pa.array(["p", "q"])], ["a", "a", "y"])
    pq.write_table(table, tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet", "y").features) == ["a", "a (2)"]
    with pytest.raises(InvalidInputError, match="2 columns of the name 'a'"):
        read_table(tmp_path / "t.parquet", "a")


def test_labels_stay_one_column_or_are_refused(tmp_path):
    path = tmp_path / "t.parquet"
    day = datetime.date(2020, 1, 2)
    pq.write_table(pa.table({"a": [1], "d": [day], "s": [{"k": 1}], "e": [[1.0]]}), path)
    assert read_table(path, "d", task="classification").labels.tolist() == ["2020-01-02"]
    for target in ("s", "e"):
        with pytest.raises(InvalidInputError, match=f"the target '{target}' holds"):
            read_table(path, target)


def test_lists_of_words_are_left_out_whatever_their_length(tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "w": [["p"], ["q", "r"]]}), tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet").features) == ["a"]


def test_columns_of_parquet_are_found_by_their_place(tmp_path):
    """Names with dots and names that come twice, behind columns of several leaves."""
    columns = [
        pa.array([{"a": j, "b": "x"} for j in range(5)]),
        pa.array([[j, 2.0] for j in range(5)], pa.list_(pa.float64(), 2)),
        pa.array([[[j], [1]] for j in range(5)]),
        pa.array(range(5)),
        pa.array(["p", "q", None, "p", "q"]).dictionary_encode(),
        pa.array([0.5, 1.5, 2.5, 3.5, 4.5]),
    ]
    names = ["s", "s.a", "deep", "n", "n", "s.b"]
    pq.write_table(
        pa.Table.from_arrays(columns, names=names), tmp_path / "t.parquet", row_group_size=2
    )
    sheet = read_sheet(tmp_path / "t.parquet", None)
    cells = dict(zip(sheet.names, [own.to_pylist() for own in sheet.columns], strict=True))
    assert cells == {
        "s.a_0": [0, 1, 2, 3, 4],
        "s.a_1": [2.0] * 5,
        "deep_0": [0, 1, 2, 3, 4],
        "deep_1": [1] * 5,
        "n": [0, 1, 2, 3, 4],
        "n (2)": ["p", "q", None, "p", "q"],
        "s.b": [0.5, 1.5, 2.5, 3.5, 4.5],
    }
    left = [own.columns for own in sheet.remarks if own.kind == "columns left out"]
    assert left == [("s",)]


def test_no_column_waits_for_another(tmp_path, monkeypatch):
    """Beside what is made of them one column at a time is in memory."""
    numbers = np.random.default_rng(0).normal(size=(10, 100_000))
    pq.write_table(
        pa.table({f"c{j}": own for j, own in enumerate(numbers)}), tmp_path / "t.parquet"
    )
    before, held = pa.total_allocated_bytes(), []

    def one(column, *, _one=arrow_files._one):
        held.append((pa.total_allocated_bytes() - before) / numbers[0].nbytes)
        return _one(column)

    monkeypatch.setattr(arrow_files, "_one", one)
    sheet = read_sheet(tmp_path / "t.parquet", None)
    assert len(sheet.columns) == len(held) == 10
    assert all(columns < number + 3 for number, columns in enumerate(held))
