"""Parquet files as rows: what is read of them, in what order, and what is refused."""

import datetime
import decimal
import os
import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cutplane import InvalidInputError, stored_rows
from cutplane.scanning import parquet_files

N, D = 5_000, 3


def rows_of(source):
    """All blocks of a source under each other, and where each begins."""
    blocks = [block for fragment in source.fragments() for block in fragment.blocks()]
    return np.vstack([block.rows for block in blocks]), [block.start for block in blocks]


def table(X, **more):
    return pa.table({**{f"c{j}": column for j, column in enumerate(X.T)}, **more})


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(N, D)).astype(np.float32)


@pytest.fixture
def folder(X, tmp_path):
    """Three files with rows, one without, and what writers leave beside them."""
    for name, part in (("2", slice(0, 900)), ("10", slice(900, 900)), ("33/1", slice(900, 4_000))):
        path = tmp_path / f"part-{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table(X[part]), path, row_group_size=700)
    pq.write_table(table(X[4_000:]), tmp_path / "part-100.PARQ")
    for other in ("_SUCCESS", "_metadata", ".part-2.parquet.crc"):
        (tmp_path / other).touch()
    return tmp_path


def test_files_come_in_natural_order(folder, X):
    source = stored_rows(folder)
    assert (source.n_rows, source.n_features, source.names) == (N, D, ["c0", "c1", "c2"])
    rows, starts = rows_of(source)
    np.testing.assert_array_equal(rows, X)
    assert rows.dtype == np.float32
    assert starts == sorted(starts)
    assert source.remarks == ()


def test_rows_are_taken_in_any_order(folder, X):
    at = np.random.default_rng(1).permutation(N)[:500]
    at = np.append(at, at[:3])
    source = stored_rows(folder)
    np.testing.assert_array_equal(source.take(at), X[at])
    np.testing.assert_array_equal(source.take(slice(0, N, 7)), X[::7])
    assert source.take(at).dtype == np.float64
    assert source.take(at[:0]).shape == (0, D)


def test_only_the_row_groups_that_hold_a_row_are_read(folder, X, monkeypatch):
    read = []
    own = pq.ParquetFile.iter_batches

    def counted(self, *args, row_groups, **options):
        read.append(list(row_groups))
        return own(self, *args, row_groups=row_groups, **options)

    source = stored_rows(folder)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", counted)
    np.testing.assert_array_equal(source.take(np.array([710, 2_350])), X[[710, 2_350]])
    assert read == [[1], [2]]


