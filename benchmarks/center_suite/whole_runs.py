"""Whole runs of ours: a labelled spiral, and one label more in a wide version space.

Each is called in a process of its own, for its memory.
"""

from __future__ import annotations

import tracemalloc

import numpy as np

from center_suite.ours import OUR_TOLERANCE
from center_suite.problems import spiral_pool, teacher_pool
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.version_space import VersionSpace
from harness import Stopwatch, in_own_process, peak_mb


def run_whole(quick: bool) -> dict[str, dict]:
    """All figures by name."""
    return {
        "spiral run": in_own_process(spiral_run),
        "label latency, relu": in_own_process(label_latency, False, 5 if quick else 15),
        "label latency, gated": in_own_process(label_latency, True, 15),
    }


def spiral_run() -> dict:
    """Label all 80 spiral rows one at a time and recenter after each."""
    X, y = spiral_pool()
    order = np.random.default_rng(0).permutation(len(X))
    arrangement = sample_arrangement(X, (620,), np.random.default_rng(0))
    none = VersionSpace.classification(arrangement, X[:0], y[:0])
    analytic_center(none.with_labels(X[:2], y[:2]))  # loads modules
    resident = peak_mb()
    seconds = _label(none, None, X[order], y[order])[0].elapsed
    grown = peak_mb() - resident
    tracemalloc.start()
    _label(none, None, X[order], y[order])
    traced = tracemalloc.get_traced_memory()[1] / 2**20
    return {
        "seconds": sum(seconds),
        "seconds_16_cuts": sum(seconds[:16]),
        "extra_mb": max(grown, traced),
        "resident_growth_mb": grown,
        "traced_mb": traced,
    }


def label_latency(gated: bool, labels: int) -> dict:
    """Seconds to add one label at d = 385 with 200 patterns and about 100 labels held."""
    rng = np.random.default_rng(0)
    X, y = teacher_pool(1000, 384, rng)
    arrangement = sample_arrangement(X, (200,), rng)
    space = VersionSpace.classification(arrangement, X[:100], y[:100], gated=gated)
    center = analytic_center(space, tol=OUR_TOLERANCE)
    added = slice(100, 100 + labels)
    watch, iterations = _label(space, center, X[added], y[added])
    return {
        "median_s": watch.median,
        "worst_s": max(watch.elapsed),
        "iterations": float(np.median(iterations)),
        "peak_mb": peak_mb(),
    }


def _label(
    space: VersionSpace, center: Center | None, X: np.ndarray, y: np.ndarray
) -> tuple[Stopwatch, list[int]]:
    """Add rows one at a time; seconds and Newton steps of each."""
    watch, iterations = Stopwatch(), []
    for row in range(len(X)):

        def add(row: int = row) -> None:
            nonlocal space, center
            space = space.with_labels(X[[row]], y[[row]])
            center = analytic_center(space, center, tol=OUR_TOLERANCE)

        watch.time(add)
        iterations.append(center.n_iter)
    return watch, iterations
