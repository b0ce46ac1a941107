"""Seconds of a question on one and on two workers of a Dask cluster, on the same fragments.

    python benchmarks/dask_pool.py [--rows 1000000] [--workers 2] [--out DIR]

The pool is Parquet in a folder for the time of the run: float32, 384 columns, a file of 100,000
rows in row groups of 2^14 under as many names as it takes, so that after the first pass it is read
from memory. Workers are processes with one thread each on this machine. A margin question with 200
labels is one pass; both clusters take turns, after one question each. The aim: two workers are at
least 1.7 times as fast as one.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import LocalCluster

from cutplane import ActiveLearner, CuttingPlaneClassifier, stored_rows
from cutplane.integrations.dask import DaskEngine
from harness import parser, write_record

COLUMNS, FILE, GROUP, LABELS, ROUNDS = 384, 100_000, 2**14, 200, 2


def make(folder: Path, n_rows: int) -> None:
    """One file of normal numbers, under many names."""
    X = np.random.default_rng(0).normal(size=(COLUMNS, FILE)).astype(np.float32)
    table = pa.table({f"c{j}": column for j, column in enumerate(X)})
    first = folder / "part-0.parquet"
    pq.write_table(table, first, row_group_size=GROUP, compression="none", use_dictionary=False)
    for number in range(1, n_rows // FILE):
        os.link(first, folder / f"part-{number}.parquet")


def asking(folder: Path) -> ActiveLearner:
    """A learner that knows 200 labels."""
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0),
        domain=stored_rows(folder),
        query="margin",
        random_state=0,
    )
    rows = np.arange(LABELS)
    X = learner.X_pool.take(rows)
    learner.tell(rows, X[:, 0] + X[:, 1] ** 2 > 1)
    return learner


def seconds(learner: ActiveLearner, address: str) -> tuple[float, int]:
    """Seconds of a question that a cluster answers, and the row asked."""
    with DaskEngine(address) as engine:
        learner.X_pool.engine = engine
        begin = time.perf_counter()
        (row,) = learner.ask()
        return time.perf_counter() - begin, int(row)


def cluster(n_workers: int) -> LocalCluster:
    """So many processes with a thread each."""
    return LocalCluster(
        n_workers=n_workers, threads_per_worker=1, memory_limit=0, dashboard_address=":0"
    )


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rows", type=int, default=1_000_000, help="a multiple of 100,000")
    made.add_argument("--workers", type=int, default=2)
    options = made.parse_args()
    taken: dict[int, list[float]] = {1: [], options.workers: []}
    rows = set()
    with (
        tempfile.TemporaryDirectory() as name,
        cluster(1) as one,
        cluster(options.workers) as more,
    ):
        make(Path(name), options.rows)
        learner = asking(Path(name))
        for turn in range(ROUNDS + 1):
            for count, own in zip(taken, (one, more), strict=True):
                took, row = seconds(learner, own.scheduler_address)
                rows.add(row % FILE)  # files are alike
                print(f"{count} worker(s): {took:.1f} s", flush=True)
                if turn:
                    taken[count].append(took)
    slow, fast = (float(np.median(own)) for own in taken.values())
    print(f"{options.rows:,} rows: {slow:.1f} s, {fast:.1f} s, {slow / fast:.2f} times as fast")
    print(f"asked alike: {len(rows) == 1}")
    record = {"rows": options.rows, "seconds": taken, "ratio": slow / fast}
    write_record(options.out, "dask_pool", record)


if __name__ == "__main__":
    main()
