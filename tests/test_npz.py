"""Whatever a file says of itself, it is read as it is or refused, in the memory of its size."""

import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from cutplane.npz import digest, read_npz

DTYPES = st.sampled_from(["f8", ">f8", "f4", "f2", "i8", "u1", ">u4", "?", "U3", ">U2", "S2"])

REFUSED = (ValueError, SyntaxError, MemoryError, RecursionError, TypeError, KeyError)


def stored(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file


def member(header, content=b"", *, name="a.npy", compression=zipfile.ZIP_STORED):
    """A file whose one member says ``header`` of its content."""
    text = (header + "\n").encode()
    body = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as container:
        container.writestr(name, body)
    return file


@given(arrays_of.arrays(DTYPES, arrays_of.array_shapes(min_dims=0, min_side=0)), st.booleans())
def test_arrays_come_back(array, is_fortran):
    array = np.asarray(array, order="F" if is_fortran else "C")
    back = read_npz(stored(a=array))["a"]
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.flags.writeable
    native = {"a": array.astype(back.dtype)}
    assert digest({"a": back}).tolist() == digest(native).tolist()


def test_order_in_memory_comes_back():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert read_npz(stored(a=array))["a"].flags.f_contiguous
    assert digest({"a": array}).tolist() != digest({"a": array.copy(order="C")}).tolist()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (8,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (True, 1.0)}",
        "{'descr': '|b1', 'fortran_order': False, 'shape': (8,)}",
        "{'descr': '<U2', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8,<f8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': 'a8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<U2147483648', 'fortran_order': False, 'shape': (0,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,)}",
        "{'descr': '<f8', 'shape': (1,)}",
        "[1]",
        "__import__('os').getcwd()",
        "(" * 300,
        "-" * 9_000 + "1",
        "[" * 60_000,
        "",
    ],
)
def test_headers_that_do_not_fit_are_refused(header):
    with pytest.raises(REFUSED):
        read_npz(member(header, struct.pack("<d", -1e300)))


def test_what_is_compressed_is_not_unpacked():
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,)}"
    bomb = member(header, bytes(100_000_000), compression=zipfile.ZIP_DEFLATED)
    assert bomb.seek(0, 2) < 200_000
    with pytest.raises(ValueError, match=r"compressed|larger"):
        read_npz(bomb)


def test_members_that_overlap_are_refused():
    """A directory that names one large member a hundred times."""
    content = stored(a=np.zeros(10_000)).getvalue()
    begin = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[begin:end]
    entries = b"".join(entry.replace(b"a.npy", b"%c.npy" % i) for i in range(65, 91))
    tail = content[end:]
    size = struct.pack("<HHLL", 26, 26, len(entries), begin)
    file = io.BytesIO(content[:begin] + entries + tail[:8] + size + tail[20:])
    with pytest.raises(ValueError, match="larger than the file"):
        read_npz(file)


def test_two_members_of_one_name_and_other_members_are_refused():
    file = stored(a=np.zeros(1))
    with (
        zipfile.ZipFile(file, "a") as container,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        container.writestr("a.npy", b"")
    with pytest.raises(ValueError, match="one name"):
        read_npz(file)
    with pytest.raises(ValueError, match="no array"):
        read_npz(member("", name="readme.txt"))
