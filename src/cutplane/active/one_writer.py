"""One process at a time writes to a file: a lock on a file beside it, held by the system."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cutplane.errors import InvalidInputError, JournalError

#: Byte that Windows locks, far behind the process number that others read.
_FAR = 2**30


class OneWriter:
    """Holds ``PATH.lock``, which names this process, until it is released or the process ends.

    The lock is the system's: of a process that was killed nothing is left but the file, which
    locks nobody out. A process may take it twice; that is not seen here.

    Parameters
    ----------
    path : Path
        What is written to.

    Raises
    ------
    JournalError
        Another process has it.
    InvalidInputError
        No file can be made there.
    """

    def __init__(self, path: Path):
        self.path = path.with_name(f"{path.name}.lock")
        try:
            while not self._taken():
                os.close(self._descriptor)
        except OSError as error:
            raise InvalidInputError(
                f"{str(path)!r} cannot be written ({error.strerror}); give a writable path"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, str(os.getpid()).encode())

    def _taken(self) -> bool:
        """Lock the file; False when its last owner has removed it in the meantime."""
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            owner = os.read(self._descriptor, 20).decode("ascii", "replace")
            os.close(self._descriptor)
            raise JournalError(
                f"{str(self.path.with_suffix(''))!r} is being written by another process "
                f"(number {owner or 'unknown'}); end that one, or wait for it"
            ) from error
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        return False

    def release(self) -> None:
        """Let others write; the file goes while it is still held, so that nobody finds it free."""
        with suppress(OSError):  # Windows keeps files that are open
            self.path.unlink()
        os.close(self._descriptor)


if os.name == "nt":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
