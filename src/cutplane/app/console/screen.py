"""A row, its question and what stands behind it as plain text of a terminal's width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from cutplane.active.events import Label
from cutplane.app.learning.why import Suggestion, Why
from cutplane.app.setup.project import Project
from cutplane.plain_text import printable
from cutplane.tables.frames import cells_of

#: Columns, classes and characters of a cell that are written unasked.
_MAX_COLUMNS, _MAX_CLASSES, _MAX_CHARACTERS = 40, 60, 3_000
#: Widest column of names, and widest line: longer ones are hard to read.
_MAX_NAME, _MAX_WIDTH = 24, 100
_FEW_CELLS = 3
#: A blank at which no line ends; names have it written out.
_HOLDS = "\N{NO-BREAK SPACE}"


def row_lines(project: Project, row: int, width: int, *, whole: bool = False) -> list[str]:
    """A row: its number, and its cells under the names of their columns.

    Parameters
    ----------
    project : Project
    row : int
        Position in the pool.
    width : int
        Characters of a line.
    whole : bool
        Whether all columns and all of long texts are written.
    """
    table, names = project.table, project.columns
    shown = names if whole else names[:_MAX_COLUMNS]
    given = cells_at(project, row, shown)
    widest = max((len(printable(name)) for name in shown), default=0)
    indent = min(widest, _MAX_NAME, width // 3) + 2
    lines = [f"Row {table.numbers[row]} (line {table.lines[row]})"]
    if project.image is not None:
        (path,) = cells_at(project, row, [project.image]).values()
        lines.append(f"picture: {project.folder / path}" if path else "picture: none")
    for name, text in given.items():
        lines += _cell_lines(name, text, indent, min(width, _MAX_WIDTH), whole=whole)
    if more := len(names) - len(shown):
        lines.append(f"... and {more} more columns (a shows all)")
    return [printable(line) for line in lines]


def cells_at(project: Project, row: int, names: Sequence[str]) -> dict[str, str]:
    """What stands in some columns of a row, as text; "" where it is missing."""
    frame = project.table.features[list(names)].iloc[[row]]
    cells = {name: cells_of(frame[name])[0] for name in names}
    return {name: _text(cell) for name, cell in cells.items()}


def _text(cell: object) -> str:
    return "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _cell_lines(name: str, text: str, indent: int, width: int, *, whole: bool) -> list[str]:
    """A name, and its text beside it in paragraphs; below it where the name is long."""
    if not whole and (more := len(text) - _MAX_CHARACTERS) > 0:
        text = f"{text[:_MAX_CHARACTERS]} [{more:,} more characters; a shows all]"
    name = printable(name)
    first, own = (f"{name:<{indent}}", []) if len(name) <= indent - 2 else (" " * indent, [name])
    lines = [line for part in text.splitlines() or [""] for line in _wrapped(part, width - indent)]
    rest = [" " * indent + line for line in lines[1:]]
    return [*own, (first + lines[0]).rstrip(), *map(str.rstrip, rest)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(printable(text), max(width, 10)) or [""]


def question_lines(project: Project, classes: Sequence[Label], width: int) -> list[str]:
    """What is asked, and what may be answered."""
    rules, what = project.rules, printable(project.target)
    if rules.task == "regression":
        return [f"{what}?{limits(rules.low, rules.high)}"]
    choices = choices_of(classes)
    shown = [f"{key} {name}" if key else name for key, name in choices[:_MAX_CLASSES]]
    if more := len(choices) - len(shown):
        shown.append(f"... and {more} more")
    if project.is_open:
        shown.append("or a new class")
    # a name is not broken in two where it fits a line; blanks that hold are none of its own
    held = [printable(one).replace(" ", _HOLDS) for one in shown]
    lines = textwrap.wrap(f"{what}?  {'   '.join(held)}", width)
    return [line.replace(_HOLDS, " ") for line in lines]


def choices_of(classes: Sequence[Label]) -> list[tuple[str, str]]:
    """Number and name of each class; no numbers where classes are called by numbers."""
    names = [str(label) for label in classes]
    are_numbers = any(name.strip().isdigit() for name in names)
    return [("" if are_numbers else str(i), name) for i, name in enumerate(names, start=1)]


def limits(low: float | None, high: float | None) -> str:
    """The limits of values, to be put behind a question; empty where there are none."""
    ends = [f"from {low:g}"] if low is not None else []
    ends += [f"to {high:g}"] if high is not None else []
    return f" ({' '.join(ends)})" if ends else ""


def why_lines(project: Project, why: Why, *, may_tell: bool) -> list[str]:
    """What stands behind a question; what the model expects only to whom it may be told."""
    lines = [why.expected] if why.expected else []
    for near in why.nearest:
        number = project.table.numbers[near.row]
        cells = cells_at(project, near.row, project.columns[:_FEW_CELLS])
        few = ", ".join(f"{name}={_shortened(text)}" for name, text in cells.items())
        lines.append(
            f"Near: row {number} is {near.label}, at a distance of {near.distance:.3g}: {few}"
        )
    if not why.nearest:
        lines.append("No row has a label yet.")
    if may_tell and why.probabilities:
        lines.append(
            "The model: " + ", ".join(f"{p:.0%} {label}" for label, p in why.probabilities)
        )
    if may_tell and why.mean is not None and why.std is not None:
        lines.append(f"The model: {why.mean:.4g} ± {why.std:.2g}")
    return [printable(line) for line in lines]


def suggestion_line(suggestion: Suggestion | None) -> str:
    """What the model would answer."""
    if suggestion is None:
        return "The model cannot suggest anything yet."
    if suggestion.probability is not None:
        return printable(f"The model says {suggestion.label} ({suggestion.probability:.0%}).")
    spread = "" if suggestion.std is None else f" ± {suggestion.std:.2g}"
    return printable(f"The model says {_text(suggestion.label)}{spread}.")


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 20 else f"{text[:17]}..."


def key_lines(keys: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Which key does what."""
    lines = []
    for key, what in keys:
        lines += textwrap.wrap(f"{key:<8}{what}", width, subsequent_indent=" " * 8)
    return lines
