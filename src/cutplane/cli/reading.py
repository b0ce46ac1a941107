"""The options that say how a table is read, once for all commands that learn from one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cutplane.cli import say
from cutplane.errors import InvalidInputError
from cutplane.progress import pulse

if TYPE_CHECKING:
    from cutplane.scanning.engine import Engine
    from cutplane.tables.stored_table import StoredTable
    from cutplane.tables.table import Table


@dataclass(frozen=True)
class ReadingOptions:
    """What a table does not say of itself."""

    target: Annotated[
        str | None, typer.Option(help="The label column; an empty cell is a row without a label.")
    ] = None
    task: Annotated[
        str | None,
        typer.Option(help="classification or regression; by default the label column decides."),
    ] = None
    missing: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MARK",
            help="What the label column says for no label, besides nothing: NA; repeatable.",
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="A column to read though it looks like an index, an id or a text; repeatable.",
        ),
    ] = None

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns that stay whatever they look like."""
        return tuple(self.keep or ())

    def read(
        self, table: str, *, may_be_empty: bool = False, may_lack_target: bool = False
    ) -> Table:
        """The table; what is not as it is in the file is said. Options as of ``read_table``.

        Raises
        ------
        InvalidInputError
            The file cannot be read, or not so.
        """
        from cutplane.tables.table import read_table

        read = read_table(
            table,
            self.target,
            task=self.task,
            missing=self.missing or (),
            may_be_empty=may_be_empty,
            may_lack_target=may_lack_target,
        )
        say.remarks(read.report.remarks)
        return read

    @contextmanager
    def opened(
        self, folder: str, scheduler: str | None, *, may_lack_target: bool = False
    ) -> Iterator[StoredTable]:
        """A folder of Parquet files, gone through by a cluster where there is a scheduler.

        Raises
        ------
        InvalidInputError
            There is nothing to read, or no target.
        ClusterError
            The scheduler cannot be reached.
        """
        from cutplane.tables.stored_reading import read_stored

        if self.target is None:
            raise InvalidInputError(
                f"{folder!r} is a folder; name the column of its labels: --target NAME"
            )
        with _engine(scheduler) as engine:
            with pulse("read"):
                read = read_stored(
                    folder,
                    self.target,
                    task=self.task,
                    missing=self.missing or (),
                    keep=self.kept,
                    may_lack_target=may_lack_target,
                    engine=engine,
                )
            say.remarks(read.report.remarks)
            yield read


@contextmanager
def _engine(scheduler: str | None) -> Iterator[Engine]:
    """Who goes through the rows: this process, or a cluster."""
    from cutplane.scanning.engine import serial

    if scheduler is None:
        yield serial
        return
    from cutplane.integrations.dask import DaskEngine

    with DaskEngine(scheduler) as engine:
        yield engine
