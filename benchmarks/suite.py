"""Labels and what they buy on many data sets: ours against rivals, or a group of our own methods.

    python benchmarks/suite.py --data FOLDER --out DIR [--quick] [--jobs 2] [--only NAME ...]
    python benchmarks/suite.py --out DIR --group centers-gated --only moons spiral --every 1
    python benchmarks/suite.py --out DIR --group prices --only "digits odd" --train random \
        --flips 0 0.1 0.2 --labels 60 --every 60
    python benchmarks/suite.py --data FOLDER --out DIR --group noise --train random \
        --flips 0 0.1 0.2 --labels 150 --every 150 --only "digits odd" spambase magic
    python benchmarks/suite.py --out DIR --group prices --only "y = x²" --every 10 --at 10 20

Every label counts. Runs are files in DIR, so the same command goes on where it was stopped;
`--report` only draws tables and figures from the runs that are there. Areas are means of the
curve over the label counts tested.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed

from harness import one_thread, parser
from label_suite.comparison import flipped_name, write_comparison
from label_suite.data import available
from label_suite.groups import GROUPS
from label_suite.installed import BY_NAME, missing
from label_suite.play import SCHEDULES, Schedule, play
from label_suite.problems import Table, split
from label_suite.report import write_report
from label_suite.store import RunStore

#: First seed of runs that defaults are chosen by.
TUNING_SEED = 100
QUICK_SETS = ["breast cancer", "german credit", "wine", "digits", "diabetes"]


def main() -> None:
    """Run what is missing, then report."""
    options = _options()
    store = RunStore(options.out)
    if not options.report:
        _run_missing(store, options)
    if options.group == "rivals":
        write_report(store, options.out)
    else:
        methods = dict.fromkeys(name for task in SCHEDULES for name in GROUPS[options.group](task))
        write_comparison(store, options.out, list(methods), options.at)


@dataclass(frozen=True)
class Run:
    """One method on one data set with one seed."""

    data: str
    table: Table
    group: str
    method: str
    seed: int
    schedule: Schedule
    flips: float
    validation: bool

    @property
    def name(self) -> str:
        """Name of the data set, with the share of its wrong labels."""
        return flipped_name(self.data, self.flips)

    @one_thread
    def play_into(self, store: RunStore) -> None:
        """Play the run and write it."""
        begin = time.process_time()
        problem = split(self.table, self.seed, validation=self.validation)
        if self.flips:
            problem = problem.flipped(self.flips, self.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence of a rival; the metrics show its cost
            learner = GROUPS[self.group](self.table.task)[self.method](problem.X_pool, self.seed)
            run = play(learner, problem, self.schedule, self.seed)
        head = {"data": self.name, "task": self.table.task, "method": self.method}
        store.write({**head, "seed": self.seed, **run})
        seconds = time.process_time() - begin
        print(f"{self.seed} {self.name}: {self.method}, {seconds:.1f} s", flush=True)


def _run_missing(store: RunStore, options: argparse.Namespace) -> None:
    kept = ("group", "train", "labels", "every", "validation")
    store.claim({name: getattr(options, name) for name in kept})
    names = options.only or (QUICK_SETS if options.quick else None)
    tables = available(options.data, names, openml=options.openml)
    runs = [
        run for run in _runs(tables, options) if not store.holds(run.name, run.method, run.seed)
    ]
    print(f"{len(runs)} runs to do on {len(tables)} data sets", flush=True)
    Parallel(n_jobs=options.jobs)(delayed(run.play_into)(store) for run in runs)


def _runs(tables: dict[str, Table], options: argparse.Namespace) -> list[Run]:
    """All runs of the options, seed by seed."""
    first = TUNING_SEED if options.validation else 0
    methods = _methods({table.task for table in tables.values()}, options)
    return [
        Run(name, table, options.group, method, seed, schedule, flips, options.validation)
        for seed in range(first, first + options.seeds)
        for name, table in tables.items()
        for schedule in [
            SCHEDULES[table.task].changed(options.labels, options.every, options.train)
        ]
        for flips in options.flips
        for method in methods[table.task]
    ]


def _methods(tasks: set[str], options: argparse.Namespace) -> dict[str, list[str]]:
    """Names of the methods that play each task; says which cannot."""
    there = {task: GROUPS[options.group](task) for task in SCHEDULES}
    known = dict.fromkeys(name for methods in there.values() for name in methods)
    wanted = options.methods or [name for name in known if name not in BY_NAME]
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no method is called {unknown[0]!r}; there are {', '.join(known)}")
    chosen = {task: [name for name in there[task] if name in wanted] for task in tasks}
    reasons = {
        name: reason for task in tasks for name in chosen[task] if (reason := missing(name, task))
    }
    for name, reason in reasons.items():
        print(f"{name}: left out, {reason}")
    return {task: [name for name in names if name not in reasons] for task, names in chosen.items()}


def _options() -> argparse.Namespace:
    made = parser(__doc__, data=True, out=False, seeds=10, quick="2 seeds on five small data sets")
    add = made.add_argument
    add("--out", type=Path, metavar="DIR", required=True, help="folder of runs, tables, figures")
    add("--group", choices=GROUPS, default="rivals", help="which methods play")
    add("--jobs", type=int, default=1, help="processes")
    add("--only", nargs="+", metavar="NAME", help="only these data sets")
    add(
        "--methods",
        nargs="+",
        metavar="NAME",
        help="only these methods of the group; TabICL where named",
    )
    add("--labels", type=int, help="labels of a run; by default 60, with several classes 100")
    add("--every", type=int, help="labels between two tests; by default 4")
    add("--train", choices=["asked", "random"], default="asked", help="rows that are labelled")
    add("--flips", type=float, nargs="+", default=[0.0], help="shares of the labels made wrong")
    add("--at", type=int, nargs="+", default=[], help="label counts shown beside the area")
    add(
        "--validation",
        action="store_true",
        help="rows outside the test set and other seeds, to choose defaults by",
    )
    add("--openml", action="store_true", help="more data sets, from openml.org")
    add("--report", action="store_true", help="tables and figures only")
    options = made.parse_args()
    if options.quick:
        options.seeds = min(options.seeds, 2)
    return options


if __name__ == "__main__":
    main()
