"""Runs on disk: one JSON file each, so a stopped suite goes on where it was; merged as Parquet."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from label_suite.metrics import CLASSIFICATION, PROBABILITY, REGRESSION

METRICS = (*CLASSIFICATION, *PROBABILITY, *REGRESSION)


class RunStore:
    """Folder of runs, by data set, method and seed.

    Parameters
    ----------
    folder : Path
        With ``runs/``, or with the Parquet files of a report alone, which then are the runs.
    """

    def __init__(self, folder: Path):
        self.report = Path(folder)
        self.folder = self.report / "runs"

    def claim(self, settings: dict) -> None:
        """Keep what the folder's runs are played with.

        Raises
        ------
        ValueError
            The folder holds runs with other settings, which must not be mixed.
        """
        path = self.report / "settings.json"
        if path.exists() and (held := json.loads(path.read_text())) != settings:
            raise ValueError(
                f"{self.report} holds runs with {held}, and {settings} arrived; "
                "choose another --out"
            )
        self.report.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def path(self, data: str, method: str, seed: int) -> Path:
        """File of a run."""
        return self.folder / _slug(data) / f"{_slug(method)}.{seed}.json"

    def holds(self, data: str, method: str, seed: int) -> bool:
        """Whether the run was finished."""
        return self.path(data, method, seed).exists()

    def write(self, run: dict) -> None:
        """Write a finished run; the file appears whole or not at all."""
        path = self.path(run["data"], run["method"], run["seed"])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(run))
        part.replace(path)

    def curves(self) -> pd.DataFrame:
        """One row per data set, method, seed and label count, with every metric."""
        frames = [_frame(run) for run in self._runs()]
        return pd.concat(frames, ignore_index=True) if frames else self._reported("curves")

    def questions(self) -> pd.DataFrame:
        """One row per data set, method and seed: the rows asked, in order, and the CPU time."""
        kept = ("data", "task", "method", "seed", "rows", "cpu_seconds")
        rows = [{name: run[name] for name in kept} for run in self._runs()]
        return pd.DataFrame(rows) if rows else self._reported("questions")

    def _runs(self) -> Iterator[dict]:
        for path in sorted(self.folder.glob("*/*.json")):
            yield json.loads(path.read_text())

    def _reported(self, name: str) -> pd.DataFrame:
        path = self.report / f"{name}.parquet"
        return pd.read_parquet(path) if path.exists() else pd.DataFrame()


def _frame(run: dict) -> pd.DataFrame:
    columns = {name: run[name] for name in ("n_labels", *METRICS) if name in run}
    frame = pd.DataFrame(columns)
    for place, name in enumerate(("data", "task", "method", "seed")):
        frame.insert(place, name, run[name])
    return frame


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
