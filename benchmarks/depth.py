"""Cost of the analytic center against the number of leaves, at every depth.

    python benchmarks/depth.py [--quick]

Prints the CPU time of one Newton iteration for arrangements of growing width and depth,
and the exponent of a power law fitted to it over the leaves.
"""

import argparse
import time

import numpy as np

from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace

SHAPES = {
    1: [(50,), (100,), (200,), (400,), (800,)],
    2: [(6, 5), (12, 10), (24, 10), (24, 20), (48, 20)],
    3: [(4, 4, 3), (6, 5, 4), (8, 6, 5), (10, 8, 5)],
    4: [(3, 3, 2, 2), (4, 3, 3, 2), (4, 4, 3, 3)],
}


def seconds_per_iteration(hidden, *, n_labels, n_features, repeats, seed=0):
    """Leaves, and the least CPU time per Newton iteration over the repeats."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(2000, n_features))
    y = np.where(X[:, 0] + 0.3 * X[:, 1] ** 2 > 0.2, 1.0, -1.0)
    arrangement = sample_arrangement(X, hidden, rng)
    space = VersionSpace.classification(arrangement, X[:n_labels], y[:n_labels], cost=10.0)
    best = np.inf
    for _ in range(repeats):
        begin = time.process_time()
        center = analytic_center(space, tol=1e-6)
        best = min(best, (time.process_time() - begin) / center.n_iter)
    return arrangement.n_leaves, center.n_iter, best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two widths per depth, one repeat")
    options = parser.parse_args()
    print(f"{'hidden':>16} {'leaves':>8} {'iterations':>10} {'ms/iteration':>13}")
    for depth, shapes in SHAPES.items():
        leaves, times = [], []
        for hidden in shapes[:2] if options.quick else shapes:
            n, iterations, seconds = seconds_per_iteration(
                hidden, n_labels=30, n_features=20, repeats=1 if options.quick else 3
            )
            leaves.append(n)
            times.append(seconds)
            name = " x ".join(map(str, hidden))
            print(f"{name:>16} {n:>8} {iterations:>10} {1e3 * seconds:>13.1f}")
        exponent = np.polyfit(np.log(leaves), np.log(times), 1)[0]
        print(f"  {depth} hidden layers: time grows as leaves ^ {exponent:.2f}\n")


if __name__ == "__main__":
    main()