def test_only_needed_columns_are_read(X, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(table(X, name=["a"] * N), path)
    source = stored_rows(path, ["c2", "c0"])
    np.testing.assert_array_equal(rows_of(source)[0], X[:, [2, 0]])
    (_, batch), *_ = source.fragments()[0].read(source.columns.names)
    assert sorted(batch.schema.names) == ["c0", "c2"]


def test_a_large_row_group_is_read_in_blocks_of_bounded_size(tmp_path):
    X = np.random.default_rng(0).normal(size=(200_000, 16)).astype(np.float32)
    pq.write_table(table(X), tmp_path / "t.parquet", row_group_size=len(X))
    source, largest = stored_rows(tmp_path / "t.parquet"), 0
    tracemalloc.start()
    for fragment in source.fragments():
        for block in fragment.blocks():
            largest = max(largest, block.rows.nbytes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert largest <= X.nbytes / 10
    assert peak <= 4 * largest + 2**20  # one block, and the next one as it is made


def test_row_groups_are_shared_out_to_fragments_that_can_be_sent(tmp_path, monkeypatch):
    monkeypatch.setattr("cutplane.scanning.stored._FRAGMENT", 2_100 * D)
    X = np.arange(N * D, dtype=float).reshape(N, D)
    pq.write_table(table(X), tmp_path / "t.parquet", row_group_size=1_000)
    fragments = stored_rows(tmp_path / "t.parquet").fragments()
    assert [(own.start, own.n_rows) for own in fragments] == [(0, 2000), (2000, 2000), (4000, 1000)]
    again = pickle.loads(pickle.dumps(fragments[1]))
    np.testing.assert_array_equal(np.vstack([b.rows for b in again.blocks()]), X[2000:4000])


def test_types_of_numbers_become_rows_in_the_precision_that_holds_them(tmp_path):
    small = {
        "half": pa.array(np.array([1, 2, 3], np.float16)),
        "truth": pa.array([True, False, True]),
        "byte": pa.array([1, 2, 255], pa.uint8()),
        "list": pa.array([[1.5, 2], [3, 4], [5, 6]], pa.list_(pa.float32())),
        "fixed": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int16(), 2)),
        "dictionary": pa.array([1.5, 2.5, 1.5], pa.float32()).dictionary_encode(),
    }
    large = {
        "decimal": pa.array([decimal.Decimal("1.5"), decimal.Decimal("2.25"), decimal.Decimal(3)]),
        "whole": pa.array([2**40, 2, 3]),
        "a.b": pa.array([0.1, 0.2, 0.3]),
    }
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(small | large), path)
    rows, _ = rows_of(stored_rows(path, list(small)))
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows[1], [2, 0, 2, 3, 4, 3, 4, 2.5])
    rows, _ = rows_of(stored_rows(path, list(large)))
    np.testing.assert_array_equal(rows, [[1.5, 2**40, 0.1], [2.25, 2, 0.2], [3, 3, 0.3]])
    assert stored_rows(path).names[3:7] == ["list_0", "list_1", "fixed_0", "fixed_1"]


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (pa.array([1.0, None, 2.0]), r"column 'c' of '.*t.parquet' has no number in row 1,"),
        (pa.array([1.0, 2.0, np.nan]), "'c' .* has no number in row 2"),
        (pa.array([1, None, 2]), "'c' .* has no number in row 1"),
        (pa.array([-np.inf, 2.0, 1.0]), "'c' .* holds -inf in row 0"),
        (pa.array([1.0, 2.0, 1e200]), "'c' .* holds 1e.200 in row 2"),
        (pa.array([[1.0, 2.0], [1.0], [1.0, 2.0]]), "'c' .* a list of 1 numbers in row 1, .* 2 in"),
        (pa.array([[1.0], None, [2.0]], pa.list_(pa.float32(), 1)), "list of 0 numbers in row 1"),
    ],
)
def test_a_cell_without_a_number_is_named_on_the_first_pass(column, problem, tmp_path):
    try:
        pq.write_table(pa.table({"b": [1.0, 2.0, 3.0], "c": column}), tmp_path / "t.parquet")
    except pa.ArrowNotImplementedError:
        pytest.skip("this pyarrow cannot write such a column")
    source = stored_rows(tmp_path / "t.parquet")
    with pytest.raises(InvalidInputError, match=problem):
        rows_of(source)
    rows_of(stored_rows(tmp_path / "t.parquet", ["b"]))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (["a", "b"], "string"),
        ([datetime.date(2020, 1, 1)] * 2, "date32"),
        (pa.array(["a", "b"]).dictionary_encode(), "string"),
        ([{"k": 1}] * 2, "struct"),
        ([["a"], ["b"]], "list"),
        (pa.nulls(2), "null"),
    ],
)
def test_columns_of_something_else_are_refused_at_once(column, kind, tmp_path):
    pq.write_table(pa.table({"a": [1.0, 2.0], "c": column}), tmp_path / "t.parquet")
    with pytest.raises(InvalidInputError, match=f"'c' of '.*t.parquet' holds {kind}.*columns="):
        stored_rows(tmp_path / "t.parquet")


def test_columns_that_are_not_there_or_twice(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table([[1.0], [2.0], [3.0]], ["width", "a", "a"]), path)
    for columns, problem in (
        (["widht"], "'widht' is not in .*is it 'width'"),
        (["a"], "'a' comes twice"),
        (["width", "width"], "'width' comes twice"),
        ([], "no column"),
    ):
        with pytest.raises(InvalidInputError, match=problem):
            stored_rows(path, columns)


