"""A lock that its process cannot leave behind: the system takes it back when the process ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: Somebody else has it; other errors say that the file system knows no locks.
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
# Windows locks bytes, and nobody may read those of another process: one far behind the content.
_FAR = 2**30


def lock(file: IO[bytes]) -> bool:
    """Lock an open file for this process until it is closed; whether nobody else has it.

    Raises
    ------
    OSError
        The file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def is_named(file: IO[bytes], path: str | os.PathLike[str]) -> bool:
    """Whether an open file still has its name: nobody removed it before it was locked."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


class Taken(Exception):
    """Another process, or another thread of this one, holds the lock.

    Attributes
    ----------
    pid : str
        Of the process, as far as it has written it down.
    """

    def __init__(self, pid: str):
        super().__init__(f"held by process {pid}")
        self.pid = pid


@contextmanager
def holding(path: Path, *, required: bool = True) -> Iterator[None]:
    """Hold the lock that a file of this name stands for; the file is there as long.

    Parameters
    ----------
    path : Path
    required : bool, default=True
        Whether a file system without locks is an error; otherwise the block runs without one.

    Raises
    ------
    Taken
        Somebody else holds it.
    OSError
        No file can be made there, or the file system knows no locks.
    """
    try:
        file = _locked(path)
    except OSError as error:
        if required or error.errno not in _NO_LOCKS:
            raise
        path.unlink(missing_ok=True)
        yield
        return
    owner = os.getpid()
    try:
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield
    finally:
        if sys.platform == "win32":  # what is open cannot be removed there
            file.close()
        if os.getpid() == owner:  # and no copy of it, which ends while the owner goes on
            with suppress(OSError):
                path.unlink()
        file.close()


def _locked(path: Path) -> IO[bytes]:
    while True:
        file = path.open("a+b")
        try:
            is_ours = lock(file)
            if is_ours and is_named(file, path):
                return file
            if not is_ours:
                file.seek(0)
                raise Taken(file.read(20).decode("ascii", "replace") or "unknown")
        except BaseException:
            file.close()
            raise
        file.close()  # removed before it was locked
