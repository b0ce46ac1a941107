"""Record batches that somebody else makes, as rows."""

import numpy as np
import pyarrow as pa
import pytest

from cutplane import InvalidInputError, stored_rows
from cutplane.scanning.arrays import ArraySource

X = np.random.default_rng(0).normal(size=(1_000, 3))
TABLE = pa.table({f"c{j}": column for j, column in enumerate(X.T)})


def rows_of(source):
    return np.vstack([b.rows for f in source.fragments() for b in f.blocks()])


def readers():
    """Batches that a reader gives, made anew at every call."""
    return pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches(max_chunksize=300))


@pytest.mark.parametrize(
    "given",
    [
        TABLE,
        TABLE.to_batches(max_chunksize=70),
        readers,
        [readers],
        [lambda: TABLE.slice(0, 400).to_batches(), lambda: TABLE.slice(400)],
        [TABLE.slice(0, 0), TABLE.slice(0, 10).to_batches()[0], TABLE.slice(10)],
    ],
)
def test_batches_are_the_rows_they_hold(given):
    source = stored_rows(given)
    assert (source.n_rows, source.names) == (1_000, ["c0", "c1", "c2"])
    np.testing.assert_array_equal(rows_of(source), X)
    at = [999, 3, 400, 3]
    np.testing.assert_array_equal(source.take(np.array(at)), X[at])
    np.testing.assert_array_equal(stored_rows(given, ["c2"]).take(slice(0, 9)), X[:9, 2:])


def test_a_function_is_called_for_every_pass_and_a_reader_is_refused():
    with pytest.raises(InvalidInputError, match="a reader is empty after one pass"):
        stored_rows([readers()])
    calls = []

    def made():
        calls.append(1)
        return readers()

    source = stored_rows(made)
    begun = len(calls)
    rows_of(source)
    rows_of(source)
    assert len(calls) == begun + 2


def test_other_batches_than_those_counted_are_refused():
    sizes = iter([10, 10, 11, 9])
    source = stored_rows(lambda: TABLE.slice(0, next(sizes)))
    with pytest.raises(InvalidInputError, match="11 rows came from"):
        rows_of(source)
    with pytest.raises(InvalidInputError, match="9 rows came"):
        rows_of(source)


def test_batches_of_another_type_are_refused():
    single = pa.table({"a": pa.array([1.0], pa.float32())})
    for other, problem in (
        (pa.table({"a": [1.0]}), "go on with others .a double"),
        (pa.table({"b": [1.0]}), "'a' is not in"),
        (pa.table({"a": ["x"]}), "'a' of .* holds string"),
    ):
        with pytest.raises(InvalidInputError, match=problem):
            rows_of(stored_rows([single, other]))


def test_nothing_to_read():
    with pytest.raises(InvalidInputError, match="holds no rows"):
        stored_rows(TABLE.slice(0, 0))
    with pytest.raises(InvalidInputError, match="a int arrived among the record batches"):
        stored_rows([1])


def test_a_file_of_numpy_is_mapped(tmp_path):
    path = tmp_path / "rows.npy"
    np.save(path, X.astype(np.float32))
    source = stored_rows(path)
    assert isinstance(source, ArraySource)
    assert isinstance(source.rows, np.memmap)
    for bad, problem in (
        (X[0], r"shape \(3,\)"),
        (X.astype(int), "holds int64"),
        (X.astype(object), "cannot be mapped"),
    ):
        np.save(path, bad)
        with pytest.raises(InvalidInputError, match=problem):
            stored_rows(path)
    with pytest.raises(InvalidInputError, match="have no names"):
        stored_rows(path, ["a"])
