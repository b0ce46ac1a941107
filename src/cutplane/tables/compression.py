"""The bytes of a file, whatever it is compressed with."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from cutplane.errors import InvalidInputError

#: A file that unpacks to more bytes, and to so many times its own, is no table but a trap.
_SURELY_FITS, _MOST_TIMES = 2**30, 200
_CHUNK = 2**24


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def content(path: Path) -> bytes:
    """Read all of a file; .gz, .bz2, .xz, .zst and .zip are unpacked.

    Raises
    ------
    InvalidInputError
        A .zip holds no file, or several; or what unpacks is out of all proportion.
    """
    return _UNPACK.get(path.suffix.lower(), Path.read_bytes)(path)


def name_inside(path: Path) -> str:
    """The name of the file without its compression; of the one in a .zip."""
    if path.suffix.lower() not in _UNPACK:
        return path.name
    inside = path.name.removesuffix(path.suffix)
    if path.suffix.lower() != ".zip" or Path(inside).suffix:
        return inside
    with zipfile.ZipFile(path) as archive:
        return _only(path, archive).filename


def _gunzip(path: Path) -> bytes:
    with gzip.open(path) as file:
        return _unpacked(path, file)


def _bunzip(path: Path) -> bytes:
    with bz2.open(path) as file:
        return _unpacked(path, file)


def _unxz(path: Path) -> bytes:
    with lzma.open(path) as file:
        return _unpacked(path, file)


def _unzstd(path: Path) -> bytes:
    with pa.input_stream(str(path), compression="zstd") as file:
        return _unpacked(path, file)


def _unzip(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive, archive.open(_only(path, archive)) as file:
        return _unpacked(path, file)


def check_members(path: Path) -> None:
    """Refuse an archive of members that unpack to more than a table can be.

    Raises
    ------
    InvalidInputError
        By the sizes that it declares; reading never gives more bytes than these.
    """
    with zipfile.ZipFile(path) as archive:
        _check(path, sum(member.file_size for member in archive.infolist()))


def _unpacked(path: Path, file: _Readable) -> bytes:
    whole = BytesIO()
    while chunk := file.read(_CHUNK):
        whole.write(chunk)
        _check(path, whole.tell())
    return whole.getvalue()


def _check(path: Path, n_bytes: int) -> None:
    packed = path.stat().st_size
    if n_bytes > max(_SURELY_FITS, _MOST_TIMES * packed):
        raise InvalidInputError(
            f"{path.name!r} has {packed} bytes and unpacks to {n_bytes} or more, which no table "
            "does; unpack it yourself if it is one"
        )


def _only(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [info for info in archive.infolist() if not _is_clutter(info)]
    if len(files) != 1:
        names = ", ".join(repr(info.filename) for info in files[:5]) or "none"
        raise InvalidInputError(
            f"{path.name!r} holds {len(files)} files ({names}); a .zip of one table is needed"
        )
    return files[0]


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or info.filename.startswith("__MACOSX/")


_UNPACK: dict[str, Callable[[Path], bytes]] = {
    ".gz": _gunzip,
    ".bz2": _bunzip,
    ".xz": _unxz,
    ".zst": _unzstd,
    ".zip": _unzip,
}
PACKINGS = tuple(_UNPACK)
