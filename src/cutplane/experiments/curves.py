"""Scores against labels: one record for every answer, and what the seeds say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cutplane.atomic import replacing
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError

#: The two counts a curve can be drawn against.
COUNTS = ("n_labels", "n_counted")

#: Counts at which a summary is taken.
SUMMARY_AT = (10, 20, 50)


@dataclass(frozen=True)
class Record:
    """The score after one question.

    Attributes
    ----------
    method : str
        Name of the method.
    seed : int
    n_labels : int
        Labels the oracle had handed out.
    n_counted : int
        What the paper counts as queries: labels that led to a cut. For methods that do not
        cut, every label.
    score : float
        Accuracy or RMSE on the test rows.
    """

    method: str
    seed: int
    n_labels: int
    n_counted: int
    score: float


COLUMNS = tuple(Record.__dataclass_fields__)


def to_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Records as a table with the columns ``COLUMNS``."""
    return pd.DataFrame([asdict(record) for record in records], columns=list(COLUMNS))


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet with checksums, all of it or nothing."""
    with replacing(path) as file:
        frame.to_parquet(file, index=False, write_page_checksum=True)


def read_frame(path: Path) -> pd.DataFrame:
    """Read a table of records that :func:`write_frame` wrote.

    InvalidInputError where it is damaged.
    """
    try:
        frame = pq.read_table(path, page_checksum_verification=True).to_pandas()
    except (pa.ArrowException, *DAMAGE, OSError) as error:
        raise InvalidInputError(f"{str(path)!r} is damaged ({error}); remove it") from error
    if list(frame.columns) != list(COLUMNS):
        raise InvalidInputError(
            f"{str(path)!r} has the columns {', '.join(map(str, frame.columns))} instead of "
            f"{', '.join(COLUMNS)}; remove it"
        )
    return frame


def band(frame: pd.DataFrame, count: str = "n_labels") -> pd.DataFrame:
    """Mean, standard deviation and range of the score over seeds.

    Parameters
    ----------
    frame : DataFrame
        Of :func:`to_frame`.
    count : {"n_labels", "n_counted"}
        What the curves are drawn against. A label that is not counted leaves the model as it
        was, so of the records with one count the first stands for all.

    Returns
    -------
    DataFrame
        Columns method, ``count``, mean, sd (n - 1 in the denominator; 0 for one seed), least,
        most, n_seeds.
    """
    first = frame[frame[count] > 0].groupby(["method", "seed", count], sort=False).score.first()
    grouped = first.groupby(["method", count], sort=False)
    table = pd.DataFrame(
        {
            "mean": grouped.mean(),
            "sd": grouped.std().fillna(0.0),
            "least": grouped.min(),
            "most": grouped.max(),
            "n_seeds": grouped.size(),
        }
    )
    return table.reset_index()


def summary(
    frame: pd.DataFrame, methods: Sequence[str], at: Sequence[int] = SUMMARY_AT
) -> pd.DataFrame:
    """Mean, standard deviation and seeds of every method at some counts, by both counts.

    Parameters
    ----------
    frame : DataFrame
    methods : sequence of str
        Rows of the summary, in this order.
    at : sequence of int

    Returns
    -------
    DataFrame
        Columns method, count, at, mean, sd, n_seeds. A count that no run of a method reached
        has no mean; one that only some reached has fewer seeds.
    """
    rows = []
    for count in COUNTS:
        table = band(frame, count).set_index(["method", count])
        for method in methods:
            for n in at:
                found = (method, n) in table.index
                cells = table.loc[(method, n)] if found else {"mean": np.nan, "sd": np.nan}
                n_seeds = int(cells["n_seeds"]) if found else 0
                rows.append((method, count, n, cells["mean"], cells["sd"], n_seeds))
    return pd.DataFrame(rows, columns=["method", "count", "at", "mean", "sd", "n_seeds"])
