"""From what tasks hold to columns: fields as a table's, texts and images as vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cutplane._types import Array, Metadata
from cutplane.app.label_studio.images import Images
from cutplane.app.label_studio.texts import Texts
from cutplane.tables.columns import features_of
from cutplane.tables.objects import column_of, without_surrogates
from cutplane.tables.sheet import sheet_of
from cutplane.tables.typed import simplified

#: Objects inside of objects are fields of their own up to here.
_DEEPEST = 4


@dataclass(frozen=True)
class Reading:
    """Tasks as columns.

    Attributes
    ----------
    features : DataFrame of shape (n, n_columns)
        float64, datetime64[ns], or object with str and NaN.
    embedded : tuple of str
        Columns that are numbers of a vector.
    said : tuple of str
        What was left out or guessed.
    """

    features: pd.DataFrame
    embedded: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Makes columns of tasks.

    Attributes
    ----------
    texts : Texts
    images : Images
    """

    texts: Texts
    images: Images

    def read(self, data: Sequence[Metadata], embedded: Mapping[str, str]) -> Reading:
        """Columns of tasks.

        Parameters
        ----------
        data : sequence of dict, length n
        embedded : dict of str to {"text", "image"}
            Fields that become vectors.
        """
        rows = [dict(_flat(each)) for each in data]
        blocks, said = [], []
        for name, kind in embedded.items():
            cells = [_text(row.pop(name, None)) for row in rows]
            encoder = self.texts if kind == "text" else self.images
            vectors, left_out = encoder.vectors(cells)
            said += left_out
            blocks.append(_block(name, vectors))
        table, more = _table(rows)
        features = pd.concat([table, *blocks], axis=1)
        names = tuple(column for block in blocks for column in block.columns)
        return Reading(features, names, (*said, *more))


def to_embed(data: Sequence[Metadata], shown: Mapping[str, str]) -> dict[str, str]:
    """Of the fields that people are shown, those to embed: images, and texts but for numbers."""
    rows = [dict(_flat(each)) for each in data]
    return {
        name: kind
        for name, kind in shown.items()
        if kind == "image" or _holds_words([row.get(name) for row in rows])
    }


def _flat(data: Metadata, before: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    """Fields, those of objects inside under both names with a point between."""
    for key, value in data.items():
        name = without_surrogates(f"{before}{key}")
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, value


def _table(rows: Sequence[Metadata]) -> tuple[pd.DataFrame, list[str]]:
    """Fields as the columns of a table of JSON lines."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    columns = [column_of([row.get(key) for row in rows]) for key in keys]
    names, arrays, made = simplified(zip(keys, columns, strict=True), None)
    sheet = sheet_of("tasks", names, arrays, None, made)
    features, _ = features_of(sheet)
    return features.set_axis(pd.RangeIndex(len(rows))), [each.message for each in sheet.remarks]


def _block(name: str, vectors: Array) -> pd.DataFrame:
    return pd.DataFrame(vectors, columns=[f"{name}_{j}" for j in range(vectors.shape[1])])


def _holds_words(cells: Sequence[object]) -> bool:
    return not all(_is_number(cell) for cell in cells if cell is not None)


def _is_number(cell: object) -> bool:
    try:
        return bool(np.isfinite(float(cell)))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _text(cell: object) -> str | None:
    return None if cell is None else without_surrogates(str(cell))
