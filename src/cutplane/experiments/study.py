"""Play every method with every seed, one file for each run, so that a study can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from warnings import catch_warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from cutplane._types import Arrays
from cutplane.archive import damaged, read_archive, write_archive, write_json
from cutplane.blas import one_thread
from cutplane.encoding import DAMAGE
from cutplane.errors import InvalidInputError
from cutplane.experiments.curves import COLUMNS, Record, read_frame, to_frame, write_frame
from cutplane.experiments.experiment import Experiment, Method
from cutplane.experiments.referee import Picture

_RUNS = "runs"
_SETTINGS = "settings.json"
_PICTURES = "picture"


@dataclass(frozen=True)
class Study:
    """An experiment in a folder.

    Attributes
    ----------
    experiment : Experiment
    folder : Path
        Holds ``settings.json`` and ``runs/METHOD-seedN.parquet`` (and ``.npz`` with the
        pictures).
    n_seeds : int
        Seeds 0 to n_seeds - 1.
    budget : int
        Counted queries of every run.
    """

    experiment: Experiment
    folder: Path
    n_seeds: int
    budget: int

    def open(self) -> None:
        """Make the folder, or check that its runs were played under the same settings.

        Raises
        ------
        InvalidInputError
            The folder cannot be used, or holds runs of other settings.
        """
        if self.n_seeds < 1 or self.budget < 1:
            raise InvalidInputError(
                f"{self.n_seeds} seeds and a budget of {self.budget} queries arrived; give at "
                "least 1 of each"
            )
        wanted = {"experiment": self.experiment.name, "budget": self.budget}
        wanted |= self.experiment.settings
        path = self.folder / _SETTINGS
        try:
            (self.folder / _RUNS).mkdir(parents=True, exist_ok=True)
            held = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else wanted
        except (OSError, ValueError, RecursionError) as error:
            raise InvalidInputError(
                f"cannot use {str(self.folder)!r}: {error}; choose another --out"
            ) from error
        if held != wanted:
            raise InvalidInputError(
                f"{str(self.folder)!r} holds runs of {held}, and {wanted} arrived; choose another "
                "--out, or remove the folder"
            )
        write_json(path, wanted)

    def tasks(self) -> list[tuple[Method, int]]:
        """Every method with every seed."""
        return [(m, seed) for seed in range(self.n_seeds) for m in self.experiment.methods]

    def missing(self) -> list[tuple[Method, int]]:
        """The tasks without a finished run."""
        return [(m, seed) for m, seed in self.tasks() if not self._records(m.name, seed).is_file()]

    def play(self, n_jobs: int | None = 1, on_run: Callable[[], None] | None = None) -> None:
        """Play what is missing; runs are written here as they come.

        Parameters
        ----------
        n_jobs : int or None
            Processes; None for all workers of the backend in a ``joblib.parallel_config``, to which
            ``scatter=[study.experiment]`` sends data once.
        on_run : callable, optional
            Called after every finished run.
        """
        todo = self.missing()
        jobs = (delayed(_played)(self.experiment, m.name, seed, self.budget) for m, seed in todo)
        runs = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs)
        try:
            for run in runs:
                self._write(run)
                if on_run is not None:
                    on_run()
        finally:
            with catch_warnings(action="ignore"):  # that others are cancelled where one fails
                runs.close()

    def frame(self) -> pd.DataFrame:
        """Records of all tasks that are finished."""
        files = [self._records(method.name, seed) for method, seed in self.tasks()]
        frames = [read_frame(path) for path in files if path.is_file()]
        if not frames:
            return pd.DataFrame(columns=list(COLUMNS))
        return pd.concat(frames, ignore_index=True)

    def pictures(self, seed: int = 0) -> dict[str, tuple[list[int], dict[str, Picture]]]:
        """Rows asked and pictures of the finished runs of a seed, by method."""
        found = {}
        for method in self.experiment.methods:
            path = self._records(method.name, seed).with_suffix(".npz")
            if path.is_file():
                found[method.name] = _load_pictures(path)
        return found

    def _records(self, method: str, seed: int) -> Path:
        return self.folder / _RUNS / f"{method}-seed{seed}.parquet"

    def _write(self, run: _Run) -> None:
        path = self._records(run.method, run.seed)
        if run.pictures:
            _save_pictures(path.with_suffix(".npz"), run.rows, run.pictures)
        write_frame(to_frame(run.records), path)  # last: this file says the run is finished


class _Run(NamedTuple):
    """What is kept of a run."""

    method: str
    seed: int
    records: list[Record]
    rows: list[int]
    pictures: dict[str, Picture]


def _played(experiment: Experiment, name: str, seed: int, budget: int) -> _Run:
    """A run of the method of that name, perhaps in another process."""
    (method,) = (method for method in experiment.methods if method.name == name)
    with one_thread():
        referee = experiment.play(method, seed, budget)
    return _Run(name, seed, referee.records, referee.rows, referee.pictures)


def _save_pictures(path: Path, rows: Sequence[int], pictures: dict[str, Picture]) -> None:
    arrays: Arrays = {"rows": np.asarray(rows, dtype=np.intp)}
    for name, picture in pictures.items():
        arrays[f"{name}_values"] = picture.values
        arrays[f"{name}_counts"] = np.array([picture.n_labels, picture.n_counted])
    write_archive(path, arrays, {}, what=_PICTURES)


def _load_pictures(path: Path) -> tuple[list[int], dict[str, Picture]]:
    arrays, _ = read_archive(path, what=_PICTURES)
    try:
        pictures = {
            name: Picture(arrays[f"{name}_values"], *map(int, arrays[f"{name}_counts"]))
            for name in ("early", "last")
            if f"{name}_values" in arrays
        }
        return arrays["rows"].tolist(), pictures
    except DAMAGE as error:
        raise damaged(path, error, what=_PICTURES) from error
