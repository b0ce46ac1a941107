"""What there is to say about labels: classes that look odd, and the task."""

from __future__ import annotations

import shlex

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cutplane.tables.cells import NUMBER_MARKS
from cutplane.tables.columns import spellings
from cutplane.tables.report import Remark

_UNLABELLED = NUMBER_MARKS | {"unlabeled", "unlabelled", "not labeled", "not labelled", "todo"}
_SHOWN = 5
# So many labels must there be, and so large a share of classes of their own, for a doubt.
_FEW, _NEARLY_ALL = 5, 0.8


def about_classes(name: str, bare: pa.Array) -> list[Remark]:
    """Remarks on classes that may mean no label, and on those that differ in spelling alone.

    Parameters
    ----------
    name : str
        Of the label column.
    bare : StringArray of shape (n,)
        Names of classes, null where there is no label.
    """
    counts = dict(zip(*(part.to_pylist() for part in bare.value_counts().flatten()), strict=True))
    counts.pop(None, None)
    n = sum(counts.values())
    remarks = [
        Remark(
            "labels",
            f"The class {mark!r} of {name!r} has {counts[mark]} of {n} labels; if it means that "
            f"there is no label, pass --missing {shlex.quote(mark)}.",
            (name,),
            counts[mark],
        )
        for mark in counts
        if mark.casefold() in _UNLABELLED or (mark == "-1" and _is_alone(counts))
    ]
    return remarks + about_spellings(name, bare)


def about_spellings(name: str, bare: pa.Array) -> list[Remark]:
    """A remark on classes that differ in spelling alone; parameters as of :func:`about_classes`."""
    alike = spellings(bare.unique())
    if not alike:
        return []
    what = f"Classes of {name!r} that differ in spelling alone: {'; '.join(alike)}."
    return [Remark("labels", what, (name,), len(alike))]


def about_points(name: str, bare: pa.Array) -> Remark:
    """That classes written with a point and a zero are read as whole numbers."""
    kinds = bare.unique().drop_null()
    first = kinds[0].as_py()
    message = f"Classes of {name!r} are written like {first} and read like {first[:-2]}."
    return Remark("labels", message, (name,), len(kinds))


def about_task(
    name: str, task: str, values: NDArray, n_rows: int, *, given: bool, are_numbers: bool
) -> list[Remark]:
    """The task in one line, and a doubt about it.

    Parameters
    ----------
    name : str
        Of the label column.
    task : {"classification", "regression"}
    values : ndarray of shape (n,)
        NaN where there is no label.
    n_rows : int
        Rows of the table.
    given : bool
        Whether the user has named the task.
    are_numbers : bool
        Whether all labels are numbers.
    """
    labelled = values[~pd.isna(values)]
    n = len(labelled)
    rows = f"{n} of {n_rows} rows labelled"
    different = list(dict.fromkeys(labelled.tolist()))
    if task == "classification":
        shown = ", ".join(map(str, sorted(different)[:_SHOWN]))
        shown += ", ..." if len(different) > _SHOWN else ""
        classes = "class" if len(different) == 1 else "classes"
        kinds = f"{len(different)} {classes} ({shown})" if different else "no class yet"
        remarks = [
            Remark("task", f"Task: classification of {name!r}, {kinds}, {rows}.", (name,), n)
        ]
    else:
        span = f", {labelled.min():g} to {labelled.max():g}" if n else ""
        remarks = [Remark("task", f"Task: regression of {name!r}{span}, {rows}.", (name,), n)]
    doubt = "" if given else _doubt(task, labelled, len(different), are_numbers)
    return [*remarks, Remark("task", doubt, (name,), len(different))] if doubt else remarks


def _doubt(task: str, labelled: NDArray, n_different: int, are_numbers: bool) -> str:
    n = len(labelled)
    if task == "regression":
        if n and np.all(labelled == np.round(labelled)):
            return (
                f"The labels are {n_different} different whole numbers; if they name classes, pass "
                "--task classification."
            )
        return ""
    if n < _FEW or n_different < _NEARLY_ALL * n:
        return ""
    remedy = "pass --task regression" if are_numbers else "another column may hold the labels"
    return f"{n} labels name {n_different} classes; if they are no classes, {remedy}."


def _is_alone(counts: dict[str, int]) -> bool:
    """Whether -1 stands beside two or more classes, none of which is negative."""
    return len(counts) > 2 and sum(name.startswith("-") for name in counts) == 1
