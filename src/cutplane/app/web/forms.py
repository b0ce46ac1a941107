"""Fields of a form or of a query, read strictly: what a browser never sends is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl

from cutplane.app.web.refusals import Refusal
from cutplane.plain_text import printable

#: Longest number of a row: no table has more digits, and int() of very long ones is slow.
_ROW = re.compile(r"[0-9]{1,15}", re.ASCII)
#: What no field of the page holds; tab and line breaks come with long text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: A page that lies open for longer than ten days counts as ten days.
_MOST_SECONDS = 864_000.0


@dataclass(frozen=True)
class Form:
    """What was sent, each field as often as it came.

    Attributes
    ----------
    fields : mapping of str to tuple of str
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: bytes, *, most: int) -> Self:
        """Read ``name=value&...`` in UTF-8.

        Parameters
        ----------
        raw : bytes
        most : int
            Fields.

        Raises
        ------
        Refusal
            400 for other encodings, control characters and more fields.
        """
        try:
            pairs = parse_qsl(
                raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=most
            )
        except UnicodeDecodeError as error:
            raise Refusal(400, "a field is not in UTF-8; send the form from the page") from error
        except ValueError as error:
            raise Refusal(400, f"more than {most} fields arrived; send fewer at once") from error
        fields: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if _CONTROLS.search(name + value):
                raise Refusal(
                    400,
                    f"the field {_short(name)} holds a control character; send text without them",
                )
            fields[name] = (*fields.get(name, ()), value)
        return cls(fields)

    def text(self, name: str, default: str | None = None) -> str:
        """The field of a name, once.

        Raises
        ------
        Refusal
            400 where it came more than once, or not at all and there is no default.
        """
        values = self.fields.get(name, ())
        if len(values) > 1:
            raise Refusal(400, f"the field {_short(name)} came {len(values)} times; send it once")
        if values:
            return values[0]
        if default is None:
            raise Refusal(400, f"the field {_short(name)} is missing; send the form from the page")
        return default

    def row(self, name: str = "row") -> int:
        """A row, counted from 0; Refusal with 422 for anything else."""
        return _row(self.text(name), 422)

    def rows(self, name: str = "rows") -> tuple[int, ...]:
        """Rows, each a field of the same name, or several in one field with commas between."""
        parts = [part for value in self.fields.get(name, ()) for part in value.split(",")]
        rows = tuple(_row(part.strip(), 422) for part in parts if part.strip())
        if not rows:
            raise Refusal(422, "no row was ticked; tick one at least")
        if len(set(rows)) < len(rows):
            raise Refusal(422, "a row was sent twice; send each once")
        return rows

    def seconds(self) -> float | None:
        """How long the question was looked at, None where the page did not measure it."""
        text = self.text("seconds", "").strip()
        if not text:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not seconds >= 0:
            raise Refusal(422, f"seconds are {_short(text)}; expected a number from 0 on")
        return min(seconds, _MOST_SECONDS)

    def page(self) -> int:
        """Which page of a list, from 1; the first for what is none."""
        text = self.text("page", "1")
        return max(1, int(text)) if _ROW.fullmatch(text) else 1


def row_of_path(text: str, n_rows: int) -> int:
    """A row in an address; Refusal with 404 where the table has none of that number."""
    row = _row(text, 404)
    if row >= n_rows:
        raise Refusal(404, f"there is no row {row}; the table has {n_rows}, counted from 0")
    return row


def _row(text: str, status: int) -> int:
    if not _ROW.fullmatch(text):
        raise Refusal(status, f"{_short(text)} is no row; rows are whole numbers from 0 on")
    return int(text)


def _short(text: str) -> str:
    """What arrived, quoted, no longer than a line."""
    shown = printable(text)
    return repr(shown if len(shown) <= 40 else f"{shown[:40]}…")
