"""NumPy's archives: a matrix ``X``, its column names, and arrays of labels."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from cutplane.errors import InvalidInputError
from cutplane.tables.column_names import require_name
from cutplane.tables.compression import check_members
from cutplane.tables.sheet import Sheet, sheet_of


def read_npz(path: Path, target: str | None) -> Sheet:
    """Read ``X`` of shape (n, d), ``columns`` of shape (d,), and the labels; no other array.

    Parameters
    ----------
    path : Path
    target : str or None
        Name of the array of labels; ``y`` by default, where there is one.

    Raises
    ------
    InvalidInputError
        An array has another shape, or holds Python objects.
    """
    if not zipfile.is_zipfile(path):
        raise InvalidInputError(f"{path.name!r} is not an .npz file; write it with numpy.savez")
    check_members(path)
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        for member in file.zip.infolist():  # each has its name twice; one damaged hides an array
            file.zip.open(member).close()
        X = _array(path, file, "X")
        if X is None or X.ndim != 2 or X.dtype.kind not in "fiub":
            found = "no array X" if X is None else f"X of shape {X.shape} and type {X.dtype}"
            raise InvalidInputError(
                f"{path.name!r} holds {found}; numbers of shape (n, d) are needed"
            )
        names, labels = _array(path, file, "columns"), _array(path, file, target or "y")
        if labels is None and target is not None:
            others = [name for name in file.files if name not in ("X", "columns")]
            require_name(path.name, target, others)
    for what, array, length in (("columns", names, X.shape[1]), (target or "y", labels, len(X))):
        if array is not None and array.shape != (length,):
            raise InvalidInputError(
                f"{path.name!r} holds {what} of shape {array.shape} beside X of shape {X.shape}; "
                f"({length},) was expected"
            )
    header = [f"x{j}" for j in range(X.shape[1])] if names is None else [*map(str, names)]
    columns = [pa.array(column, pa.float64(), from_pandas=True) for column in X.astype(float).T]
    sheet = sheet_of(path.name, header, columns, None)
    if labels is None:
        return sheet
    return replace(sheet, target=target or "y", labels=_labels(labels))


def _array(path: Path, file: NpzFile, name: str) -> NDArray | None:
    if name not in file.files:
        return None
    try:
        return file[name]
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        raise InvalidInputError(
            f"the array {name!r} of {path.name!r} holds Python objects, which are never loaded; "
            f"save it as numbers or as text, such as {name}.astype(str)"
        ) from error


def _labels(labels: NDArray) -> pa.Array:
    if labels.dtype.kind in "SOVc":
        raise InvalidInputError(
            f"the labels are of type {labels.dtype}; save them as numbers or as text"
        )
    if labels.dtype.kind in "U":
        return pa.array(labels.tolist(), pa.string())
    return pa.array(labels, from_pandas=True)
