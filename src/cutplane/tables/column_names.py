"""The names of columns: which one is the target, and which cannot be told apart."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cutplane.errors import InvalidInputError
from cutplane.plain_text import visible
from cutplane.tables.report import Remark

#: Columns without a name are called so, with their place.
BLANK = "Unnamed: "
_SHOWN = 20
#: Names more alike than this are one name and a slip of it.
_ALIKE = 0.8


class NoTargetError(InvalidInputError):
    """No column has the target's name, and none is called nearly so."""


def about_twins(file: str, names: Sequence[str], target: str | None) -> list[Remark]:
    """What there is to say of names that are the target's but for capitals.

    Raises
    ------
    InvalidInputError
        Several names cannot be told from the target's by looking at them.
    """
    if target is None or target not in names:
        return []
    same = [name for name in names if visible(name) == visible(target)]
    if len(same) > 1:
        raise InvalidInputError(
            f"{file!r} has {len(same)} columns of the name {target!r} "
            f"({', '.join(map(written, same))}); rename all but the one with the labels"
        )
    twins = tuple(name for name in names if _plain(name) == _plain(target) and name != target)
    if not twins:
        return []
    message = (
        f"Only capitals tell {', '.join(map(written, twins))} from the target {written(target)}; "
        "leave out of the table what holds the labels once more."
    )
    return [Remark("labels", message, twins, len(twins))]


def refuse_repeated(
    file: str, header: Sequence[str], columns: Sequence[pa.Array], first_line: int
) -> None:
    """Refuse a row that says the names of all columns, as it does where files were joined."""
    if len(header) < 2 or not all(pa.types.is_string(column.type) for column in columns):
        return
    rows = np.arange(len(columns[0]))
    for name, column in zip(header, columns, strict=True):
        says = pc.fill_null(pc.equal(column.take(pa.array(rows)), name), False)
        rows = rows[says.to_numpy(zero_copy_only=False)]
        if not rows.size:
            return
    raise InvalidInputError(
        f"line {first_line + rows[0]} of {file!r} repeats the names of the columns; remove it, and "
        "any other that does"
    )


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names for all columns, no two alike; blank ones are numbered."""
    distinct = [name if name.strip() else f"{BLANK}{j}" for j, name in enumerate(names)]
    seen: Counter[str] = Counter()
    taken = set(distinct)
    for j, name in enumerate(distinct):
        seen[name] += 1
        while seen[name] > 1 and (new := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        if seen[name] > 1:
            distinct[j] = new
            taken.add(new)
    return distinct


def about_renamed(pairs: list[tuple[str, str]]) -> list[Remark]:
    """What there is to say of names in the file and the ones that columns have."""
    changed = [(old, new) for old, new in pairs if old != new]
    if not changed:
        return []
    shown = ", ".join(f"{old!r} as {new!r}" for old, new in changed[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    message = f"Blank or repeated column names were made distinct: {shown}{more}."
    return [Remark("columns renamed", message, tuple(new for _, new in changed), len(changed))]


def require_name(file: str, target: str, names: Sequence[str], remedy: str = "") -> None:
    """Raise an error that shows what there is, unless the target is among the names.

    Parameters
    ----------
    file, target : str
    names : sequence of str
    remedy : str, default=""
        What to do, where that is known.

    Raises
    ------
    NoTargetError
        No name is nearly the target, and there is no remedy.
    InvalidInputError
        One is, or there is.
    """
    if target in names:
        return
    shown = ", ".join(map(written, names[:_SHOWN])) or "none"
    more = ", ..." if len(names) > _SHOWN else ""
    alike = {_plain(name): name for name in names}
    nearest = difflib.get_close_matches(_plain(target), alike, n=1)
    slips = difflib.get_close_matches(_plain(target), alike, n=1, cutoff=_ALIKE)
    hint = remedy or (_meant(alike[nearest[0]], target) if nearest else _separated(names))
    raise (InvalidInputError if slips or remedy else NoTargetError)(
        f"{file!r} has no target {written(target)}; its columns are {shown}{more}"
        + f"; {hint}" * bool(hint)
    )


def _meant(name: str, target: str) -> str:
    looks_so = not name.isascii() and visible(name) == visible(target)
    return f"did you mean {written(name)}{' (it looks the same; rename it)' * looks_so}?"


def _separated(names: Sequence[str]) -> str:
    if len(names) != 1 or not re.search(r"[\s:,;|]", names[0].strip()):
        return ""
    return "if this is several of them, put commas, semicolons, tabs or bars between them"


def written(name: str) -> str:
    """A name so that two different ones look different."""
    return repr(name) if name == unicodedata.normalize("NFC", name) else ascii(name)


def _plain(name: str) -> str:
    return visible(name).casefold()
