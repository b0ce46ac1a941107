"""What people take home: labels, the network, the model folder and a report."""

from __future__ import annotations

from cutplane.app.project import Project


def labels_file(project: Project, kind: str) -> bytes:
    """All that was said about rows, as "csv", "parquet" or "jsonl".

    Columns: row, line, label, annotators, comments, skipped, time, answers.
    """
    raise NotImplementedError


def network_onnx(project: Project) -> bytes:
    """The network for ONNX Runtime, as ``cutplane fit --journal`` and ``export`` give it."""
    raise NotImplementedError


def model_archive(project: Project) -> bytes:
    """The model folder of ``cutplane fit --journal`` as a zip archive, for ``cutplane predict``."""
    raise NotImplementedError


def report(project: Project) -> str:
    """A page of HTML that needs nothing else: counts, figures, people, settings."""
    raise NotImplementedError


def report_json(project: Project) -> bytes:
    """What the report says, for programs."""
    raise NotImplementedError
