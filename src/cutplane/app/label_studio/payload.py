"""What Label Studio sends, read without believing its shape."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from cutplane._types import Metadata
from cutplane.errors import InvalidInputError

_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


def objects(payload: Metadata, key: str) -> list[Metadata]:
    """The objects under a key: a list of them, or one alone; none where the key is missing."""
    found = payload.get(key)
    found = [] if found is None else found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in found):
        raise InvalidInputError(f"{key!r} holds something else than objects")
    return found


def text(payload: Metadata, key: str) -> str:
    """The text under a key; "" where it is missing."""
    found = payload.get(key) or ""
    if not isinstance(found, str):
        raise InvalidInputError(f"{key!r} is {type(found).__name__}; a text was expected")
    return found


def moment(payload: Metadata, key: str) -> str:
    """A point in time, written so that later ones are larger; "" where there is none."""
    try:
        found = datetime.fromisoformat(text(payload, key)).astimezone(UTC)
        return found.isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return ""


def identity(payload: Metadata, key: str = "id") -> int:
    """The whole number under a key; of an object there, its own."""
    found = payload.get(key)
    if isinstance(found, dict):
        return identity(found)
    if type(found) is not int or not 0 <= found < 2**63:
        raise InvalidInputError(f"{key!r} is {str(found)[:40]!r}; a whole number was expected")
    return found


def identities(payload: Metadata, key: str) -> list[int]:
    """Numbers of the objects under a key."""
    return [identity(each) for each in objects(payload, key)]


def person(payload: Metadata) -> str:
    """Who completed an annotation: an address where there is one, else the user's number."""
    found = payload.get("completed_by")
    if isinstance(found, dict):
        found = found.get("email") or found.get("id")
    return "" if found is None else str(found)[:64]


def project_of(payload: Metadata) -> str:
    """Number of a project, and when it was created: two servers may both have a project 1.

    Raises
    ------
    InvalidInputError
        The payload names no project.
    """
    found = payload.get("project")
    if isinstance(found, dict):
        found = f"{identity(found)}{_seconds(found.get('created_at'))}"
    found = str(found) if isinstance(found, int | str) else ""
    if not _NUMBER.fullmatch(found):
        raise InvalidInputError(f"the project is {found[:40]!r}; a number was expected")
    return found


def file_name(name: str) -> str:
    """A name that any file system takes, different ones for different names."""
    if re.fullmatch(r"[a-z0-9_-]{1,48}", name):
        return name
    return f"control-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _seconds(created: object) -> str:
    """What setup and predict write behind the number of the project."""
    try:
        return f".{int(datetime.fromisoformat(str(created)).timestamp())}"
    except (ValueError, OverflowError):
        return ""
