"""Seconds for 1,000 effectively independent networks of the version space, and Laplace beside them.

    python benchmarks/sampling.py [--only NAME ...] [--out DIR]

Effective samples are those of the worst of all predictions, 16 random projections of the weights
and their squared length (bulk ESS over 32 chains); burn-in counts as time. An R-hat far from 1
means that the chains have not mixed and the seconds are a lower bound. The last columns are the
share of networks that vote for a class, on 200 fresh rows: the root mean square difference between
two independent halves of the draws (what sampling alone gives) and between all draws and the
normal approximation at the analytic center. CPU seconds, one thread.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from center_suite.problems import spiral_pool, teacher_pool
from cutplane.newton.analytic import analytic_center
from cutplane.samplers import sample
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace
from cutplane.uncertainty.spread import Spread
from harness import Stopwatch, one_thread, parser, write_record

#: name: (features, or 0 for the spiral; hidden; cuts; gated)
SHAPES = {
    "500 weights, 20 cuts": (31, (8,), 20, False),
    "4,000 weights, 20 cuts": (31, (62,), 20, False),
    "4,000 weights, spiral, 20 cuts": (0, (667,), 20, False),
    "4,000 weights, two layers, 20 cuts": (15, (8, 8), 20, False),
    "4,000 weights, 60 cuts": (31, (62,), 60, False),
    "26,000 weights, 50 cuts": (64, (200,), 50, False),
    "4,000 weights, gated, 20 cuts": (31, (62,), 20, True),
    "26,000 weights, gated, 200 cuts": (64, (200,), 200, True),
}
DRAWS, CHAINS = 1_024, 32


def make_space(features: int, hidden: tuple[int, ...], cuts: int, gated: bool):
    """A version space of hard cuts, and fresh rows of the same law."""
    rng = np.random.default_rng(0)
    X, y = teacher_pool(1_000, features, rng) if features else spiral_pool(400)
    arrangement = sample_arrangement(X, hidden, rng)
    chosen = rng.permutation(len(X))
    asked, fresh = chosen[:cuts], chosen[cuts : cuts + 200]
    space = VersionSpace.classification(arrangement, X[asked], y[asked], gated=gated)
    return space, X[fresh]


@one_thread
def measure(name: str, thinning: int) -> dict:
    """Seconds, mixing and errors of one sampler setting."""
    space, fresh = make_space(*SHAPES[name])
    center = analytic_center(space)
    watch, options = Stopwatch(), {"start": center, "thinning": thinning, "n_chains": CHAINS}
    draws = watch.time(lambda: sample(space, DRAWS, np.random.default_rng(0), **options))
    seconds = watch.median_cpu
    votes = draws.scores(fresh) > 0
    share = votes.mean(axis=0)
    halves = votes[0::2].mean(axis=0) - votes[1::2].mean(axis=0)
    deviation = Spread.around(space, center).deviation(fresh)
    normal = norm.cdf(center_scores(space, center, fresh) / deviation)
    return {
        "shape": name,
        "weights": int(space.arrangement.n_leaves * space.rows.shape[1]),
        "thinning": thinning,
        "seconds": seconds,
        "ess": draws.diagnostics.min_ess,
        "r_hat": draws.diagnostics.max_r_hat,
        "seconds_per_1000": seconds * 1_000 / draws.diagnostics.min_ess,
        "sampling_error": float(np.sqrt((halves**2).mean()) / 2),
        "laplace_error": float(np.sqrt(((share - normal) ** 2).mean())),
    }


def center_scores(space, center, rows: np.ndarray) -> np.ndarray:
    """Gated scores of the center, in the scale of :class:`Spread`."""
    patterns = space.arrangement.patterns(rows)
    rows = space.arrangement.inputs.of(rows)
    if not space.has_sign_rows:
        return space.gate_kernel(patterns, rows) @ center.coefficients
    value = center.weights @ rows.T
    for pattern in patterns:
        mask = np.repeat(pattern.T, 2, axis=0) * np.tile([1.0, -1.0], pattern.shape[1])[:, None]
        value = (value.reshape(-1, *mask.shape) * mask).sum(axis=1)
    return value[0]


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--only", nargs="+", choices=SHAPES, default=list(SHAPES))
    made.add_argument("--thinning", type=int, nargs="+", default=[1, 4])
    options = made.parse_args()
    rows = []
    print("| version space | s for 1,000 | R-hat | share: sampling | share: Laplace |")
    print("|---|---|---|---|---|", flush=True)
    for name in options.only:
        found = [measure(name, thinning) for thinning in options.thinning]
        rows += found
        best = min(found, key=lambda row: row["seconds_per_1000"])
        print(
            f"| {name} | {best['seconds_per_1000']:.3g} | {best['r_hat']:.2f} | "
            f"{best['sampling_error']:.3f} | {best['laplace_error']:.3f} |",
            flush=True,
        )
    write_record(options.out, "sampling", rows)


if __name__ == "__main__":
    main()
