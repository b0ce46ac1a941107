"""Arrays and JSON metadata in one .npz file, without pickle: networks and models are stored so."""

from __future__ import annotations

import json
import operator
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutplane.errors import InvalidInputError, ModelFileError

FORMAT_VERSION = 1


def write_archive(
    path: str | Path, arrays: Mapping[str, NDArray], metadata: Mapping[str, Any], *, what: str
) -> None:
    """Write arrays and metadata.

    Parameters
    ----------
    path : str or Path
        Written as it is; no suffix is added.
    arrays : mapping of str to ndarray
        Of numbers, booleans or text.
    metadata : mapping
        In types that JSON knows.
    what : str
        What the file holds, "network" or "model"; checked when it is read.
    """
    header = {
        "format": f"cutplane-{what}",
        "format_version": FORMAT_VERSION,
        "cutplane": version("cutplane"),
    }
    text = json.dumps({**header, **metadata})
    with Path(path).open("wb") as file:
        entry = np.frombuffer(text.encode(), dtype=np.uint8)
        np.savez(file, metadata=entry, **arrays)  # type: ignore[arg-type]


def read_archive(path: str | Path, *, what: str) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """Read back what :func:`write_archive` wrote.

    Returns
    -------
    arrays : dict of str to ndarray
    metadata : dict

    Raises
    ------
    InvalidInputError
        There is no such file.
    ModelFileError
        The file holds something else, is damaged, or comes from a newer version.
    """
    try:
        with Path(path).open("rb") as raw:
            if not zipfile.is_zipfile(raw):
                raise ValueError("no .npz file")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        metadata = json.loads(arrays.pop("metadata").tobytes())
        is_ours = metadata["format"] == f"cutplane-{what}"
        format_version = operator.index(metadata["format_version"])
    except FileNotFoundError:
        raise InvalidInputError(f"{str(path)!r} does not exist; give a saved {what}") from None
    except Exception as error:  # damaged bytes can fail anywhere in zipfile, zlib and NumPy
        raise damaged(path, error, what=what) from error
    if not is_ours:
        raise ModelFileError(f"{str(path)!r} is a {metadata['format']} file, not {_a(what)}")
    if format_version > FORMAT_VERSION:
        raise ModelFileError(
            f"{str(path)!r} has format {metadata['format_version']}, this cutplane reads up to "
            f"{FORMAT_VERSION}; upgrade cutplane to at least {metadata.get('cutplane')}"
        )
    return arrays, metadata


def damaged(path: str | Path, error: Exception, *, what: str) -> ModelFileError:
    """The error to raise when a file lacks what it should hold."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return ModelFileError(
        f"{str(path)!r} is not {_a(what)} that cutplane saved, or it is damaged ({reason})"
    )


def _a(noun: str) -> str:
    """The noun with its article."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
