""".npz files; those that anybody may have made are read with nothing unpacked, run or believed."""

from __future__ import annotations

import ast
import hashlib
import math
import re
import zipfile
from collections.abc import Mapping
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cutplane._types import Arrays

_SUFFIX, _MAGIC = ".npy", b"\x93NUMPY\x01\x00"
#: Python cannot parse any nesting.
_LONGEST_HEADER = 10_000
#: Booleans, numbers and text.
_TYPE = re.compile(r"[<>|](b1|[iuf][1248]|[US]\d{1,9})")


def checked(name: str, array: NDArray) -> NDArray:
    """An array of values that files hold, in the byte order of this machine.

    ValueError for other values than booleans, numbers of at most 64 bits and text, and for bytes
    that are no truth value or no character.
    """
    dtype = array.dtype
    if dtype.kind not in "US" and not (dtype.kind in "biuf" and dtype.itemsize <= 8):
        raise ValueError(f"{name!r} holds values of type {dtype}")
    array = array.astype(dtype.newbyteorder("="), copy=False)
    if dtype.kind == "b":
        is_valid = array.view(np.uint8).max(initial=0) <= 1
    elif dtype.kind == "U" and dtype.itemsize:
        is_valid = _are_characters(np.ravel(array).view(np.uint32))
    else:
        return array
    if not is_valid:
        raise ValueError(f"{name!r} holds bytes that are no {dtype.type.__name__}")
    return array


def digest(arrays: Mapping[str, NDArray]) -> NDArray[np.uint8]:
    """SHA-256 of names, types, shapes, order in memory and values, as 32 numbers."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        is_fortran = array.flags.f_contiguous and not array.flags.c_contiguous
        own = array.T if is_fortran else array
        total.update(repr((name, array.dtype.str, array.shape, is_fortran)).encode())
        total.update(np.ascontiguousarray(own).data)
    return np.frombuffer(total.digest(), dtype=np.uint8)


def write_npz(file: IO[bytes], arrays: Mapping[str, NDArray]) -> None:
    """Write arrays of any names, none of them compressed; the same arrays give the same bytes."""
    with zipfile.ZipFile(file, "w") as container:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(name + _SUFFIX)
            with container.open(member, "w", force_zip64=True) as stream:
                npy.write_array(stream, array, version=(1, 0), allow_pickle=False)


def read_npz(file: IO[bytes]) -> Arrays:
    """Every array of an uncompressed .npz file, none larger than the file says it is.

    Memory is bounded by the size of the file: no member is compressed, together they are not
    larger than the file, and each array has as many bytes as its member.

    Raises
    ------
    Exception
        Of any kind, where the file is another one or damaged.
    """
    if not zipfile.is_zipfile(file):
        raise ValueError("no .npz file")
    size = file.seek(0, 2)
    with zipfile.ZipFile(file) as container:
        members = container.infolist()
        if sum(member.file_size for member in members) > size:
            raise ValueError("its parts are larger than the file")
        if len({member.filename for member in members}) < len(members):
            raise ValueError("two parts of one name")
        return dict(_array(container, member) for member in members)


def _array(container: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, NDArray]:
    """Name and values of a member."""
    name = member.filename
    if member.compress_type != zipfile.ZIP_STORED or not name.endswith(_SUFFIX):
        raise ValueError(f"{name!r} is compressed, or no array")
    with container.open(member) as stream:
        shape, is_fortran, dtype = _header(stream)
        content = stream.read()
    if math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"{name!r} has {len(content)} bytes for shape {shape}")
    array = np.frombuffer(bytearray(content), dtype) if content else np.empty(0, dtype)
    array = array.reshape(shape[::-1]).T if is_fortran else array.reshape(shape)
    return name.removesuffix(_SUFFIX), checked(name, array)


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type that an array says it has.

    References
    ----------
    NumPy, NEP 1: a simple file format for NumPy arrays.
    """
    prefix = stream.read(10)
    length = int.from_bytes(prefix[8:], "little")
    if prefix[:8] != _MAGIC or length > _LONGEST_HEADER:
        raise ValueError("no array of format 1.0")
    header = ast.literal_eval(stream.read(length).decode("latin1"))
    kind, is_fortran, shape = (header[key] for key in ("descr", "fortran_order", "shape"))
    if not _TYPE.fullmatch(kind) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"values of type {kind}, in shape {shape}")
    return tuple(shape), bool(is_fortran), np.dtype(kind)


def _are_characters(codes: NDArray[np.uint32]) -> bool:
    """Whether numbers are characters: halves of some are none, nor is what lies beyond."""
    if not codes.size or codes.max() < 0xD800:
        return True
    return bool(((codes < 0xD800) | ((codes >= 0xE000) & (codes < 0x110000))).all())
