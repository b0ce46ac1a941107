"""Files that unpack to what no table holds are refused before memory is."""

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pyarrow as pa
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.readers import read_sheet

TEXT = b"a,b\n" + b"1,2\n" * 50_000


def zipped(text):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", text)
    return made.getvalue()


def zstandard(text):
    made = pa.BufferOutputStream()
    with pa.CompressedOutputStream(made, "zstd") as stream:
        stream.write(text)
    return made.getvalue().to_pybytes()


PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
    "zst": zstandard,
}


@pytest.mark.parametrize("kind", PACK)
def test_text_is_read_until_it_is_out_of_proportion(kind, tmp_path, monkeypatch):
    path = tmp_path / f"t.csv.{kind}"
    path.write_bytes(PACK[kind](TEXT))
    assert len(read_sheet(path, None).columns[0]) == 50_000
    monkeypatch.setattr("cutplane.tables.compression._SURELY_FITS", 1000)
    monkeypatch.setattr("cutplane.tables.compression._MOST_TIMES", 10)
    with pytest.raises(InvalidInputError, match="unpacks to"):
        read_sheet(path, None)


def test_arrays_are_refused_by_the_size_they_declare(tmp_path, monkeypatch):
    path = tmp_path / "t.npz"
    np.savez_compressed(path, X=np.zeros((1000, 50)))
    assert len(read_sheet(path, None).columns) == 50
    monkeypatch.setattr("cutplane.tables.compression._SURELY_FITS", 1000)
    monkeypatch.setattr("cutplane.tables.compression._MOST_TIMES", 10)
    with pytest.raises(InvalidInputError, match="unpacks to"):
        read_sheet(path, None)
