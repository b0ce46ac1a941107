"""What people take home: labels, the network, the model folder and a report."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cutplane._types import Metadata
from cutplane.active.events import Label
from cutplane.active.labels import kept_labels
from cutplane.app.setup.project import Project
from cutplane.app.take_home.answered import Answered, answered_rows
from cutplane.app.take_home.report import html_of, report_data
from cutplane.errors import InvalidInputError
from cutplane.runs.fit import fit_table, write_fit
from cutplane.runs.folder import plain_settings
from cutplane.spreadsheet import csv_text
from cutplane.tables.export import pruned_source, write_source
from cutplane.tables.journal_labels import with_journal
from cutplane.tables.model import Estimator, TableModel
from cutplane.tables.table import Table

#: Files in a zip archive were made at that time, so that the same model is the same archive.
_ANY_TIME = (1980, 1, 1, 0, 0, 0)


def labels_file(project: Project, kind: str) -> bytes:
    """Every row of which anybody said anything, in the order of the table.

    Columns are row (from 0) and line (of a spreadsheet), label (which the model learns; none of
    rows without), annotators, comments, skipped, time (of the last answer) and answers, all of
    them with who, label, kind, time, seconds, comment and whether a suggestion was seen. In CSV
    annotators and comments are texts, answers are JSON, and no cell is a formula.

    Parameters
    ----------
    project : Project
    kind : {"csv", "parquet", "jsonl"}

    Raises
    ------
    InvalidInputError
        There is no such kind.
    """
    writers = {"csv": _csv, "parquet": _parquet, "jsonl": _json_lines}
    if kind not in writers:
        raise InvalidInputError(f"labels as {kind!r} are unknown; choose {', '.join(writers)}")
    return writers[kind](answered_rows(project))


def _csv(rows: Sequence[Answered]) -> bytes:
    records = [
        {
            **row.as_dict(),
            "annotators": "; ".join(row.annotators),
            "comments": "\n".join(f"{one.who}: {one.text}" for one in row.comments),
            "answers": json.dumps(row.answers, ensure_ascii=False),
        }
        for row in rows
    ]
    frame = pd.DataFrame(records, columns=list(Answered.COLUMNS), dtype=object)
    return csv_text(frame).encode()


def _json_lines(rows: Sequence[Answered]) -> bytes:
    lines = (json.dumps(row.as_dict(), ensure_ascii=False, allow_nan=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet(rows: Sequence[Answered]) -> bytes:
    records = [row.as_dict() for row in rows]
    kind = _kind_of([one for row in rows for one in row.labels])
    text = pa.string()
    answer = {"annotator": text, "label": kind, "kind": text, "time": text, "seconds": pa.float64()}
    answer |= {"comment": text, "suggestion": text, "blind": pa.bool_()}
    comment = pa.struct([("annotator", text), ("text", text), ("time", text)])
    schema = pa.schema(
        [
            ("row", pa.int64()),
            ("line", pa.int64()),
            ("label", kind),
            ("annotators", pa.list_(text)),
            ("comments", pa.list_(comment)),
            ("skipped", pa.bool_()),
            ("time", text),
            ("answers", pa.list_(pa.struct(list(answer.items())))),
        ]
    )
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records, schema=schema), out)
    return out.getvalue()


def _kind_of(labels: Sequence[Label]) -> pa.DataType:
    """The type of a column that holds labels of one kind; text where there are none."""
    kept = kept_labels(labels)
    return pa.string() if kept.dtype.kind == "U" or not labels else pa.from_numpy_dtype(kept.dtype)


def network_onnx(project: Project) -> bytes:
    """The network for ONNX Runtime, as ``cutplane fit --journal`` and ``export`` give it.

    Raises
    ------
    InvalidInputError
        There are labels of fewer than two classes or values, or the extra ``onnx`` is missing.
    """
    _, _, model = _fitted(project)
    source, _ = pruned_source(model)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        write_source(source, path, "onnx", "float32")
        return path.read_bytes()


def model_archive(project: Project) -> bytes:
    """The model folder of ``cutplane fit --journal`` as a zip archive, for ``cutplane predict``.

    Raises
    ------
    InvalidInputError
        There are labels of fewer than two classes or values.
    """
    table, estimator, model = _fitted(project)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_fit(folder, table, estimator, model, plain_settings(estimator.get_params()))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                entry = zipfile.ZipInfo(f"{table.name}-model/{path.name}", _ANY_TIME)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fitted(project: Project) -> tuple[Table, Estimator, TableModel]:
    """Table, estimator and model of all labels that stand, fitted anew."""
    options = project.options
    table = with_journal(project.table, project.where, options.keep)
    estimator = options.estimator(project.rules.task, options.seed)
    return table, estimator, fit_table(estimator, table, keep=options.keep)


def report(project: Project) -> str:
    """A page of HTML that needs nothing else: counts, figures, people, settings."""
    return html_of(report_data(project))


def report_json(project: Project) -> bytes:
    """What the report says, for programs."""
    data: Metadata = report_data(project)
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False).encode()
