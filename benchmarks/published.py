"""A published benchmark of active learning on tables, played on its own rows by its own protocol.

    python benchmarks/published.py play --data FOLDER --out DIR [--seeds 20] [--only heart german]
    python benchmarks/published.py report --data FOLDER --out DIR

Lu, Cheng, Li and Lin, TMLR 2025, arXiv:2306.08954: 60% of the rows are the pool, of which 20 are
labelled at the beginning; one row is asked about at a time until the pool is used up, and the
accuracy on the other rows after each answer makes the area. Our questions are tested with our own
model, and with the support vector machine that they test all strategies with; nothing but defaults.

FOLDER has data/NAME-svmstyle.txt, and what they published: published/aubc_mean_sd.csv (data,
method, mean, sd), aubc_per_seed.csv and us_c_svm_curves.npz. Where the file of curves lacks a set,
their uncertainty sampling is played again, and its area held against the published one.

Runs are files in --runs: a killed command goes on where it was, also in the middle of a run, and
`report` writes tables of what is there. Large pools would take hours: beyond --alone-to labels
--together rows are asked for at once, and accuracies between are on the straight line.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed

from harness import parser
from published_suite.play import Pace, play, uncertainty
from published_suite.protocol import Problem, after_each_answer, area, divide, read, sets
from published_suite.report import write_report
from published_suite.store import OURS, THEIRS, Runs
from published_suite.theirs import Theirs

#: Rows of a set that is played with a quarter of the seeds, as there are fewer published.
LARGE = 4000


@dataclass(frozen=True)
class Seed:
    """A data set and a seed, to be played by us, and by them where they published no curve."""

    data: str
    path: Path
    seed: int
    pace: Pace
    has_curve: bool

    def play_into(self, runs: Runs) -> None:
        """Play what is missing, and say what came out."""
        problem = divide(*read(self.path), self.seed)
        if problem is None:
            print(f"{self.data}, seed {self.seed}: left out, the first labels miss a class")
            return
        if not self.is_played(runs, len(problem.y_pool)):
            self.play_ours(problem, runs)
        if not self.has_curve and runs.find(self.data, THEIRS, self.seed) is None:
            accuracies = uncertainty(problem)
            runs.write(self.data, THEIRS, self.seed, {"accuracies": accuracies})

    def is_played(self, runs: Runs, n_pool: int) -> bool:
        """Whether our run is there, at this pace."""
        run = runs.find(self.data, OURS, self.seed)
        return run is not None and run["n_labels"] == self.pace.counts(n_pool)

    def play_ours(self, problem: Problem, runs: Runs) -> None:
        """Play our run to its end."""
        unfinished = runs.unfinished(self.data, self.seed, self.pace)
        begin = time.monotonic()
        course = play(problem, self.seed, self.pace, unfinished)
        runs.write(self.data, OURS, self.seed, course)
        unfinished.remove()
        whole, svm = (
            area(after_each_answer(course["n_labels"], course[name])) for name in ("whole", "svm")
        )
        print(
            f"{self.data}, seed {self.seed}: {whole:.4f}, with their SVM {svm:.4f}, "
            f"{time.monotonic() - begin:.0f} s",
            flush=True,
        )


def main() -> None:
    """Play what is missing, then report."""
    options = read_options()
    runs, theirs, paths = Runs(options.runs), Theirs(options.data), sets(options.data)
    if options.what == "play":
        wanted = wanted_seeds(options, theirs, paths)
        print(f"{len(wanted)} seeds, those played before among them", flush=True)
        Parallel(n_jobs=options.jobs)(delayed(seed.play_into)(runs) for seed in wanted)
    write_report(runs, theirs, paths, options.out)


def wanted_seeds(options: argparse.Namespace, theirs: Theirs, paths: dict[str, Path]) -> list[Seed]:
    """All seeds of the options, set by set."""
    names = options.only or list(paths)
    if unknown := [name for name in names if name not in paths]:
        raise SystemExit(f"no data set is called {unknown[0]!r}; there are {', '.join(paths)}")
    pace = Pace(options.alone_to, options.together)
    return [
        Seed(name, paths[name], seed, pace, theirs.has_curves(name))
        for name in names
        for seed in range(n_seeds(paths[name], options.seeds))
    ]


def n_seeds(path: Path, wanted: int) -> int:
    """Seeds of a data set; a quarter of those wanted where it is large."""
    with path.open(encoding="utf-8") as lines:
        is_large = sum(1 for _ in lines) > LARGE
    return max(1, wanted // 4) if is_large else wanted


def read_options() -> argparse.Namespace:
    made = parser(__doc__, data=True, out=False, seeds=20)
    add = made.add_argument
    add("what", choices=["play", "report"], help="play what is missing and report, or report only")
    add("--out", type=Path, metavar="DIR", required=True, help="folder of tables and figure")
    add("--runs", type=Path, metavar="DIR", help="folder of runs; by default OUT/runs")
    add("--only", nargs="+", metavar="NAME", help="play only these data sets")
    add("--jobs", type=int, default=1, help="processes")
    add(
        "--alone-to", type=int, default=600, metavar="N", help="labels up to which one row is asked"
    )
    add("--together", type=int, default=20, metavar="N", help="rows asked for at once beyond")
    options = made.parse_args()
    if options.data is None:
        made.error("--data is missing: the folder with their rows and published numbers")
    options.runs = options.runs or options.out / "runs"
    return options


if __name__ == "__main__":
    main()
