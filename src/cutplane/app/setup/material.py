"""What people are shown: a table's rows and columns, pictures beside it, classes, the guide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cutplane.active.events import Label
from cutplane.app.setup.options import LabelOptions
from cutplane.errors import InvalidInputError
from cutplane.tables.frames import TEXT, kinds_of, require_columns
from cutplane.tables.labelling import labels_like
from cutplane.tables.table import Table, read_table

#: Bytes that a guide may have.
_LARGEST_GUIDE = 1 << 18
# A scheme such as https: or data:, of more letters than the name of a drive, or //host.
_ELSEWHERE = r"(?i)\s*(?:[a-z][a-z0-9+.-]+:|//|\\\\)"


def read_rows(options: LabelOptions, task: str | None, say: Callable[[str], None]) -> Table:
    """The table, whose labels may have no column yet.

    Parameters
    ----------
    options : LabelOptions
    task : {"classification", "regression"} or None
        By default the labels in the table decide.
    say : callable
        Is told the remarks.

    Raises
    ------
    InvalidInputError
        The table cannot be read, or nobody said what its labels are called.
    """
    table = read_table(
        options.table, options.target, task=task, missing=options.missing, may_lack_target=True
    )
    for sentence in table.report.sentences:
        say(sentence)
    if table.target is None:
        raise InvalidInputError(
            f"nobody said what the labels of {table.name!r} are called; pass --target NAME, a "
            "column of the table or a new name"
        )
    _check_task(options, table.task)
    return table


def _check_task(options: LabelOptions, task: str | None) -> None:
    """Refuse options of another task."""
    if task == "regression" and options.classes:
        raise InvalidInputError(
            f"classes {', '.join(options.classes)} arrived, and the labels are values; leave them "
            "out, or pass --task classification"
        )
    if task != "regression" and (options.low, options.high) != (None, None):
        raise InvalidInputError(
            "limits of values arrived, and the labels are classes; leave --low and --high out, or "
            "pass --task regression"
        )
    if task != "regression" and options.tolerance:
        raise InvalidInputError(
            f"a tolerance of {options.tolerance:g} arrived, and the labels are classes, which are "
            "the same or not; leave it out, or pass --task regression"
        )


def columns_shown(options: LabelOptions, table: Table) -> tuple[str, ...]:
    """Columns that people see, in order.

    Raises
    ------
    InvalidInputError
        The table has no such column, or it is the labels.
    """
    names = list(table.features.columns)
    _refuse_labels(table, (*options.columns, *((options.image,) if options.image else ())))
    require_columns(options.columns, names, "that are to be shown", "check --columns")
    chosen = options.columns or tuple(name for name in names if name != options.image)
    return tuple(dict.fromkeys(chosen))


def check_pictures(options: LabelOptions, table: Table, say: Callable[[str], None]) -> None:
    """Check the column whose cells are paths to pictures below the table's folder.

    Raises
    ------
    InvalidInputError
        The table has no such column, or it holds no paths of this machine.
    """
    if options.image is None:
        return
    require_columns([options.image], table.features.columns, "with pictures", "check --image")
    column = table.features[options.image]
    cells = column.dropna()
    if kinds_of(column.to_frame())[options.image] != TEXT or cells.empty:
        raise InvalidInputError(
            f"column {options.image!r} holds no text; --image names one of paths to pictures"
        )
    elsewhere = column.astype("string").str.match(_ELSEWHERE).fillna(False).to_numpy(dtype=bool)
    if elsewhere.any():
        first = int(elsewhere.argmax())
        raise InvalidInputError(
            f"column {options.image!r} names {elsewhere.sum()} pictures elsewhere (line "
            f"{table.lines[first]} says {str(column.iloc[first])!r}); only files below the "
            "table's folder are shown: download them first"
        )
    first_path = str(cells.iloc[0])
    if not (folder_of(table) / first_path).is_file():
        say(f"There is no picture {first_path!r} in the folder of the table.")


def _refuse_labels(table: Table, names: Sequence[str]) -> None:
    """Refuse to show the labels: they are what is asked for."""
    if table.target is not None and table.target.name in names:
        raise InvalidInputError(
            f"{table.target.name!r} is the target, and cannot be shown beside the question; "
            "leave it out, or name another --target"
        )


def folder_of(table: Table) -> Path:
    """Where the table lies; the working folder for a built-in data set."""
    return (Path.cwd() if table.path is None else table.path.parent).resolve()


def read_guide(path: Path | None) -> str:
    """How to label, in Markdown; empty where nobody said.

    Raises
    ------
    InvalidInputError
        There is no such file, or it is no text of a size that people read.
    """
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_GUIDE + 1)
    except OSError as error:
        raise InvalidInputError(
            f"the guide {str(path)!r} cannot be read ({error.strerror}); check its name"
        ) from error
    if len(content) > _LARGEST_GUIDE:
        raise InvalidInputError(
            f"the guide {str(path)!r} has more than {_LARGEST_GUIDE:,} bytes; shorten it to what "
            "people read beside a question"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"the guide {str(path)!r} is no UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error


def classes_given(options: LabelOptions, known: Sequence[Label]) -> tuple[Label, ...]:
    """The classes that somebody named, of the type of those that are known.

    Raises
    ------
    InvalidInputError
        A label that is known is not among them.
    """
    if not options.classes:
        return ()
    names = [name.strip() for name in options.classes]
    named = labels_like(names, known, is_regression=False)
    if len({type(label) for label in named}) > 1:  # True beside a name that is none of its kind
        named = list(names)
    others = [label for label in dict.fromkeys(known) if label not in named]
    if others:
        raise InvalidInputError(
            f"there are labels {', '.join(map(repr, others[:5]))} already, which --classes does "
            "not name; name all classes"
        )
    return tuple(named)
