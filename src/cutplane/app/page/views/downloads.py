"""What can be taken home, each with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutplane.app.setup.project import Project

NO_MODEL = "There is no model yet; it needs more labels."


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


#: What there is, and whether it needs a model.
_FILES = (
    (
        "labels.csv",
        "Labels, CSV",
        "A line for every row with an answer: number, line, label, who said so and when, comments, "
        "skips, and all answers where there are several. For spreadsheets.",
        False,
    ),
    (
        "labels.parquet",
        "Labels, Parquet",
        "The same with the types of its columns, for pandas, Polars or DuckDB.",
        False,
    ),
    (
        "labels.jsonl",
        "Labels, JSON lines",
        "The same, one object for every row, with all answers as a list.",
        False,
    ),
    (
        "network.onnx",
        "Network, ONNX",
        "The network of these labels for any language; it takes the columns of the table.",
        True,
    ),
    (
        "model.zip",
        "Model folder",
        "Network, preprocessing and settings; unpacked, it is what cutplane predict takes.",
        True,
    ),
    (
        "report.html",
        "Report",
        "One page to keep: what was answered, by whom, how far people agree and how good the "
        "model is.",
        False,
    ),
    ("report.json", "Report, JSON", "The same for programs.", False),
)


def downloads_view(project: Project) -> DownloadsView:
    """For the page ``downloads``."""
    n_labels = project.desk.n_labels
    has_model = project.trainer.figures is not None
    files = tuple(
        Download(path, name, what, NO_MODEL if needs_model and not has_model else "")
        for path, name, what, needs_model in _FILES
    )
    return DownloadsView(files, n_labels)
