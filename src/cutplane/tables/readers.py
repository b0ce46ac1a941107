"""Files of tables by what their names end in."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from cutplane.errors import InvalidInputError
from cutplane.tables.arrow_files import read_feather, read_parquet
from cutplane.tables.beginnings import beginning_of
from cutplane.tables.compression import PACKINGS, name_inside
from cutplane.tables.csv_file import read_csv
from cutplane.tables.excel import read_excel
from cutplane.tables.json_lines import read_json_lines
from cutplane.tables.npz_file import read_npz
from cutplane.tables.sheet import Sheet

_Reader = Callable[[Path, str | None], Sheet]
# Text may be compressed; the others are compressed inside.
_TEXT: dict[str, _Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".tab": read_csv,
    ".txt": read_csv,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
_BINARY: dict[str, _Reader] = {
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".parquet": read_parquet,
    ".feather": read_feather,
    ".arrow": read_feather,
    ".npz": read_npz,
}


def read_sheet(path: Path, target: str | None) -> Sheet:
    """Read a file by what its name ends in, its labels apart from the other columns.

    Parameters
    ----------
    path : Path
        A .csv, .tsv, .txt, .jsonl (these also as .gz, .bz2, .xz, .zst or .zip), .xlsx, .parquet,
        .feather, .arrow or .npz file.
    target : str or None
        The label column; an .npz uses its array ``y`` by default.

    Raises
    ------
    InvalidInputError
        The file is missing, cannot be read, is of another kind, or has no such target.
    """
    if not path.exists():
        raise InvalidInputError(f"there is no file {str(path)!r}; check its name")
    try:
        reader = _reader(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheet = reader(path, target)
    except Exception as error:  # damaged files make the parsers of others raise whatever there is
        kind = beginning_of(path)
        if kind and path.suffix.lower() not in kind:
            raise InvalidInputError(
                f"cannot read {str(path)!r}: it begins as a {kind} file does; give it the name of "
                "what it is"
            ) from error
        if isinstance(error, InvalidInputError):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InvalidInputError(
            f"cannot read {str(path)!r}: {reason}; copy or write it again, and call it what it is"
        ) from error
    return sheet if sheet.labels is not None else sheet.with_target(target)


def _reader(path: Path) -> _Reader:
    inside = Path(name_inside(path)).suffix.lower()
    reader = _BINARY.get(path.suffix.lower()) or _TEXT.get(inside)
    if reader is None:
        raise InvalidInputError(
            f"cannot tell what {str(path)!r} is from its name; give a {', '.join(_TEXT)} file (or "
            f"one of these as {', '.join(PACKINGS)}), or a {', '.join(_BINARY)} file"
        )
    return reader
