"""Seconds and memory of questions about a folder of Parquet files, beside reading it alone.

    python benchmarks/stored_pool.py --data FOLDER [--rows 10000000] [--columns 64] [--out DIR]

Makes the folder where it is missing: float32, zstd, files of a million rows in row groups of 2^17,
each a copy of the first.
A question is timed with 40 labels, after one that looks at the probe rows; reading is that of the
same columns by pyarrow, one batch after the other, whose numbers are summed. Both take the files
from where the system has them, in memory or on the disk, so the two take turns. Each in a process
of its own; peak memory is that process's, with the libraries (said as "at the start"). The aim:
a question at the speed of reading, and 500 MB.
"""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cutplane import ActiveLearner, CuttingPlaneClassifier, stored_rows
from harness import in_own_process, parser, peak_mb, versions, write_record

LABELS, FILE, GROUP = 40, 1_000_000, 2**17
QUERIES = ("margin", "variance_reduction")


def make(folder: Path, n_rows: int, n_columns: int) -> None:
    """Write normal numbers, up to a million rows in a file, of which the others are copies."""
    folder.mkdir(parents=True)
    rng, size = np.random.default_rng(0), min(FILE, n_rows)
    columns = {f"c{j}": rng.normal(size=size).astype(np.float32) for j in range(n_columns)}
    first = folder / "part-0.parquet"
    options = {"compression": "zstd", "use_dictionary": False, "row_group_size": GROUP}
    pq.write_table(pa.table(columns), first, **options)
    for number in range(1, n_rows // size):
        shutil.copyfile(first, folder / f"part-{number}.parquet")


def read(folder: str) -> dict[str, float]:
    """Read all columns and sum them."""
    begin, total = time.perf_counter(), 0.0
    for path in sorted(Path(folder).glob("*.parquet")):
        with pq.ParquetFile(path, buffer_size=2**16, pre_buffer=False) as file:
            for batch in file.iter_batches(2**14):
                total += sum(float(np.sum(column.to_numpy())) for column in batch.columns)
    return {"seconds": time.perf_counter() - begin, "total": total, "peak MB": peak_mb()}


def ask(folder: str, query: str) -> dict[str, float]:
    """One question about all rows."""
    at_start = peak_mb()
    learner = ActiveLearner(
        CuttingPlaneClassifier(random_state=0),
        domain=stored_rows(folder),
        query=query,
        random_state=0,
    )
    rows = np.arange(0, learner.X_pool.n_rows, learner.X_pool.n_rows // LABELS)[:LABELS]
    X = learner.X_pool.take(rows)
    begin = time.perf_counter()
    learner.tell(rows, X[:, 0] + X[:, 1] ** 2 > 1)
    middle = time.perf_counter()
    learner.ask()
    asked = time.perf_counter()
    learner.ask()
    end = time.perf_counter()
    return {
        "seconds": end - asked,
        "first": asked - middle,
        "gates": middle - begin,
        "peak MB": peak_mb(),
        "MB at the start": at_start,
    }


def options() -> argparse.Namespace:
    """What the command line says."""
    made = parser(__doc__, data=True)
    made.add_argument("--rows", type=int, default=10_000_000)
    made.add_argument("--columns", type=int, default=64)
    made.add_argument("--only", nargs="+", choices=QUERIES, default=QUERIES, help="queries")
    return made.parse_args()


def main() -> None:
    chosen = options()
    folder = chosen.data or Path("stored_pool")
    if not folder.exists():
        in_own_process(make, folder, chosen.rows, chosen.columns)
    size = sum(path.stat().st_size for path in folder.glob("*.parquet")) / 2**20
    print(f"{folder}: {size:,.0f} MB")
    record: dict[str, object] = {"MB": size, "rows": chosen.rows, "columns": chosen.columns}
    for query in chosen.only:
        bare = in_own_process(read, str(folder))
        found = in_own_process(ask, str(folder), query)
        ratio = found["seconds"] / bare["seconds"]
        print(
            f"{query}: {found['seconds']:.1f} s a question, {bare['seconds']:.1f} s to read alone "
            f"({ratio:.2f} times); peak {found['peak MB']:.0f} MB, {found['MB at the start']:.0f} "
            f"before; first question {found['first']:.1f} s, gates {found['gates']:.1f} s",
            flush=True,
        )
        record[query] = {"question": found, "reading": bare, "ratio": ratio}
    write_record(chosen.out, "stored_pool", record | {"versions": versions("pyarrow")})


if __name__ == "__main__":
    main()
