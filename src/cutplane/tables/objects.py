"""Cells that are Python objects, of a spreadsheet or of JSON, as columns of one type."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa


def column_of(values: Sequence[object]) -> pa.Array:
    """Objects of one type as they are, of several types as text.

    Parameters
    ----------
    values : sequence
        None where a cell is empty.

    Returns
    -------
    pyarrow.Array
        Truth values, numbers, dates or lists where all are; strings otherwise.
    """
    kinds = {type(value) for value in values} - {type(None)}
    if kinds - {str} and (len(kinds) == 1 or kinds <= {int, float}):
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            pass
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return without_surrogates(str(value))


def without_surrogates(text: str) -> str:
    """Text with lone surrogates, which JSON can spell, written out: files cannot hold them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
