"""Where the time of a question goes at many sizes, what it is held to, and how it grows.

    python benchmarks/scale.py --out DIR [--quick] [--only TEXT] [profile] [growth] [targets]

"profile" has a question's time by its parts: one more label is learnt, the pool is passed over,
candidates are looked at closely, and the best are chosen; at 100 to 10,000 labels, 10,000 and
1,000,000 rows, 16 to 2,560 columns, of relu, gated and deep networks (two relu layers) at both
centers. "growth" lets labels, rows, columns and gates grow one at a time, and fits exponents.
"targets" are times and memory that releases are held to, on all cores.

Pools are float32 in files (--pools, kept for the next run), and mapped. Every cell has a process
of its own, and profile and growth one BLAS thread there; seconds are given beside those of one
product of the same rows with 200 columns in that process. Memory is what the process
grows by beside mapped files. Left out is a pool of more than 2 GB, and a cell that is at least as
large in everything as one that took longer than --limit seconds. Every cell is a line of
DIR/cells.jsonl, which is not measured again. Tables are written to DIR/scale.md, curves to
DIR/scale.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from harness import parser
from scale_suite import sizes
from scale_suite.report import report
from scale_suite.store import Lines, measured
from scale_suite.targets import TARGETS, verdict

PARTS = ("profile", "growth", "targets")


def main() -> None:
    options = read_options()
    cells, verdicts = Lines(options.out / "cells.jsonl"), Lines(options.out / "targets.jsonl")
    chosen = [target for target in TARGETS if options.only in target.title]
    for target in chosen if "targets" in options.parts else ():
        verdict(verdicts, target, options.pools, quick=options.quick)
    wanted = sizes.profile(quick=options.quick) if "profile" in options.parts else []
    if "growth" in options.parts:
        wanted += [cell for _, cell in sizes.growth(quick=options.quick)]
    for cell in wanted:
        measured(cells, cell, options.pools, options.limit)
    report(cells.records, verdicts.records, options.out)


def read_options() -> argparse.Namespace:
    made = parser(__doc__, out=False, quick="fewer sizes, and no whole run of 1,000 relu labels")
    made.add_argument("parts", nargs="*", metavar="PART", help="profile, growth, targets; all")
    made.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder")
    made.add_argument("--pools", type=Path, metavar="DIR", help="folder; by default DIR/pools")
    made.add_argument("--limit", type=float, help="seconds for a cell; 60, quick 25")
    made.add_argument("--only", default="", metavar="TEXT", help="targets whose title has it")
    options = made.parse_args()
    options.parts = options.parts or PARTS
    options.limit = options.limit or (25.0 if options.quick else 60.0)
    options.pools = options.pools or options.out / "pools"
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        made.error(f"{', '.join(sorted(unknown))} arrived; parts are {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    main()
