"""What the first bytes of a file say that it is, whatever its name says."""

from __future__ import annotations

from pathlib import Path

_BEGINNINGS = {
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\x00": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip, .xlsx, .xlsm or .npz",
    b"PAR1": ".parquet",
    b"ARROW1": ".feather or .arrow",
    b"FEA1": ".feather",
    b"\xd0\xcf\x11\xe0": ".xls",
    b"%PDF": ".pdf",
    b"SQLite format 3": ".sqlite",
    b"\x93NUMPY": ".npy",
}


def beginning_of(path: Path) -> str:
    """The suffix, or suffixes, of files that begin like this one; empty for others."""
    with path.open("rb") as file:
        first = file.read(max(map(len, _BEGINNINGS)))
    return next((kind for mark, kind in _BEGINNINGS.items() if first.startswith(mark)), "")
