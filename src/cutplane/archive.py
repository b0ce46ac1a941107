"""Arrays and JSON metadata in one .npz file, without pickle: networks and models are stored so."""

from __future__ import annotations

import json
import operator
import os
import stat
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Metadata
from cutplane.atomic import replacing
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.npz import checked, digest, read_npz, write_npz
from cutplane.plain_text import printable

FORMAT_VERSION = 1
#: Members that hold no array of the caller's.
_METADATA, _DIGEST = "metadata", "digest"


def write_archive(
    path: str | Path, arrays: Mapping[str, NDArray], metadata: Metadata, *, what: str
) -> None:
    """Write arrays and metadata, and the SHA-256 of all of it.

    Parameters
    ----------
    path : str or Path
        Taken as it is, no suffix is added; replaced at once (see :func:`replacing`).
    arrays : mapping of str to ndarray
        Of numbers, booleans or text.
    metadata : mapping
        In types that JSON knows.
    what : str
        What the file holds, "network" or "model"; checked when it is read.

    Raises
    ------
    InvalidInputError
        Nothing can be written there, or an array holds something else.
    """
    try:
        arrays = {name: checked(name, array) for name, array in arrays.items()}
    except ValueError as error:
        raise InvalidInputError(
            f"{error}, which cannot be stored; use booleans, numbers of at most 64 bits, or text"
        ) from error
    header = {
        "format": f"cutplane-{what}",
        "format_version": FORMAT_VERSION,
        "cutplane": version("cutplane"),
    }
    text = json.dumps({**header, **metadata})
    members = {_METADATA: np.frombuffer(text.encode(), dtype=np.uint8), **arrays}
    with replacing(path) as file:
        write_npz(file, members | {_DIGEST: digest(members)})


def write_json(path: str | Path, content: Metadata) -> None:
    """Write JSON that people read, too; replaced at once, errors too as for :func:`replacing`."""
    with replacing(path) as file:
        file.write((json.dumps(content, indent=2) + "\n").encode())


def read_archive(path: str | Path, *, what: str) -> tuple[Arrays, Metadata]:
    """Read back what :func:`write_archive` wrote.

    Returns
    -------
    arrays : dict of str to ndarray
    metadata : dict

    Raises
    ------
    InvalidInputError
        There is no such file, or it cannot be read.
    ModelFileError
        The file holds something else, is damaged, or comes from a newer version.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for
            raise InvalidInputError(f"{str(path)!r} is no file; give a saved {what}")
        with Path(path).open("rb") as file:
            arrays = read_npz(file)
        metadata = json.loads(arrays[_METADATA].tobytes())
        is_ours = metadata["format"] == f"cutplane-{what}"
        format_version = operator.index(metadata["format_version"])
    except FileNotFoundError:
        raise InvalidInputError(f"{str(path)!r} does not exist; give a saved {what}") from None
    except InvalidInputError:
        raise
    except (NotADirectoryError, PermissionError) as error:
        raise InvalidInputError(
            f"{str(path)!r} cannot be read ({error.strerror}); give a saved {what}"
        ) from error
    except Exception as error:  # damaged bytes can fail anywhere in zipfile and NumPy
        raise damaged(path, error, what=what) from error
    if format_version > FORMAT_VERSION:
        raise ModelFileError(
            f"{str(path)!r} has format {metadata['format_version']}, this cutplane reads up to "
            f"{FORMAT_VERSION}; upgrade cutplane to at least {metadata.get('cutplane')}"
        )
    stored = arrays.pop(_DIGEST, np.empty(0))
    if not np.array_equal(stored, digest(arrays)):
        raise damaged(path, ValueError("its content is not what was written"), what=what)
    if not is_ours:
        raise ModelFileError(f"{str(path)!r} is a {metadata['format']} file, not {_a(what)}")
    del arrays[_METADATA]
    return arrays, metadata


def damaged(path: str | Path, error: Exception, *, what: str) -> ModelFileError:
    """The error to raise when a file lacks what it should hold."""
    reason = " ".join(str(error).split()) or type(error).__name__
    writer = _writer(path)
    older = f", or cutplane {writer} wrote it otherwise: make it again" if writer else ""
    return ModelFileError(
        f"{str(path)!r} is not {_a(what)} that cutplane saved, or it is damaged ({reason}){older}"
    )


def _writer(path: str | Path) -> str:
    """The version of cutplane that says to have written a file, where it is another one."""
    try:
        with Path(path).open("rb") as file:
            said = str(json.loads(read_npz(file)[_METADATA].tobytes())["cutplane"])
    except Exception:  # damaged bytes can fail anywhere in zipfile and NumPy
        return ""
    return "" if said == version("cutplane") else printable(said)


def _a(noun: str) -> str:
    """The noun with its article."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
