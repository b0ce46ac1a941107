"""Columns of files that have types, as text, numbers or points in time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cutplane.errors import InvalidInputError
from cutplane.tables.report import Remark

types = pa.types
_LARGEST_WHOLE = 2**53
_NANOSECONDS = 1e9
# Nanoseconds since 1970 reach this far.
_FIRST, _LAST = np.datetime64("1678-01-01", "us"), np.datetime64("2262-01-01", "us")


def simplified(
    columns: Iterable[tuple[str, pa.Array]], target: str | None
) -> tuple[list[str], list[pa.Array], list[Remark]]:
    """Columns of strings, bools, whole numbers, floats and timestamps; whatever else is left out.

    Lists of numbers become one column for each place, durations and times of day seconds.

    Parameters
    ----------
    columns : iterable of (str, pyarrow.Array)
        Names, and cells of any type; one column is asked for after the other.
    target : str or None
        The column of labels; it stays one column, and points in time are text there.

    Returns
    -------
    names, columns
    remarks : list of Remark
        What was spread out, recoded or left out.

    Raises
    ------
    InvalidInputError
        The lists of a column have different lengths, or labels are neither numbers nor text.
    """
    out_names: list[str] = []
    out_columns: list[pa.Array] = []
    remarks: list[Remark] = []
    for name, column in columns:
        column = _storage(column)
        if name == target:
            out_names.append(name)
            out_columns.append(_labels(name, column))
            continue
        if types.is_list(column.type) or types.is_fixed_size_list(column.type):
            parts = _spread(name, column)
        else:
            parts = [simple] if (simple := _simple(column)) is not None else []
        if not parts:
            what = f"Column {name!r} was left out: {column.type} is no number, text or date."
            remarks.append(Remark("columns left out", what, (name,), len(column)))
        elif types.is_nested(column.type):
            what = f"Column {name!r} holds lists of {len(parts)} numbers; each place is a column."
            remarks.append(Remark("cells reinterpreted", what, (name,), len(column)))
        elif types.is_date(column.type) or types.is_timestamp(column.type):
            remarks.append(_about_dates(name, column, parts[0]))
        elif types.is_time(column.type) or types.is_duration(column.type):
            what = f"Column {name!r} holds {column.type}; it was read as seconds."
            remarks.append(Remark("cells reinterpreted", what, (name,), len(column)))
        alone = len(parts) == 1 and not types.is_nested(column.type)
        out_names += [name] if alone else [f"{name}_{j}" for j in range(len(parts))]
        out_columns += parts
    return out_names, out_columns, remarks


def _labels(name: str, column: pa.Array) -> pa.Array:
    if types.is_date(column.type) or types.is_timestamp(column.type):
        return column.cast(pa.string())
    simple = _simple(column)
    if simple is None:
        raise InvalidInputError(
            f"the target {name!r} holds {column.type}; labels are numbers or text, one in a row"
        )
    return simple


def _about_dates(name: str, column: pa.Array, points: pa.Array) -> Remark:
    lost = points.null_count - column.null_count
    zone = ", in UTC" if getattr(column.type, "tz", None) else ""
    beyond = f"; {lost} beyond the years 1678 to 2261 are missing" if lost else ""
    what = f"Column {name!r} holds {column.type}, points in time{zone}{beyond}."
    return Remark("dates", what, (name,), len(column) - points.null_count)


def _storage(column: pa.Array) -> pa.Array:
    """The values under dictionaries, extensions, views and runs."""
    while isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if types.is_dictionary(column.type):
        return _storage(column.dictionary_decode())
    if types.is_run_end_encoded(column.type):
        return _storage(pc.run_end_decode(column))
    if types.is_large_list(column.type) or "list_view" in str(column.type):
        return column.cast(pa.list_(column.type.value_type))
    return column


def _simple(column: pa.Array) -> pa.Array | None:
    """Strings, bools, whole numbers that floats hold, floats, or timestamps; None for others."""
    kind = column.type
    if types.is_string(kind) or types.is_boolean(kind) or types.is_float64(kind):
        return column
    if types.is_large_string(kind) or types.is_string_view(kind):
        return column.cast(pa.string())
    if types.is_integer(kind):
        values = pc.drop_null(column).to_numpy()
        small = (
            not len(values) or max(abs(int(values.min())), abs(int(values.max()))) <= _LARGEST_WHOLE
        )
        return column if small else column.cast(pa.string())
    if types.is_floating(kind) or types.is_null(kind):
        return column.cast(pa.float64())
    if types.is_decimal(kind):
        return column.cast(pa.string()).cast(pa.float64())
    if types.is_date(kind) or types.is_timestamp(kind):
        return _points(column)
    if types.is_time(kind) or types.is_duration(kind):
        return _seconds(column)
    return None


def _points(column: pa.Array) -> pa.Array:
    """Timestamps in nanoseconds, in UTC where they have a zone; null outside 1678 to 2261."""
    micro = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False)
    values = micro.cast("int64").to_numpy(zero_copy_only=False)
    inside = np.isfinite(values.astype(float))
    points = np.where(inside, values, 0).astype("datetime64[us]")
    inside &= (points >= _FIRST) & (points < _LAST)
    fits = pc.if_else(pa.array(inside), column, pa.scalar(None, column.type))
    nano = fits.cast(pa.timestamp("ns", getattr(column.type, "tz", None)), safe=False)
    return nano.cast("int64").cast(pa.timestamp("ns"))


def _seconds(column: pa.Array) -> pa.Array:
    if types.is_time(column.type):
        nano = column.cast(pa.time64("ns"))
    else:
        nano = column.cast(pa.duration("ns"), safe=False)
    return pc.divide(nano.cast("int64").cast(pa.float64(), safe=False), _NANOSECONDS)


def _spread(name: str, column: pa.Array) -> list[pa.Array]:
    """One column for each place of lists of numbers, of any depth; none for other lists."""
    if not _holds_numbers(column.type):
        return []
    valid, width = column.is_valid(), 1
    flat = column.drop_null()
    n = len(flat)
    while types.is_list(flat.type) or types.is_fixed_size_list(flat.type):
        lengths = pc.list_value_length(flat).drop_null()
        if len(lengths) < len(flat) or pc.count_distinct(lengths).as_py() > 1:
            least, most = (lengths and pc.min_max(lengths)).values() if len(lengths) else (0, 0)
            raise InvalidInputError(
                f"column {name!r} holds lists of {least} to {most} numbers; make them equally long"
            )
        width *= lengths[0].as_py() if len(lengths) else 0
        flat = _storage(flat.flatten())
    if not n:
        return []
    values = np.full((len(column), width), np.nan)
    numbers = flat.cast(pa.float64()).to_numpy(zero_copy_only=False)
    values[valid.to_numpy(zero_copy_only=False)] = numbers.reshape(n, width)
    return [pa.array(part, from_pandas=True) for part in values.T]


def _holds_numbers(kind: pa.DataType) -> bool:
    """Whether a list holds numbers, or lists of them."""
    while types.is_nested(kind) and hasattr(kind, "value_type"):
        kind = kind.value_type
    return types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
