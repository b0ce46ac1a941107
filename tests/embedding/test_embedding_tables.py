"""Tables of embeddings: what stands beside the text survives."""

import numpy as np
import pandas as pd
import pytest

from cutplane.embedding.tables import TextTable, read_texts, write_embedded
from cutplane.errors import InvalidInputError
from cutplane.tables.table import read_table
from mutations import bytes_of


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@pytest.mark.parametrize("labels", [["None", "NA", None, "None"], [1, 0, None, 1]])
def test_labels_survive_the_way_through_a_table(tmp_path, suffix, labels, texts):
    frame = pd.DataFrame({"text": texts[:4], "label": labels, "length": [2.5, 11, 2, 8]})
    frame.to_csv(tmp_path / "in.csv", index=False)
    table = read_texts(tmp_path / "in.csv", "text")
    assert table.texts == texts[:4]
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2)
    path = tmp_path / f"out{suffix}"
    write_embedded(path, table, vectors)
    back = read_table(path, "label")
    assert back.labelled_rows.tolist() == [0, 1, 3]
    assert back.labels.tolist() == [labels[i] for i in (0, 1, 3)]
    np.testing.assert_array_equal(back.features[["text_0", "text_1"]], vectors)
    # An array of an .npz is a target or nothing; a column of a Parquet file is also a feature.
    assert list(back.features.columns) == (["length"] if suffix == ".parquet" else []) + [
        "text_0",
        "text_1",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", path.name]


def test_a_name_the_embeddings_need_is_refused(tmp_path):
    others = pd.DataFrame({"X": [1], "text_0": [2]})
    table = TextTable("text", ["a film"], others)
    for suffix, name in ((".npz", "X"), (".parquet", "text_0")):
        with pytest.raises(InvalidInputError, match=f"'{name}'"):
            write_embedded(tmp_path / f"out{suffix}", table, np.zeros((1, 1), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".npz", ".parquet"])
def test_damaged_vectors_are_noticed(tmp_path, suffix):
    """Parquet has checksums of its pages, but none of its names."""
    path, rng = tmp_path / f"t{suffix}", np.random.default_rng(0)
    vectors = rng.normal(size=(30, 4)).astype(np.float32)
    others = pd.DataFrame({"label": ["a", "b"] * 15, "n": np.arange(30.0)})
    write_embedded(path, TextTable("text", ["x"] * 30, others), vectors)
    right, content = read_table(path, "label"), path.read_bytes()
    for _ in range(150):
        path.write_bytes(bytes_of(content, rng))
        try:
            found = read_table(path, "label")
        except InvalidInputError:
            continue
        if suffix == ".npz":
            pd.testing.assert_frame_equal(found.features, right.features)
        np.testing.assert_array_equal(found.features.to_numpy(), right.features.to_numpy())
        assert found.target.tolist() == right.target.tolist()


def test_columns_of_any_name_are_written(tmp_path):
    others = pd.DataFrame({"file": [1.0, 2.0], "a/b": ["x", "y"], "allow_pickle": ["u", "v"]})
    table = TextTable("text", ["one", "two"], others)
    write_embedded(tmp_path / "t.npz", table, np.eye(2, dtype=np.float32))
    assert read_table(tmp_path / "t.npz", "a/b").target.tolist() == ["x", "y"]
    assert read_table(tmp_path / "t.npz", "file").target.tolist() == [1.0, 2.0]