def test_files_with_other_columns_are_both_named(tmp_path):
    pq.write_table(pa.table({"a": [1.0], "b": [1.0]}), tmp_path / "1.parquet")
    for other, problem in (
        ({"a": [1.0]}, "'b' is in the first only"),
        ({"a": [1.0], "b": [1.0], "z": [1.0]}, "'z' is in the second only"),
        ({"a": [1.0], "b": [1]}, "'b' holds double in the first, int64 in the second"),
    ):
        pq.write_table(pa.table(other), tmp_path / "2.parquet")
        with pytest.raises(InvalidInputError, match=rf"1.parquet' and '.*2.parquet'.*{problem}"):
            stored_rows(tmp_path)
        assert stored_rows(tmp_path, ["a"]).n_rows == 2


def test_columns_in_another_order_are_the_same_columns(tmp_path):
    pq.write_table(pa.table({"a": [1.0], "b": [2.0]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"b": pa.array([4.0]).dictionary_encode(), "a": [3.0]}),
                   tmp_path / "2.parquet")  # fmt: skip
    np.testing.assert_array_equal(rows_of(stored_rows(tmp_path))[0], [[1, 2], [3, 4]])


def test_what_is_no_parquet_is_said(folder):
    (folder / "notes.txt").touch()
    assert stored_rows(folder).remarks == (
        "1 file is no Parquet and not read (the first: 'notes.txt').",
    )
    (folder / "year=2020").mkdir()
    os.replace(folder / "part-2.parquet", folder / "year=2020" / "part-2.parquet")
    assert "'year=2020') is no column" in stored_rows(folder).remarks[1]


def test_folders_and_files_without_rows(tmp_path):
    with pytest.raises(InvalidInputError, match="no Parquet file in the folder"):
        stored_rows(tmp_path)
    with pytest.raises(InvalidInputError, match="no file or folder"):
        stored_rows(tmp_path / "nowhere")
    pq.write_table(pa.table({"a": pa.array([], pa.float64())}), tmp_path / "t.parquet")
    with pytest.raises(InvalidInputError, match="holds no rows"):
        stored_rows(tmp_path)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then something else PAR1")
    with pytest.raises(InvalidInputError, match=r"t.parquet' cannot be read as Parquet"):
        stored_rows(tmp_path)


def test_a_file_that_changes_between_two_passes_is_refused(folder, X):
    source = stored_rows(folder)
    rows_of(source)
    pq.write_table(table(X[:901]), folder / "part-2.parquet")
    with pytest.raises(InvalidInputError, match=r"part-2.parquet' is no longer what it was.* 901 "):
        rows_of(source)
    os.remove(folder / "part-2.parquet")
    with pytest.raises(InvalidInputError, match=r"there is no file '.*part-2.parquet'"):
        rows_of(source)


def test_rows_are_found_in_their_file(folder, X):
    source = stored_rows(folder)
    where = source.place(3_999)
    assert (where.name, where.row) == (str(folder / "part-33" / "1.parquet"), 3_099)
    assert source.cells(4_001) == {f"c{j}": pytest.approx(X[4_001, j]) for j in range(D)}


def test_names_that_say_the_same_number_have_an_order(tmp_path):
    names = ["a01", "a1", "a", "b", "a1b", "a1.5", "A2"]
    keys = [parquet_files._natural(tmp_path / name) for name in names]
    assert sorted(keys) == sorted(keys)
    assert len(set(keys)) == len(names)


def test_the_index_of_pandas_is_not_read_unless_named(tmp_path):
    pd.DataFrame({"a": [1.0, 2.0]}, index=[5, 9]).to_parquet(tmp_path / "t.parquet")
    source = stored_rows(tmp_path / "t.parquet")
    assert source.names == ["a"]
    assert source.remarks == ("The index that pandas wrote (__index_level_0__) is not read.",)
    named = stored_rows(tmp_path / "t.parquet", ["__index_level_0__"])
    assert named.take(np.array([1])).tolist() == [[9.0]]
