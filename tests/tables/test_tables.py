import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.table import read_table


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "age": [31.0, np.nan, 58.0, 44.0],
            "color": ["red", "blue", None, "red"],
            "y": ["yes", "no", None, "yes"],
        }
    )


def write(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_csv_and_parquet_read_the_same(frame, tmp_path, name):
    table = read_table(write(frame, tmp_path / name), "y")
    assert table.name == "t"
    assert list(table.features.columns) == ["age", "color"]
    assert table.labelled_rows.tolist() == [0, 1, 3]
    assert table.labels.tolist() == ["yes", "no", "yes"]
    assert table.task == "classification"


def test_without_target_every_column_is_a_feature(frame, tmp_path):
    table = read_table(write(frame, tmp_path / "t.csv"))
    assert list(table.features.columns) == ["age", "color", "y"]
    assert table.target is None
    assert len(table.labelled_rows) == len(table.labels) == 0


def test_integer_labels_with_empty_cells_stay_integers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,\n3,1\n")
    labels = read_table(path, "y").labels
    assert labels.dtype.kind == "i"
    assert labels.tolist() == [0, 1]


def test_na_is_a_class_in_the_target_and_missing_in_a_feature(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\nNA,NA\n?,None\n3,\n")
    table = read_table(path, "y")
    assert table.labels.tolist() == ["NA", "None"]
    assert table.features["a"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("y", "task"),
    [
        ([0.5, 1.25, 2.0], "regression"),
        (np.arange(300), "regression"),
        (np.arange(300) % 26, "classification"),
        ([1.0, 2.0, 1.0], "classification"),
        (["1.5", "2.5", "x"], "classification"),
    ],
)
def test_task_follows_the_target(tmp_path, y, task):
    pd.DataFrame({"a": range(len(y)), "y": y}).to_csv(tmp_path / "t.csv", index=False)
    assert read_table(tmp_path / "t.csv", "y").task == task


def test_the_task_can_be_overridden(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y,z\n1,1,0.5\n2,3,1.5\n3,3,0.5\n")
    labels = read_table(path, "y", task="regression").labels
    assert labels.dtype == float
    assert labels.tolist() == [1, 3, 3]
    table = read_table(path, "z", task="classification")
    assert table.labels.tolist() == ["0.5", "1.5", "0.5"]
    assert table.task == "classification"


def test_a_task_that_the_target_cannot_have(frame, tmp_path):
    path = write(frame, tmp_path / "t.csv")
    with pytest.raises(InvalidInputError, match="holds text, and --task regression"):
        read_table(path, "y", task="regression")
    with pytest.raises(InvalidInputError, match="the task is 'ranking'"):
        read_table(path, "y", task="ranking")


def test_column_names_alone_will_do_when_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n")
    table = read_table(path, "y", may_be_empty=True)
    assert list(table.features.columns) == ["a", "b"]
    assert len(table.labels) == 0


def test_npz_uses_y_and_columns(tmp_path):
    X = np.arange(6.0).reshape(3, 2)
    np.savez(tmp_path / "t.npz", X=X, y=np.array(["a", "b", ""]), columns=np.array(["u", "v"]))
    table = read_table(tmp_path / "t.npz")
    assert list(table.features.columns) == ["u", "v"]
    np.testing.assert_array_equal(table.features.to_numpy(), X)
    assert table.labelled_rows.tolist() == [0, 1]


def test_npz_target_names_another_array_and_nan_is_unlabelled(tmp_path):
    np.savez(tmp_path / "t.npz", X=np.eye(3), y=np.zeros(3), z=np.array([1.0, np.nan, 2.0]))
    table = read_table(tmp_path / "t.npz", "z")
    assert table.labelled_rows.tolist() == [0, 2]
    assert table.labels.tolist() == [1, 2]


def test_npz_without_y_is_unlabelled(tmp_path):
    np.savez(tmp_path / "t.npz", X=np.eye(3))
    table = read_table(tmp_path / "t.npz")
    assert table.target is None
    assert list(table.features.columns) == ["x0", "x1", "x2"]


def test_built_in_data_set():
    table = read_table("spiral")
    assert table.features.shape == (100, 2)
    assert table.test_size == 0.2
    with pytest.raises(InvalidInputError, match="leave --target out"):
        read_table("spiral", "y")


def test_unknown_target_names_the_columns(frame, tmp_path):
    with pytest.raises(
        InvalidInputError, match="no target 'label'; its columns are 'age', 'color', 'y'"
    ):
        read_table(write(frame, tmp_path / "t.csv"), "label")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "cannot read"),
        ("t.csv", b"a,y\n", "holds no rows"),
        ("t.csv", b"a,y\n\x00,1\n", "line 2 holds a byte of zero"),
        ("t.csv", b'a,y\n1,2\n"3,4\n', "cannot read"),
        ("t.parquet", b"not parquet", "cannot read"),
        ("t.npz", b"PK not a zip", "is not an .npz file"),
        ("t.doc", b"a,y\n1,2\n", "cannot tell what"),
    ],
)
def test_unreadable_files(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        read_table(tmp_path / name, "y")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InvalidInputError, match="there is no file"):
        read_table(tmp_path / "nope.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InvalidInputError, match=r"is a folder; .* single file"):
        read_table(tmp_path / "folder.csv")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": np.ones(3)}, "no array X"),
        ({"X": np.ones(3)}, r"X of shape \(3,\)"),
        ({"X": np.array([["a", "b"]])}, "X of shape"),
        ({"X": np.eye(3), "y": np.ones(2)}, r"y of shape \(2,\)"),
        ({"X": np.eye(3), "columns": np.array(["a"])}, "columns of shape"),
        ({"X": np.eye(3), "y": np.array([1, {}, 2], dtype=object)}, "'y' .* Python objects"),
    ],
)
def test_npz_of_the_wrong_shape(tmp_path, arrays, message):
    np.savez(tmp_path / "t.npz", **arrays)
    with pytest.raises(InvalidInputError, match=message):
        read_table(tmp_path / "t.npz")


def test_infinite_target(tmp_path):
    np.savez(tmp_path / "t.npz", X=np.eye(3), y=np.array([0, np.inf, 1]))
    with pytest.raises(InvalidInputError, match="infinite"):
        read_table(tmp_path / "t.npz")
