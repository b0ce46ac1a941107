"""Cost of the analytic center against the number of leaves, at every depth.

    python benchmarks/depth.py [--quick] [--out DIR]

Prints the CPU time of one Newton iteration for arrangements of growing width and depth,
and the exponent of a power law fitted to it over the leaves.
"""

from __future__ import annotations

import numpy as np

from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace
from harness import Stopwatch, one_thread, parser, write_record

N_LABELS, N_FEATURES = 30, 20
SHAPES = {
    1: [(50,), (100,), (200,), (400,), (800,)],
    2: [(6, 5), (12, 10), (24, 10), (24, 20), (48, 20)],
    3: [(4, 4, 3), (6, 5, 4), (8, 6, 5), (10, 8, 5)],
    4: [(3, 3, 2, 2), (4, 3, 3, 2), (4, 4, 3, 3)],
}


def seconds_per_iteration(hidden: tuple[int, ...], repeats: int) -> dict:
    """Leaves, and the least CPU time per Newton iteration over the repeats."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, N_FEATURES))
    y = np.where(X[:, 0] + 0.3 * X[:, 1] ** 2 > 0.2, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    space = VersionSpace.classification(arrangement, X[:N_LABELS], y[:N_LABELS], cost=10.0)
    watch = Stopwatch()
    for _ in range(repeats):
        n_iter = watch.time(lambda: analytic_center(space, tol=1e-6)).n_iter
    seconds = min(watch.cpu) / n_iter
    return {"hidden": hidden, "leaves": arrangement.n_leaves, "n_iter": n_iter, "seconds": seconds}


@one_thread
def main() -> None:
    options = parser(__doc__, quick="two widths per depth, one repeat").parse_args()
    record = []
    print(f"{'hidden':>16} {'leaves':>8} {'iterations':>10} {'ms/iteration':>13}")
    for depth, shapes in SHAPES.items():
        rows = []
        for hidden in shapes[:2] if options.quick else shapes:
            row = seconds_per_iteration(hidden, 1 if options.quick else 3)
            name, ms = " x ".join(map(str, hidden)), 1e3 * row["seconds"]
            print(f"{name:>16} {row['leaves']:>8} {row['n_iter']:>10} {ms:>13.1f}", flush=True)
            rows.append(row)
        leaves, seconds = zip(*[(row["leaves"], row["seconds"]) for row in rows], strict=True)
        exponent = np.polyfit(np.log(leaves), np.log(seconds), 1)[0]
        print(f"  {depth} hidden layers: time grows as leaves ^ {exponent:.2f}\n")
        record += rows
    write_record(options.out, "depth", record)


if __name__ == "__main__":
    main()
