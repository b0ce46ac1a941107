"""What goes wrong outside of a request: a full disk, a database that went away; in a sentence."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from cutplane.errors import JournalError

#: Nothing was recorded; the same request may succeed later.
FAILURES = (JournalError, SQLAlchemyError, OSError)


def sentence_of(error: Exception) -> str:
    """What went wrong, and that nothing was recorded."""
    if isinstance(error, SQLAlchemyError):  # its text holds statements
        return "the database does not answer; nothing was recorded, try again in a moment"
    if isinstance(error, OSError):
        return f"{error.strerror or 'the disk fails'}; nothing was recorded, try again"
    return str(error)
