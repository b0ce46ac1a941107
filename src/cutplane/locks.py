"""A lock that its process cannot leave behind: the system takes it back when the process ends."""

from __future__ import annotations

import errno
import os
import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: Somebody else has it; other errors say that the file system knows no locks.
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
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
