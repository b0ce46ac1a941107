"""Label efficiency on many real data sets: ours against models with suited strategies.

    python benchmarks/suite.py --data FOLDER --out DIR [--quick] [--jobs 2] [--only NAME ...]

Every label counts. Runs are files in DIR, so the same command goes on where it was stopped;
`--report` only draws tables and figures from the runs that are there.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # before NumPy loads: side by side they would spin

from joblib import Parallel, delayed  # noqa: E402

from label_suite.data import available  # noqa: E402
from label_suite.methods import methods_of  # noqa: E402
from label_suite.play import SCHEDULES, play  # noqa: E402
from label_suite.problems import Table, split  # noqa: E402
from label_suite.store import RunStore  # noqa: E402

#: First seed of runs that defaults are chosen by.
TUNING_SEED = 100
QUICK_SETS = ["breast cancer", "german credit", "wine", "digits", "diabetes"]


def main() -> None:
    """Run what is missing, then report."""
    options = _options()
    store = RunStore(options.out)
    if not options.report:
        _run_missing(store, options)
    from label_suite.report import write_report

    write_report(store, options.out)


def _run_missing(store: RunStore, options: argparse.Namespace) -> None:
    names = options.only or (QUICK_SETS if options.quick else None)
    tables = available(options.data, names, openml=options.openml)
    first = TUNING_SEED if options.validation else 0
    jobs = [
        (name, method, seed)
        for seed in range(first, first + options.seeds)
        for name, table in tables.items()
        for method in methods_of(table.task)
        if (not options.methods or method in options.methods)
        and not store.holds(name, method, seed)
    ]
    print(f"{len(jobs)} runs to do on {len(tables)} data sets", flush=True)
    Parallel(n_jobs=options.jobs)(
        delayed(run_one)(store, tables[name], name, method, seed, options.validation)
        for name, method, seed in jobs
    )


def run_one(
    store: RunStore, table: Table, name: str, method: str, seed: int, validation: bool
) -> None:
    """Play one run and write it."""
    begin = time.process_time()
    problem = split(table, seed, validation=validation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence of a rival; the metrics show what it costs
        learner = methods_of(table.task)[method](problem.X_pool, seed)
        run = play(learner, problem, SCHEDULES[table.task], seed)
    store.write({"data": name, "task": table.task, "method": method, "seed": seed, **run})
    print(f"{seed} {name}: {method}, {time.process_time() - begin:.1f} s", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the files of README's data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of runs, tables, figures")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these data sets")
    parser.add_argument("--methods", nargs="+", metavar="NAME", help="only these methods")
    parser.add_argument("--quick", action="store_true", help="2 seeds on five small data sets")
    parser.add_argument(
        "--validation",
        action="store_true",
        help="rows outside the test set and other seeds, to choose defaults by",
    )
    parser.add_argument("--openml", action="store_true", help="more data sets, from openml.org")
    parser.add_argument("--report", action="store_true", help="tables and figures only")
    options = parser.parse_args()
    if options.quick:
        options.seeds = min(options.seeds, 2)
    return options


if __name__ == "__main__":
    main()
