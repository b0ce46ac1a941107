"""What can be taken home, each with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.project import Project


@dataclass(frozen=True)
class Download:
    """A file.

    Attributes
    ----------
    path : str
        Below ``/downloads/``.
    name, what : str
        What it is called, and what is in it.
    why_not : str
        Why it cannot be had yet; empty where it can.
    """

    path: str
    name: str
    what: str
    why_not: str


@dataclass(frozen=True)
class DownloadsView:
    """All files."""

    files: tuple[Download, ...]
    n_labels: int


def downloads_view(project: Project) -> DownloadsView:
    """For the page ``downloads``."""
    raise NotImplementedError
