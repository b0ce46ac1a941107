"""A folder of Parquet files on its way to a pool: which columns are read, and what labels say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cutplane._types import Array, Index
from cutplane.errors import InvalidInputError
from cutplane.scanning.arrow_columns import Standardising, holds_numbers
from cutplane.scanning.engine import Engine, serial
from cutplane.scanning.parquet import INDEX, parquet_rows, parquet_schema
from cutplane.scanning.stored import StoredRows
from cutplane.scanning.summary import Summary, summary
from cutplane.tables import remarks, roles
from cutplane.tables.categorical import Levels
from cutplane.tables.column_names import NoTargetError, about_twins, require_name
from cutplane.tables.conventions import Mask
from cutplane.tables.frames import listed
from cutplane.tables.numeric import Scaling
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import Remark, TableReport
from cutplane.tables.sheet import Sheet
from cutplane.tables.stored_table import StoredTable
from cutplane.tables.target import TASKS, Labels, labels_of
from cutplane.tables.target_remarks import about_task
from cutplane.tables.typed import simplified


def read_stored(
    path: str | Path,
    target: str,
    *,
    task: str | None = None,
    missing: Sequence[str] = (),
    keep: Iterable[str] = (),
    may_lack_target: bool = False,
    engine: Engine = serial,
) -> StoredTable:
    """Open a folder of Parquet files as a table whose rows stay there.

    Columns of numbers are read, and of lists of them; each is standardised by its mean, which
    stands for missing cells too, and its deviation. One pass finds these.

    Parameters
    ----------
    path : str or Path
    target : str
        The label column; a row without a value there has no label.
    task, missing, may_lack_target
        As for :func:`cutplane.tables.table.read_table`.
    keep : iterable of str
        Columns to read though they look like an index or an id.
    engine : Engine
        Goes through the rows.

    Raises
    ------
    InvalidInputError
        There is no Parquet file, no such target or no column of numbers; a cell is infinite.
    """
    if task not in (None, *TASKS):
        raise InvalidInputError(f"the task is {task!r}; choose one of {', '.join(TASKS)}")
    path, schema = Path(path), parquet_schema(path)
    lacks = _lacks_target(path, target, schema.names, may_lack_target)
    twins = about_twins(path.name, schema.names, target)
    numbers, said = _numbers(path, schema, target, kept := set(keep))
    raw = parquet_rows(path, numbers).on(engine)
    rows, more = _standardised(path, raw, summary(raw), kept)
    empty = (np.empty(0, dtype=np.intp), pa.nulls(0, pa.string()))
    labelled, cells = empty if lacks else _labelled(raw, target)
    own = _labels(path.name, target, cells, task, tuple(missing))
    about = about_task(
        target,
        own.task,
        own.values,
        raw.n_rows,
        given=task is not None,
        are_numbers=own.are_numbers,
    )
    first = [Remark("format", text) for text in raw.remarks]
    said += [*more, *lacks, *twins, *(_of_rows(remark, labelled) for remark in own.remarks), *about]
    report = TableReport(path.name, raw.n_rows, len(schema.names)).with_remarks([*first, *said])
    has_label = np.array([label == label for label in own.values.tolist()], dtype=bool)
    labels = np.array(own.values[has_label].tolist())
    if own.task == "regression" or not labels.size:
        labels = labels.astype(float)
    return StoredTable(
        path, rows, _preprocessing(rows), target, labelled[has_label], labels, own.task, report
    )


def _lacks_target(path: Path, target: str, names: Sequence[str], may_lack: bool) -> list[Remark]:
    """What there is to say where the target is no column yet; nothing where it is one."""
    try:
        require_name(path.name, target, names)
    except NoTargetError:
        if not may_lack:
            raise
        return list(Sheet(path.name, (), ()).with_no_labels(target).remarks)
    return []


def _labels(
    name: str, target: str, cells: pa.Array, task: str | None, missing: tuple[str, ...]
) -> Labels:
    """Cells of the label column, each of which says something, as labels."""
    return labels_of(Sheet(name, (), (), target=target, labels=cells), task, missing)


def _numbers(
    path: Path, schema: pa.Schema, target: str, keep: set[str]
) -> tuple[list[str], list[Remark]]:
    """Columns of numbers, and what there is to say of the others."""
    if lost := sorted(keep.difference(schema.names)):
        require_name(path.name, lost[0], schema.names)
    names = [field.name for field in schema if field.name != target]
    good = [name for name in names if holds_numbers(schema.field(name).type)]
    index = [name for name in names if name.startswith(INDEX) and name not in keep]
    good = [name for name in good if name not in index]
    if not good:
        raise InvalidInputError(
            f"{str(path)!r} has no column of numbers beside {target!r}, and of a folder only these "
            "are read; give a single file, whose text and dates are read too"
        )
    other = [name for name in names if name not in {*good, *index}]
    said = [_unread(schema, other)] if other else []
    if index:
        what = f"The index that pandas wrote ({', '.join(index)}) was left out."
        said.append(Remark("columns left out", what, tuple(index), len(index)))
    return good, said


def _unread(schema: pa.Schema, names: list[str]) -> Remark:
    """Columns that hold no numbers."""
    kinds = ", ".join(sorted({str(schema.field(name).type) for name in names}))
    subject = "Column {} is" if len(names) == 1 else "Columns {} are"
    message = (
        f"{subject.format(listed(names))} left out: of a folder, columns of numbers are read, and "
        f"not of {kinds}."
    )
    return Remark("columns left out", message, tuple(names), len(names))


def _standardised(
    path: Path, raw: StoredRows, found: Summary, keep: set[str]
) -> tuple[StoredRows, list[Remark]]:
    """Columns that are features, standardised, and what there is to say of all."""
    features, widths = raw.names or [], raw.columns.widths
    alone = np.repeat(np.array(widths) == 1, widths)
    role = _roles(raw, alone)
    role[found.low == found.high] = roles.CONSTANT
    role[found.count == 0] = roles.EMPTY
    owner = np.repeat(np.arange(len(widths)), widths)
    out = {
        name: str(role[owner == i][0])
        for i, name in enumerate(raw.columns.names)
        if alone[owner == i][0] and role[owner == i][0] and name not in keep
    }
    names = [name for name in raw.columns.names if name not in out]
    if not names:
        raise InvalidInputError(
            f"no column of {str(path)!r} is usable: {listed(list(out))} hold nothing that differs "
            "from row to row"
        )
    said = [
        remarks.left_out(kind, [name for name, own in out.items() if own == kind])
        for kind in dict.fromkeys(out.values())
    ]
    is_read = np.isin(owner, [i for i, name in enumerate(raw.columns.names) if name not in out])
    if (lost := (found.n_rows - found.count) * is_read).any():
        own = [features[i] for i in np.flatnonzero(lost)]
        message = f"The mean stands for {int(lost.sum())} cells without a number, in {listed(own)}."
        said.append(Remark("cells read as missing", message, tuple(own), int(lost.sum())))
    how = found.standardising
    how = Standardising(how.mean[is_read], how.deviation[is_read])
    return parquet_rows(path, names).on(raw.engine).standardised(how), said


def _preprocessing(rows: StoredRows) -> Preprocessing:
    """What is made of the columns of rows that are standardised."""
    assert rows.columns.scaling is not None
    mean, deviation = rows.columns.scaling.mean, rows.columns.scaling.deviation
    scaling = Scaling(fill=mean, mean=mean, scale=deviation)
    return Preprocessing(tuple(rows.columns.features), {}, scaling, Levels.fit({}))


def _roles(raw: StoredRows, alone: Array) -> Array:
    """Which columns look like an index or an id, by the first rows; (d,), None for the others."""
    place, batch = next(raw.fragments()[0].read(raw.columns.names))
    values = raw.columns.numbers(batch, place).astype(np.float64).T
    found = roles.number_roles(raw.columns.features, values, np.ones(len(values) - 1, np.intp))
    looks = [role if role in (roles.INDEX, roles.ID) else None for role in found]
    return np.where(alone, np.array(looks, dtype=object), np.array(None))


def _labelled(raw: StoredRows, target: str) -> tuple[Index, pa.Array]:
    """Rows with a value in the label column, and these values; only that column is read."""
    rows, cells = [np.empty(0, dtype=np.intp)], list[pa.Array]()
    for fragment in raw.fragments():
        start = fragment.start
        for place, batch in fragment.read([target]):
            require_name(Path(place.name).name, target, batch.schema.names)
            (column,) = _simple(target, batch.column(0))
            if (says := _says_something(column)).any():
                rows.append(start + np.flatnonzero(says))
                cells.append(column.filter(pa.array(says)))
            start += batch.num_rows
    kinds = list(dict.fromkeys(str(own.type) for own in cells))
    if len(kinds) > 1:
        raise InvalidInputError(
            f"the target {target!r} holds {' in some files and '.join(kinds)} in others; write the "
            "labels of all files in one type"
        )
    return np.concatenate(rows), pa.concat_arrays(cells) if cells else pa.nulls(0, pa.string())


def _simple(target: str, column: pa.Array) -> list[pa.Array]:
    """The label column as strings, numbers or truth values."""
    return simplified([(target, column)], target)[1]


def _says_something(column: pa.Array) -> Mask:
    """Cells that are neither empty nor blank; (n,)."""
    there = pc.is_valid(column)
    if pa.types.is_floating(column.type):
        there = pc.and_(there, pc.invert(pc.is_nan(column)))
    elif pa.types.is_string(column.type):
        there = pc.and_(there, pc.not_equal(pc.utf8_trim_whitespace(column), ""))
    return np.asarray(pc.fill_null(there, False).to_numpy(zero_copy_only=False))


def _of_rows(remark: Remark, rows: Index) -> Remark:
    """A remark about labels whose line is a place among them, with the number of the row."""
    if remark.line is None:
        return remark
    at = rows[remark.line - Sheet("", (), ()).first_line]
    return replace(
        remark, message=remark.message.replace(f"line {remark.line}", f"row {at}"), line=None
    )
