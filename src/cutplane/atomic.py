"""The one way in which files are written: under another name, and then in the place of the old."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cutplane.errors import InvalidInputError
from cutplane.locks import is_named, lock

#: What another path mends; a full disk, a quota or a broken device is no fault of the path.
_OF_THE_PATH = {
    errno.ENOENT,
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.EINVAL,
    errno.ENXIO,
}
#: Where folders cannot be brought to disk, files are there all the same.
_DISK = {errno.EIO, errno.ENOSPC, errno.EDQUOT}
#: Names of files that are being written; nothing else is called so, and the dead ones may go.
_PARTS = ".cutplane-*.part"


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """Give a file to write, which takes the place of ``path`` when the block ends well.

    It has another name until then, is on disk before it gets its own, and is removed if the
    block raises: a crash leaves the old file or the new one, never a part. What a killed process
    left goes when the next file is written beside it. Who may read the old file may read the new
    one. A pipe or a device cannot be replaced and takes the bytes as they come.

    Raises
    ------
    InvalidInputError
        Nothing can be written there; another path helps.
    OSError
        The disk is full or broken; the error names ``path``.
    """
    given = Path(path)  # of /dev/stdout and >(command) the real path is none that can be opened
    with explained(path):
        if given.exists() and not (given.is_file() or given.is_dir()):
            target = part = None
            file: IO[bytes] = given.open("wb")
        else:
            target = Path(os.path.realpath(path))  # a link goes on pointing to its file
            part, file = _begun(target)
    try:
        with file:
            yield file
            file.flush()
            if part is not None:
                os.fsync(file.fileno())
        if target is not None and part is not None:
            with explained(path):
                _put(part, target)
    except OSError as error:  # of a full disk the system does not say where it is
        error.filename = error.filename or str(path)
        raise
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink()


@contextmanager
def explained(path: str | Path) -> Iterator[None]:
    """Turn errors of writing that another path mends into the project's own."""
    try:
        yield
    except InvalidInputError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        if isinstance(error, OSError) and error.errno not in _OF_THE_PATH:
            error.filename = error.filename or str(path)
            raise
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidInputError(
            f"{str(path)!r} cannot be written ({reason}); give a writable path"
        ) from error


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk, so that a rename survives a power cut."""
    if os.name == "nt":  # folders cannot be opened there, and renames are journalled
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _DISK:
            raise


def _begun(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside the target, locked as long as it is open, once leftovers are gone."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    exists = target.exists()
    if exists and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "write-protected")
    _remove_leftovers(target.parent)
    while True:
        part = target.with_name(_PARTS.replace("*", uuid.uuid4().hex))
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(part, flags, 0o600 if exists else 0o666), "w+b")
        try:
            if os.name == "nt" or (lock(file) and is_named(file, part)):
                return part, file
        except OSError:  # no locks on this file system, so nobody can take it for a leftover
            return part, file
        file.close()  # taken for a leftover before it was locked


def _put(part: Path, target: Path) -> None:
    """Give a finished file the place and the permissions of the target."""
    if target.exists():
        shutil.copymode(target, part)
    os.replace(part, target)
    sync_folder(target.parent)


def _remove_leftovers(folder: Path) -> None:
    """Remove parts whose process is dead: nobody holds their lock."""
    for part in folder.glob(_PARTS):
        with suppress(OSError):
            if os.name == "nt":  # refused there while somebody has it open
                part.unlink()
                continue
            with part.open("r+b") as file:
                if lock(file):
                    part.unlink()
