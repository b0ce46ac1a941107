"""Errors: each message says what arrived, what was expected and what to try."""

from __future__ import annotations

from collections.abc import Sequence


class CutplaneError(Exception):
    """Base class of every error raised on purpose by cutplane."""


class InvalidInputError(CutplaneError, ValueError):
    """The data or an argument cannot be used as it is."""


class EmptyVersionSpaceError(InvalidInputError):
    """No network of this arrangement satisfies every cut.

    Attributes
    ----------
    rows : tuple of int
        Labelled rows (in the order they were added) that carry the contradiction,
        i.e. the support of the Farkas certificate; empty when the sign rows alone
        are contradictory.
    """

    def __init__(self, message: str, rows: Sequence[int] = ()):
        super().__init__(message)
        self.rows = tuple(int(row) for row in rows)


class ScaleWarning(UserWarning):
    """Columns are of different units or far from 0, which networks feel."""


class ModelFileError(CutplaneError):
    """A stored model is damaged, or was written by a newer version of cutplane."""


class JournalError(CutplaneError):
    """A journal is damaged, of a newer version, used by someone else, or cannot be written."""


class ClusterError(CutplaneError):
    """A cluster does not answer, or cannot finish what it was given."""


class ClusterWarning(UserWarning):
    """Workers of a cluster have other versions than this process."""
