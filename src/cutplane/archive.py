"""Arrays and JSON metadata in one .npz file, without pickle: networks and models are stored so."""

from __future__ import annotations

import json
import operator
import os
import shutil
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from cutplane._types import Arrays, Metadata
from cutplane.errors import InvalidInputError, ModelFileError

FORMAT_VERSION = 1


def write_archive(
    path: str | Path, arrays: Mapping[str, NDArray], metadata: Metadata, *, what: str
) -> None:
    """Write arrays and metadata.

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
        Nothing can be written there.
    """
    header = {
        "format": f"cutplane-{what}",
        "format_version": FORMAT_VERSION,
        "cutplane": version("cutplane"),
    }
    text = json.dumps({**header, **metadata})
    entry = np.frombuffer(text.encode(), dtype=np.uint8)
    with replacing(path) as file:
        np.savez(file, metadata=entry, **arrays)  # type: ignore[arg-type]


def write_json(path: str | Path, content: Metadata) -> None:
    """Write JSON that people read, too; replaced at once, errors too as for :func:`replacing`."""
    with replacing(path) as file:
        file.write((json.dumps(content, indent=2) + "\n").encode())


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """Give a file to write, which takes the place of ``path`` when the block ends well.

    It has another name until then, is on disk before it gets its own, and is removed if the
    block raises: a crash leaves the old file or the new one, never a part. Who may read the old
    file may read the new one. A pipe or a device cannot be replaced and takes the bytes as they
    come.

    Raises
    ------
    InvalidInputError
        Nothing can be written there.
    """
    given = Path(path)  # of /dev/stdout and >(command) the real path is none that can be opened
    target = Path(os.path.realpath(path))  # a link goes on pointing to its file
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        if given.exists() and not (given.is_file() or given.is_dir()):
            with given.open("wb") as file:
                yield file
            return
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.is_file():
            shutil.copymode(target, part)
        os.replace(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise InvalidInputError(
            f"{str(path)!r} cannot be written ({error.strerror}); give a writable path"
        ) from error
    finally:
        with suppress(FileNotFoundError, NotADirectoryError):
            part.unlink()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk, so that a rename survives a power cut."""
    if os.name == "nt":  # folders cannot be opened there, and renames are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_archive(path: str | Path, *, what: str) -> tuple[Arrays, Metadata]:
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
