import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cutplane import archive
from cutplane.archive import read_archive, replacing, write_archive, write_json
from cutplane.errors import InvalidInputError, ModelFileError


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


def test_a_link_goes_on_pointing_to_its_file(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_a_pipe_is_written_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as reader:
        content = reader.submit(pipe.read_bytes)
        with replacing(pipe) as stream:
            stream.write(b"water")
        assert content.result(timeout=10) == b"water"
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="names of open files are of Unix")
def test_a_pipe_that_has_no_name_of_its_own_is_written():
    """As in ``--out /dev/stdout | less`` and ``--out >(gzip > file)``."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as out:
        with os.fdopen(writing, "wb"), replacing(f"/dev/fd/{writing}") as stream:
            stream.write(b"water")
        assert out.read() == b"water"


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_json(tmp_path / "file" / "a.json", {})
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="no permissions of that kind there")
def test_who_may_not_read_the_old_file_may_not_read_the_new_one(tmp_path):
    (tmp_path / "a.json").write_text("secret")
    (tmp_path / "a.json").chmod(0o600)
    write_json(tmp_path / "a.json", {})
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


def test_json_is_written_for_readers(tmp_path):
    write_json(tmp_path / "a.json", {"größe": [1, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"größe": [1, None]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
