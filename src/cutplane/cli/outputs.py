"""Where commands may write: no file is replaced unasked, and never one that is read."""

from __future__ import annotations

import os
from pathlib import Path

from cutplane.errors import InvalidInputError

#: What the commands read of a folder of `run` or `fit`.
_OF_A_RUN = ("model.npz", "learner.npz", "labels.csv", "metrics.json")


def require_file(out: Path, overwrite: bool, *inputs: str | Path | None) -> None:
    """Check where a file is to be written, before any work goes into it.

    Parameters
    ----------
    out : Path
        A pipe or a device may be there already: it cannot be replaced.
    overwrite : bool
        Whether another file of that name may be replaced.
    *inputs : str, Path or None
        Files and run folders that the command reads; names of data sets are no files.

    Raises
    ------
    InvalidInputError
        It is an input, under whatever name; it exists already; or nothing can be written there.
    """
    if out.is_dir():
        raise InvalidInputError(f"--out is {str(out)!r}, which is a folder; name a file")
    if not out.parent.is_dir():
        raise InvalidInputError(
            f"cannot write {str(out)!r}: there is no folder {str(out.parent)!r}; make it first, or "
            "choose another --out"
        )
    if not out.exists():
        return
    for read in _files(inputs):
        if read.exists() and os.path.samefile(out, read):
            raise InvalidInputError(
                f"--out is {str(out)!r}, which is {str(read)!r}, a file that is read; choose "
                "another --out"
            )
    if out.is_file() and not overwrite:
        raise InvalidInputError(
            f"{str(out)!r} exists already; choose another --out or pass --overwrite"
        )


def require_folder(out: Path, *inputs: str | Path) -> None:
    """Check that a folder, which may be replaced, holds nothing that is read.

    Raises
    ------
    InvalidInputError
        An input lies in it.
    """
    folder = out.resolve()
    for read in map(Path, inputs):
        if read.exists() and read.resolve().is_relative_to(folder):
            raise InvalidInputError(
                f"--out is {str(out)!r}, and {str(read)!r} in it is read; choose another --out"
            )


def _files(inputs: tuple[str | Path | None, ...]) -> list[Path]:
    """The files among the inputs, and those of run folders."""
    paths = [Path(given) for given in inputs if given is not None]
    return [
        file
        for path in paths
        for file in ([path / name for name in _OF_A_RUN] if path.is_dir() else [path])
    ]
