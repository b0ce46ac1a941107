"""The one way in which folders are written: beside, and then whole in the place of the old one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cutplane.atomic import explained, sync_folder
from cutplane.errors import InvalidInputError
from cutplane.locks import Taken, holding

_BESIDE = re.compile(r"\.(.+)\.cutplane-(?:new|old|lock)")


@dataclass(frozen=True)
class _Place:
    """A folder, and the names beside it that it has while it is being replaced."""

    target: Path

    @classmethod
    def of(cls, path: str | Path) -> _Place:
        """The place of a path; a link goes on pointing to its folder."""
        return cls(Path(os.path.realpath(path)))

    @property
    def lock(self) -> Path:
        """There while a process writes the folder."""
        return self._beside("lock")

    @property
    def new(self) -> Path:
        """What it writes."""
        return self._beside("new")

    @property
    def old(self) -> Path:
        """What was there before, from when the new one is complete until it has its place."""
        return self._beside("old")

    def _beside(self, what: str) -> Path:
        return self.target.with_name(f".{self.target.name}.cutplane-{what}")


@contextmanager
def replacing_folder(path: str | Path, require_free: Callable[[Path], None]) -> Iterator[Path]:
    """Give a folder to write into; it takes the name ``path`` when the block ends well.

    Nobody else can write the same folder meanwhile. The old one stays until the new one is
    complete; a process that is killed leaves one of the two, which has its name again when the
    next folder is written beside it, or when :func:`settle` is called.

    Parameters
    ----------
    path : str or Path
        The folder to make; parents are made too. A link goes on pointing to its folder.
    require_free : callable
        Raises an :class:`InvalidInputError` if a folder may not be written, or replaced; called
        at the beginning and at the end.

    Yields
    ------
    Path
        An empty folder beside it, removed if the block raises.

    Raises
    ------
    InvalidInputError
        Another process writes it, it is not free, or nothing can be written there. If that comes
        about during the work, what was made is kept under another name, which the error tells.
    """
    with explained(path):
        place = _Place.of(path)
        new_parents = [parent for parent in place.target.parents if not parent.exists()]
        require_free(place.target)
    try:
        with ExitStack() as stack:
            with explained(path):
                place.target.parent.mkdir(parents=True, exist_ok=True)
                _settle_beside(place)
                _enter(place, path, stack)
                require_free(place.target)
                _make_new(place, path)
            try:
                yield place.new
                _give_name(place, path, require_free)
            finally:
                shutil.rmtree(place.new, ignore_errors=True)
    finally:
        for parent in new_parents:
            with suppress(OSError):  # not empty: the folder is there
                parent.rmdir()


def settle(path: str | Path) -> None:
    """Finish what a killed process began with a folder, or undo it."""
    with suppress(OSError, ValueError, Taken):
        place = _Place.of(path)
        if place.old.exists():
            with holding(place.lock):
                _settle(place)


def _settle_beside(place: _Place) -> None:
    """Settle whatever dead processes left in the parent folder; the living hold their locks."""
    found = map(_BESIDE.fullmatch, os.listdir(place.target.parent))
    for name in {match[1] for match in found if match}:
        other = _Place(place.target.with_name(name))
        with suppress(OSError, Taken), holding(other.lock):
            _settle(other)


def _settle(place: _Place) -> None:
    both = place.new.exists() and place.old.exists()  # the new one is complete
    if both and place.target.exists():  # somebody else made a third one
        for complete in (place.new, place.old):
            complete.rename(_free_name(place.target))
    elif place.old.exists() and not place.target.exists():
        (place.new if both else place.old).rename(place.target)
    for leftover in (place.new, place.old):
        shutil.rmtree(leftover, ignore_errors=True)


def _enter(place: _Place, path: str | Path, stack: ExitStack) -> None:
    """See to it that nobody else writes the folder, as long as the stack lasts."""
    try:
        stack.enter_context(holding(place.lock, required=False))
    except Taken as error:
        raise InvalidInputError(
            f"{str(path)!r} is being written by process {error.pid}; wait for it, or choose "
            "another folder"
        ) from error


def _make_new(place: _Place, path: str | Path) -> None:
    try:
        place.new.mkdir()  # where there are no locks, it stands for one
    except FileExistsError as error:
        raise InvalidInputError(
            f"{str(place.new)!r} is there: another process writes {str(path)!r}, or was killed "
            "while it did; wait for it, or remove that folder"
        ) from error


def _give_name(place: _Place, path: str | Path, require_free: Callable[[Path], None]) -> None:
    """Give the new folder its name once it is on disk, in place of an earlier one."""
    sync_folder(place.new)
    try:
        require_free(place.target)
        if place.target.exists():
            place.target.rename(place.old)
        try:
            place.new.rename(place.target)
        except BaseException:
            if place.old.exists():
                place.old.rename(place.target)
            raise
    except (InvalidInputError, OSError) as error:  # what took hours is not thrown away
        spare = _free_name(place.target)
        place.new.rename(spare)
        raise InvalidInputError(
            f"{str(path)!r} cannot take its place at the end ({error}); everything is in "
            f"{str(spare)!r}"
        ) from error
    sync_folder(place.target.parent)
    shutil.rmtree(place.old, ignore_errors=True)


def _free_name(target: Path) -> Path:
    names = (target.with_name(f"{target.name}-{number}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))
