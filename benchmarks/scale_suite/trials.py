"""What targets are measured by: questions, whole runs, fits, all in files' pools."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cutplane import ActiveLearner
from cutplane.active.run import run
from harness import Stopwatch
from scale_suite import pools
from scale_suite.cells import Cell
from scale_suite.phases import ExtraMemory

#: Questions of one trial; the median counts.
QUESTIONS = 3
#: Seconds that the script of another benchmark may take.
_SCRIPT_LIMIT = 500
#: Pool of those who label a collection of texts.
USUAL = {"rows": 25_000, "columns": 384}


def question(folder: Path, network: str, query: str, rows: int) -> dict[str, float]:
    """One more label and the next question at 200 labels, beside a product of the same rows."""
    cell = Cell(network, _center(network), 200, rows, 384)
    pool = pools.mapped(folder, cell.rows, cell.columns)
    teacher = pools.Teacher.of(cell.columns)
    learning, asking, unit = Stopwatch(), Stopwatch(), Stopwatch()
    with ExtraMemory() as memory:
        learner = ActiveLearner(cell.model(), pool, query=query, random_state=0)
        learner.tell(np.arange(cell.labels), teacher.label(pool[: cell.labels]))
        rows_asked = learner.ask()  # looks at the pool for the first time
        for _ in range(QUESTIONS):
            unit.time(lambda: pools.product(pool))
            labels = teacher.label(pool[rows_asked])
            learning.time(lambda: learner.tell(rows_asked, labels))  # noqa: B023
            rows_asked = asking.time(learner.ask)
    return {
        "learn": learning.median,
        "question": asking.median,
        "both": learning.median + asking.median,
        "product": unit.median,
        "ratio": asking.median / unit.median,
        "mb": memory.mb,
    }


def whole_run(folder: Path, network: str, labels: int, together: int = 1) -> dict[str, float]:
    """A run with the default question on 25,000 rows, ten told first, some asked together."""
    cell = Cell(network, _center(network), 10, **USUAL)
    pool = pools.mapped(folder, cell.rows, cell.columns)
    teacher = pools.Teacher.of(cell.columns)
    learner = ActiveLearner(cell.model(), pool, batch_size=together, random_state=0)
    with ExtraMemory() as memory:
        begin = time.perf_counter()
        learner.tell(np.arange(cell.labels), teacher.label(pool[: cell.labels]))
        run(learner, lambda rows: teacher.label(pool[rows]), labels)
        seconds = time.perf_counter() - begin
    score = learner.estimator_.score(pool[-5_000:], teacher.label(pool[-5_000:]))
    return {"seconds": seconds, "accuracy": score, "mb": memory.mb}


def fit(folder: Path, network: str, labels: int) -> dict[str, float]:
    """All labels at once."""
    cell = Cell(network, _center(network), labels, **USUAL)
    pool = pools.mapped(folder, cell.rows, cell.columns)
    rows = pool[: cell.labels].astype(float)
    told = pools.Teacher.of(cell.columns).label(rows)
    watch = Stopwatch()
    with ExtraMemory() as memory:
        model = watch.time(lambda: cell.model().fit(rows, told))
    accuracy = model.score(pool[-5_000:], pools.Teacher.of(cell.columns).label(pool[-5_000:]))
    return {"seconds": watch.median, "accuracy": accuracy, "mb": memory.mb}


def learning(folder: Path, network: str, sizes: tuple[int, ...]) -> dict[str, float]:
    """One more label at several numbers of labels, and the exponent between the last two.

    "whole run" is the sum over all labels up to the last size by the power law between sizes,
    the questions left out.
    """
    pool = pools.mapped(folder, **{f"n_{name}": size for name, size in USUAL.items()})
    teacher = pools.Teacher.of(pool.shape[1])
    found = {}
    for labels in sizes:
        model = Cell(network, _center(network), labels, **USUAL).model()
        model.fit(pool[:labels], teacher.label(pool[:labels]))
        watch = Stopwatch()
        for i in range(labels, labels + QUESTIONS):
            new = pool[i : i + 1]
            watch.time(lambda: model.partial_fit(new, teacher.label(new)))  # noqa: B023
        found[f"at {labels}"] = watch.median
    seconds = np.array(list(found.values()))
    per_label = np.exp(np.interp(np.log(np.arange(1, sizes[-1])), np.log(sizes), np.log(seconds)))
    last = slice(-2, None)
    slope = np.polyfit(np.log(sizes[last]), np.log(seconds[last]), 1)[0]
    return found | {"exponent": float(slope), "whole run": float(per_label.sum())}


def dask_workers(_: Path) -> dict[str, float]:
    """How many times as fast two workers of a cluster are as one, by `dask_pool.py`."""
    script = Path(__file__).parents[1] / "dask_pool.py"
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(script), "--rows", "1000000", "--out", out]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_SCRIPT_LIMIT)
        if ran.returncode:
            raise RuntimeError(ran.stderr.strip().splitlines()[-1])
        record = json.loads((Path(out) / "dask_pool.json").read_text(encoding="utf-8"))
    return {"ratio": record["ratio"]}


def _center(network: str) -> str:
    """The estimator's own center of a network."""
    return "gravity" if network == "gated" else "analytic"
