import json
import os

import numpy as np
import pytest

from cutplane import archive
from cutplane.archive import read_archive, write_archive, write_json
from cutplane.errors import InvalidInputError, ModelFileError
from rewriting import contents, rewritten


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.npz"
    write_archive(path, {"w": np.eye(2), "on": np.array([True])}, {"n": [1, 2]}, what="model")
    return path


def test_arrays_and_metadata_come_back(path):
    arrays, metadata = read_archive(path, what="model")
    np.testing.assert_array_equal(arrays.pop("w"), np.eye(2))
    assert arrays.pop("on").tolist() == [True]
    assert not arrays
    assert metadata["n"] == [1, 2]


def test_the_name_is_kept_as_it_is(tmp_path):
    write_archive(tmp_path / "model", {}, {}, what="model")
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_the_file_needs_no_pickle(path):
    with np.load(path, allow_pickle=False) as file:
        assert all(file[name].dtype.kind != "O" for name in file.files)


def test_another_kind_is_named(path):
    with pytest.raises(ModelFileError, match="cutplane-model file, not a network"):
        read_archive(path, what="network")


def test_a_newer_format_asks_to_upgrade(path, monkeypatch):
    monkeypatch.setattr(archive, "FORMAT_VERSION", 0)
    with pytest.raises(ModelFileError, match="upgrade cutplane"):
        read_archive(path, what="model")


def test_an_absent_file(tmp_path):
    with pytest.raises(InvalidInputError, match="does not exist"):
        read_archive(tmp_path / "absent.npz", what="model")


def test_every_cut_short_file_is_damaged(path):
    content = path.read_bytes()
    for length in range(0, len(content), 37):
        path.write_bytes(content[:length])
        with pytest.raises(ModelFileError, match="damaged"):
            read_archive(path, what="model")


@pytest.mark.parametrize("metadata", [b"", b"{", b"[]", b"{}", b"1"])
def test_metadata_of_another_form_is_damaged(path, metadata):
    np.savez(path, metadata=np.frombuffer(metadata, dtype=np.uint8))
    with pytest.raises(ModelFileError, match="damaged"):
        read_archive(path, what="model")


def test_other_npz_files_and_text_are_refused(path):
    np.savez(path, X=np.eye(2))
    with pytest.raises(ModelFileError, match="is not a model that cutplane saved"):
        read_archive(path, what="model")
    path.write_text("text")
    with pytest.raises(ModelFileError, match="is not a model that cutplane saved"):
        read_archive(path, what="model")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04N."])
def test_a_file_of_another_kind_is_not_said_to_hold_pickles(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ModelFileError, match=r"not an estimator.*no \.npz file") as error:
        read_archive(tmp_path / "other", what="estimator")
    assert "pickle" not in str(error.value)


def test_json_is_written_for_readers(tmp_path):
    write_json(tmp_path / "a.json", {"größe": [1, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"größe": [1, None]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_every_changed_byte_of_a_value_is_noticed(path):
    arrays, metadata = contents(path)
    with np.load(path) as file:
        digest = file["digest"]
    for changed in (
        {"w": arrays["w"] + 1e-300 * np.eye(2)[::-1]},
        {"w": arrays["w"].copy(order="F")},
        {"w": arrays["w"].astype(np.float32)},
        {"w": arrays["w"].reshape(1, 4)},
        {"v": arrays.pop("w")},
    ):
        rewritten(path, arrays | changed, metadata)
        with np.load(path) as file:
            members = dict(file)
        np.savez(path, **members | {"digest": digest})
        with pytest.raises(ModelFileError, match="not what was written"):
            read_archive(path, what="model")


def test_changed_metadata_are_noticed(path):
    with np.load(path) as file:
        members = dict(file)
    text = members["metadata"].tobytes().replace(b"[1, 2]", b"[1, 3]")
    np.savez(path, **members | {"metadata": np.frombuffer(text, dtype=np.uint8)})
    with pytest.raises(ModelFileError, match="not what was written"):
        read_archive(path, what="model")


@pytest.mark.parametrize(
    "values",
    [
        np.array([1, "a"], dtype=object),
        np.array([1 + 1j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("a", float)]),
        np.longdouble([1]),
        np.array(["half \ud800"]),
    ],
)
def test_what_cannot_be_read_back_is_not_written(values, tmp_path):
    with pytest.raises(InvalidInputError, match=r"'labels' holds .*cannot be stored"):
        write_archive(tmp_path / "a", {"labels": values}, {}, what="model")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match="is no file; give a saved model"):
        read_archive(tmp_path, what="model")


@pytest.mark.skipif(os.name == "nt", reason="no pipes of that kind there")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInputError, match="is no file"):
        read_archive(tmp_path / "pipe", what="model")


def test_a_name_that_no_file_can_have(tmp_path):
    for name in ("nul\0", "n" * 300, "half \ud800"):
        with pytest.raises((InvalidInputError, ModelFileError)):
            read_archive(tmp_path / name, what="model")


def test_what_another_version_wrote_otherwise_is_to_be_made_again(path, monkeypatch):
    error = KeyError("threshold")
    assert "cutplane" not in str(archive.damaged(path, error, what="model")).split("damaged")[1]
    monkeypatch.setattr(archive, "version", lambda name: "99.0")
    message = str(archive.damaged(path, error, what="model"))
    assert "'threshold'" in message
    assert message.endswith("wrote it otherwise: make it again")
    path.write_bytes(path.read_bytes()[:-50])
    assert str(archive.damaged(path, error, what="model")).endswith("('threshold'))"[:-1])
