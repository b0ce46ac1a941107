"""Parquet files of a pool: which there are, in what order, and whether they stay the same."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutplane.errors import InvalidInputError
from cutplane.scanning.arrow_columns import check_names

if TYPE_CHECKING:  # loads file systems and networks with it
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

SUFFIXES = (".parquet", ".parq", ".pq")
#: Bytes of each column that are read ahead; whole columns of a row group otherwise.
_BUFFER = 2**16


@dataclass(frozen=True)
class StampedFile:
    """A Parquet file as it was when the pool was opened.

    Attributes
    ----------
    path : str
        Absolute.
    size, modified : int
        Bytes, and nanoseconds since 1970.
    groups : tuple of int
        Rows of each row group.
    """

    path: str
    size: int
    modified: int
    groups: tuple[int, ...]

    @property
    def n_rows(self) -> int:
        """Rows in all."""
        return sum(self.groups)

    @contextmanager
    def opened(self) -> Iterator[ParquetFile]:
        """The file, for reading.

        Raises
        ------
        InvalidInputError
            It went, is another one now, or is damaged.
        """
        with _opened(self.path) as (file, size, modified):
            if (size, modified, _groups(file)) != (self.size, self.modified, self.groups):
                raise InvalidInputError(
                    f"{self.path!r} is no longer what it was when the pool was opened "
                    f"({self.n_rows} rows in {self.size} bytes then, {file.metadata.num_rows} in "
                    f"{size} now); open the pool again"
                )
            yield file


class Found(NamedTuple):
    """A file and the types of its columns."""

    file: StampedFile
    schema: pa.Schema


def parquet_files(path: Path) -> tuple[list[Path], tuple[str, ...]]:
    """The Parquet files of a folder, those of folders in it too; and what is said about others.

    Names are in natural order, ``part-2`` before ``part-10``. Hidden files and those that begin
    with an underscore are left out silently, as all who write such folders mean it.

    Raises
    ------
    InvalidInputError
        There are none.
    """
    if not path.is_dir():
        return [path], ()
    seen = [file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path)]
    files = [file for file in seen if file.suffix.lower() in SUFFIXES]
    others = sorted(file.name for file in seen if file.suffix.lower() not in SUFFIXES)
    if not files:
        first = f", but {others[0]!r}" if others else ""
        raise InvalidInputError(
            f"there is no Parquet file in the folder {str(path)!r}{first}; names of such files end "
            f"in {', '.join(SUFFIXES)}"
        )
    said = []
    if others:
        count = f"{len(others)} files are" if len(others) > 1 else "1 file is"
        said.append(f"{count} no Parquet and not read (the first: {others[0]!r}).")
    files.sort(key=lambda file: _natural(file.relative_to(path)))
    folders = (part for file in files for part in file.relative_to(path).parts[:-1])
    if (part := next((part for part in folders if "=" in part), None)) is not None:
        said.append(f"What names of folders say ({part!r}) is no column.")
    return files, tuple(said)


def found(path: Path) -> Found:
    """A file with its footer read; InvalidInputError for what is none."""
    with _opened(os.path.abspath(path)) as (file, size, modified):
        own = StampedFile(os.path.abspath(path), size, modified, _groups(file))
        return Found(own, file.schema_arrow)


def check_alike(
    files: Sequence[Found], names: Sequence[str] | None, *, same_types: bool = True
) -> None:
    """Refuse files whose columns are other than those of the first one with rows.

    Parameters
    ----------
    files : sequence of Found
    names : sequence of str, optional
        Columns that matter; all by default.
    same_types : bool, default=True
        Whether they hold the same in all files.
    """
    first = files[0]
    check_names(names or [], first.schema.names, first.file.path)
    known = {name: _type(first.schema, name) for name in names or first.schema.names}
    for file in files[1:]:
        own = set(file.schema.names)
        if lost := [name for name in known if name not in own]:
            _refuse(first, file, f"column {lost[0]!r} is in the first only")
        if names is None and (new := own.difference(known)):
            _refuse(first, file, f"column {min(new)!r} is in the second only")
        kinds = {name: _type(file.schema, name) for name in known if same_types}
        if other := [name for name, kind in kinds.items() if kind != known[name]]:
            both = f"{known[other[0]]} in the first, {kinds[other[0]]} in the second"
            _refuse(first, file, f"column {other[0]!r} holds {both}")


def _refuse(first: Found, second: Found, problem: str) -> None:
    raise InvalidInputError(
        f"{first.file.path!r} and {second.file.path!r} have other columns: {problem}; write them "
        "alike, or name columns that they share: columns=[...]"
    )


def _type(schema: pa.Schema, name: str) -> str:
    """Type of a column, that of the values where it is a dictionary; the first of equal names."""
    import pyarrow as pa

    kind = schema.field(schema.names.index(name)).type
    return str(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _is_hidden(file: Path, root: Path) -> bool:
    return any(part[0] in "._" for part in file.relative_to(root).parts)


def _natural(path: Path) -> tuple[object, ...]:
    """What sorts numbers in names by size; names that say the same number, as text."""
    pieces = re.split(r"(\d+)", path.as_posix())
    numbers = [(int(piece), "") if i % 2 else (-1, piece) for i, piece in enumerate(pieces)]
    return (*numbers, (0, path.as_posix()))


def _groups(file: ParquetFile) -> tuple[int, ...]:
    metadata = file.metadata
    return tuple(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups))


@contextmanager
def _opened(path: str) -> Iterator[tuple[ParquetFile, int, int]]:
    """A file, its size and when it was written; errors of the system and of Arrow in sentences."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        stat = os.stat(path)
        with ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
            yield file, stat.st_size, stat.st_mtime_ns
    except FileNotFoundError as error:
        raise InvalidInputError(f"there is no file {path!r}; check its name") from error
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InvalidInputError(f"{path!r} cannot be read as Parquet: {reason}") from error
