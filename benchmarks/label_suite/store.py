"""Runs on disk: one JSON file each, so a stopped suite goes on where it was; merged as Parquet."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pandas as pd

from label_suite.metrics import CLASSIFICATION, REGRESSION

METRICS = (*CLASSIFICATION, *REGRESSION)


class RunStore:
    """Folder of runs, by data set, method and seed.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder) / "runs"
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, data: str, method: str, seed: int) -> Path:
        """File of a run."""
        return self.folder / _slug(data) / f"{_slug(method)}.{seed}.json"

    def holds(self, data: str, method: str, seed: int) -> bool:
        """Whether the run was finished."""
        return self.path(data, method, seed).exists()

    def write(self, run: dict) -> None:
        """Write a finished run; the file appears whole or not at all."""
        path = self.path(run["data"], run["method"], run["seed"])
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(run))
        part.replace(path)

    def curves(self) -> pd.DataFrame:
        """One row per data set, method, seed and label count, with every metric."""
        frames = [
            _frame(json.loads(path.read_text())) for path in sorted(self.folder.glob("*/*.json"))
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def questions(self) -> pd.DataFrame:
        """One row per data set, method and seed: the rows asked, in order, and the CPU time."""
        runs = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*/*.json"))]
        kept = ("data", "task", "method", "seed", "rows", "cpu_seconds")
        return pd.DataFrame([{name: run[name] for name in kept} for run in runs])


def _frame(run: dict) -> pd.DataFrame:
    columns = {name: run[name] for name in ("n_labels", *METRICS) if name in run}
    frame = pd.DataFrame(columns)
    for place, name in enumerate(("data", "task", "method", "seed")):
        frame.insert(place, name, run[name])
    return frame


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
