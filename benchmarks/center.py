"""Analytic centers: ours against CVXPY with CLARABEL and SCS, and against CLARABEL's own interface.

    python benchmarks/center.py --out center.json [--quick] [--only NAME ...]

Every solver gets the same problem. Rivals get each formulation of `center_rivals.py`, and the
fastest that reaches the common objective counts. Ours is timed again after every rival, so that
both see the same machine, and ratios of CPU time stand beside those of elapsed time, because
other programs slow whichever solver happens to run. Times of ours are medians and include
building the version space and writing out all leaf weights. Rivals with "classes" are also
granted our merging of units that agree on every labelled row. Ours runs on one BLAS thread:
OpenBLAS waits busily, so a second one slows small problems down whenever the other core is in
use. Needs the extra `bench`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import time
import tracemalloc
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from center_problems import CenterProblem, digits_pool, spiral_pool, teacher_pool
from center_rivals import NATIVE_FORMULATIONS, RivalResult, solve_rival
from cutplane.newton.analytic import analytic_center
from cutplane.space.arrangement import Arrangement, sample_arrangement
from cutplane.space.version_space import VersionSpace

#: Relative; a rival further away from the best objective does not count.
OBJECTIVE_TOLERANCE = 1e-6
#: Newton decrement; the objective is then within about 1e-6 (absolute) of its minimum.
OUR_TOLERANCE = 1e-3

CVXPY_CLARABEL = ("matrix", "slack variables", "explicit", "direct", "dual", "geometric mean")
QUICK_CLARABEL = (
    "matrix",
    "slack variables",
    "explicit",
    "native weights",
    "native values",
    "native slacks",
)
SCS = ("slack variables", "matrix", "native weights")


CVXPY_GROUPS = ("CVXPY + CLARABEL", "CVXPY + SCS")


@dataclass(frozen=True)
class Case:
    """An arrangement with k labelled rows, for both sides."""

    key: str
    title: str
    arrangement: Arrangement
    X: np.ndarray
    y: np.ndarray
    target: float | None = None  # rival's total time over ours
    rival_limit: float = 60.0
    clarabel: tuple[str, ...] = CVXPY_CLARABEL + NATIVE_FORMULATIONS
    scs: tuple[str, ...] = SCS

    def problem(self) -> CenterProblem:
        """What rivals solve; rows of unit length change the objective by a constant."""
        rows = self.arrangement.with_constant(self.X)
        masks = [pattern.astype(float) for pattern in self.arrangement.patterns(self.X)]
        counts = [np.ones(mask.shape[1]) for mask in masks]
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return CenterProblem(self.key, rows, masks, counts, self.y)


@dataclass
class CaseResult:
    """Everything measured on one case; times in seconds."""

    key: str
    title: str
    rows: tuple[int, int]
    leaves: int
    leaf_classes: int
    slacks: int
    ours_total_s: float
    ours_total_cpu_s: float
    ours_warm_cpu_s: float
    ours_center_s: float
    ours_iterations: int
    ours_tight_s: float
    ours_objective: float
    ours_warm_s: float
    ours_warm_iterations: int
    target: float | None
    rivals: dict[str, list[dict]] = field(default_factory=dict)
    best: dict[str, dict] = field(default_factory=dict)
    relative_gap: float = np.nan


def make_cases(quick: bool) -> dict[str, Case]:
    rng = np.random.default_rng(0)
    cases = {}

    def add(key, title, pool, hidden, k, **options):
        X, y = pool
        arrangement = sample_arrangement(X, hidden, rng)
        chosen = rng.permutation(len(X))[:k]
        cases[key] = Case(key, title, arrangement, X[chosen], y[chosen], **options)

    deep = {
        "clarabel": ("explicit", "slack variables", "matrix", "native values"),
        "scs": ("slack variables",),
    }
    add("spiral", "spiral, 620 patterns", spiral_pool(), (620,), 16, target=100)
    add("d65", "d = 65 Gaussian, 200 patterns", teacher_pool(1000, 64, rng), (200,), 50, target=100)
    add("d65-digits", "d = 65 digits, 200 patterns", digits_pool(), (200,), 50, target=100)
    add("d31", "d = 31 Gaussian, 200 patterns", teacher_pool(1000, 30, rng), (200,), 30, target=100)
    add("deep-24x12", "digits, hidden (24, 12)", digits_pool(), (24, 12), 30, **deep)
    add("deep-8x6x4", "digits, hidden (8, 6, 4)", digits_pool(), (8, 6, 4), 30, **deep)
    if not quick:
        deep["clarabel"] = ("explicit",)
        add(
            "deep-24x12x4",
            "digits, hidden (24, 12, 4)",
            digits_pool(),
            (24, 12, 4),
            30,
            rival_limit=100.0,
            **deep,
        )
    return cases


# --- ours -------------------------------------------------------------------------------------


class OurTimings:
    """Times of ours on one case, taken in rounds so that rivals can be timed in between."""

    def __init__(self, case: Case):
        space = VersionSpace.classification(case.arrangement, case.X, case.y)
        held = VersionSpace.classification(case.arrangement, case.X[:-1], case.y[:-1])
        before = analytic_center(held, tol=OUR_TOLERANCE)

        def total(tol: float):
            space = VersionSpace.classification(case.arrangement, case.X, case.y)
            center = analytic_center(space, tol=tol)
            return center, center.weights

        def add_label():
            grown = held.with_labels(case.X[-1:], case.y[-1:])
            return analytic_center(grown, before, tol=OUR_TOLERANCE)

        self.runs = {
            "total": lambda: total(OUR_TOLERANCE),
            "tight": lambda: total(1e-8),
            "center": lambda: analytic_center(space, tol=OUR_TOLERANCE),
            "warm": add_label,
        }
        self.times: dict[str, list[float]] = {name: [] for name in self.runs}
        self.cpu_times: dict[str, list[float]] = {name: [] for name in self.runs}
        self.last = {name: run() for name, run in self.runs.items()}  # first calls load modules

    @threadpool_limits.wrap(1, "blas")
    def round(self, repeats: int) -> None:
        for name, run in self.runs.items():
            for _ in range(repeats):
                cpu, begin = time.process_time(), time.perf_counter()
                self.last[name] = run()
                self.times[name].append(time.perf_counter() - begin)
                self.cpu_times[name].append(time.process_time() - cpu)

    def median(self, name: str) -> float:
        return float(np.median(self.times[name]))

    def median_cpu(self, name: str) -> float:
        return float(np.median(self.cpu_times[name]))


def describe(case: Case, ours: OurTimings) -> CaseResult:
    problem = case.problem()
    return CaseResult(
        key=case.key,
        title=case.title,
        rows=problem.rows.shape,
        leaves=problem.n_leaves,
        leaf_classes=problem.merged().n_leaves,
        slacks=problem.n_slacks,
        ours_total_s=ours.median("total"),
        ours_total_cpu_s=ours.median_cpu("total"),
        ours_warm_cpu_s=ours.median_cpu("warm"),
        ours_center_s=ours.median("center"),
        ours_iterations=ours.last["center"].n_iter,
        ours_tight_s=ours.median("tight"),
        ours_objective=problem.objective(problem.rescaled(ours.last["total"][1])),
        ours_warm_s=ours.median("warm"),
        ours_warm_iterations=ours.last["warm"].n_iter,
        target=case.target,
    )


# --- rivals -----------------------------------------------------------------------------------


def run_rivals(case: Case, ours: OurTimings, quick: bool) -> list[tuple[str, RivalResult]]:
    """Every formulation once, a round of ours after each; then the best four with our classes."""
    problem = case.problem()
    merged = problem.merged()
    clarabel = QUICK_CLARABEL if quick else case.clarabel
    tasks = [(problem, name, "CLARABEL", "") for name in clarabel]
    tasks += [(problem, name, "SCS", "") for name in (case.scs[:1] if quick else case.scs)]
    solved = []
    for task in tasks:
        solved.append(run_one(case, *task))
        ours.round(3)
    if merged.n_leaves < problem.n_leaves:
        fastest = sorted(
            (r for _, r in solved if np.isfinite(r.objective)), key=lambda r: r.total_s
        )
        for rival in fastest[:4]:
            solved.append(run_one(case, merged, rival.formulation, rival.solver, " classes"))
            ours.round(3)
    return solved


def rank(result: CaseResult, solved: list[tuple[str, RivalResult]]) -> None:
    """Keep the fastest accurate rival of each group, and how far our objective is from theirs."""
    accurate = min([result.ours_objective, *(r.objective for _, r in solved)])
    threshold = accurate + OBJECTIVE_TOLERANCE * abs(accurate)
    for group, rival in solved:
        record = asdict(rival) | {"total_s": rival.total_s}
        result.rivals.setdefault(group, []).append(record)
        best = result.best.get(group)
        if rival.objective <= threshold and (best is None or rival.total_s < best["total_s"]):
            result.best[group] = record
    others = [r.objective for _, r in solved if np.isfinite(r.objective)]
    if others:
        result.relative_gap = (result.ours_objective - min(others)) / abs(min(others))


def run_one(
    case: Case, problem: CenterProblem, name: str, solver: str, suffix: str
) -> tuple[str, RivalResult]:
    if name == "native values" and problem.rows.shape[0] > problem.rows.shape[1]:
        return f"{solver} native{suffix}", RivalResult(name, solver, "needs k <= d")
    group = (
        f"{solver} native{suffix}" if name in NATIVE_FORMULATIONS else f"CVXPY + {solver}{suffix}"
    )
    rival = solve_rival(problem, name, solver, case.rival_limit)
    print(
        f"    {group:24s} {name:16s} {rival.status[:40]:40s} compile {rival.compile_s:7.3f} s   "
        f"solve {rival.solve_s:8.3f} s   objective {rival.objective:.9g}   {rival.peak_mb:6.0f} MB",
        flush=True,
    )
    return group, rival


# --- whole runs -------------------------------------------------------------------------------


def spiral_run() -> dict:
    """Label all 80 spiral rows one at a time and recenter after each."""
    X, y = spiral_pool()
    order = np.random.default_rng(0).permutation(len(X))
    arrangement = sample_arrangement(X, (620,), np.random.default_rng(0))

    def run() -> list[float]:
        space = VersionSpace.classification(arrangement, X[:0], y[:0])
        center, stamps = None, []
        for row in order:
            begin = time.perf_counter()
            space = space.with_labels(X[[row]], y[[row]])
            center = analytic_center(space, center, tol=OUR_TOLERANCE)
            stamps.append(time.perf_counter() - begin)
        return stamps

    analytic_center(VersionSpace.classification(arrangement, X[:2], y[:2]))
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stamps = run()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024
    tracemalloc.start()
    run()
    traced = tracemalloc.get_traced_memory()[1] / 2**20
    return {
        "seconds": sum(stamps),
        "seconds_16_cuts": sum(stamps[:16]),
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
    times, iterations = [], []
    for row in range(100, 100 + labels):
        begin = time.perf_counter()
        space = space.with_labels(X[[row]], y[[row]])
        center = analytic_center(space, center, tol=OUR_TOLERANCE)
        times.append(time.perf_counter() - begin)
        iterations.append(center.n_iter)
    return {
        "median_s": float(np.median(times)),
        "worst_s": max(times),
        "iterations": float(np.median(iterations)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_own_process(function, *arguments) -> dict:
    with multiprocessing.get_context("spawn").Pool(1, threadpool_limits, (1, "blas")) as pool:
        return pool.apply(function, arguments)


def run_whole(quick: bool) -> dict[str, dict]:
    return {
        "spiral run": in_own_process(spiral_run),
        "label latency, relu": in_own_process(label_latency, False, 5 if quick else 15),
        "label latency, gated": in_own_process(label_latency, True, 15),
    }


# --- report -----------------------------------------------------------------------------------


def table(results: list[CaseResult]) -> str:
    """Ours, then each group of rivals: fastest total time; ratios of total, solve, warm."""
    groups = (
        "CVXPY + CLARABEL",
        "CLARABEL native",
        "CVXPY + SCS",
        "CVXPY + CLARABEL classes",
        "CLARABEL native classes",
    )
    header = ["problem", "k x d", "leaves", "ours cold", "ours warm", *groups, "objective gap"]
    lines = [header, ["---"] * len(header)]
    for r in results:
        cells = [
            r.title,
            f"{r.rows[0]} x {r.rows[1]}",
            f"{r.leaves} ({r.leaf_classes})",
            f"{1e3 * r.ours_total_s:.1f} ms, {r.ours_iterations} it",
            f"{1e3 * r.ours_warm_s:.1f} ms, {r.ours_warm_iterations} it",
        ]
        cells += [rival_cell(r, group) for group in groups]
        lines.append([*cells, f"{r.relative_gap:+.1e}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rival_cell(result: CaseResult, group: str) -> str:
    best = result.best.get(group)
    if best is None:
        tried = [f"{r['formulation']}: {r['status']}" for r in result.rivals.get(group, [])]
        return "; ".join(tried) or "-"
    cold = best["total_s"] / result.ours_total_s
    solve = best["solve_s"] / result.ours_center_s
    warm = best["total_s"] / result.ours_warm_s
    return (
        f"{best['total_s']:.2f} s ({best['formulation']}, {best['status'].lower()}): "
        f"{cold:.0f}x (CPU {best['cpu_s'] / result.ours_total_cpu_s:.0f}x), "
        f"solve only {solve:.0f}x, "
        f"warm {warm:.0f}x (CPU {best['cpu_s'] / result.ours_warm_cpu_s:.0f}x)"
    )


def verdicts(results: list[CaseResult], whole: dict[str, dict]) -> list[tuple[str, bool]]:
    checks = []
    for r in results:
        through_cvxpy = [r.best[group] for group in CVXPY_GROUPS if group in r.best]
        best = min(through_cvxpy, key=lambda rival: rival["total_s"], default=None)
        if best and r.target:
            ratio, warm = best["total_s"] / r.ours_total_s, best["total_s"] / r.ours_warm_s
            checks.append(
                (f"{r.title}: cold {ratio:.0f}x (wanted {r.target:.0f}x)", ratio >= r.target)
            )
            if r.key.startswith("d65"):
                checks.append((f"{r.title}: warm {warm:.0f}x (wanted 300x)", warm >= 300))
        if np.isfinite(r.relative_gap):
            checks.append(
                (
                    f"{r.title}: objective {r.relative_gap:+.1e} (wanted <= 1e-6)",
                    r.relative_gap <= 1e-6,
                )
            )
    if whole:
        run, relu, gated = whole.values()
        checks += [
            (f"whole spiral run {run['seconds']:.2f} s (wanted < 1)", run["seconds"] < 1),
            (
                f"whole spiral run {run['extra_mb']:.0f} MB extra (wanted < 200)",
                run["extra_mb"] < 200,
            ),
            (
                f"added label, relu {relu['median_s']:.3f} s (wanted < 0.25)",
                relu["median_s"] < 0.25,
            ),
            (
                f"added label, gated {1e3 * gated['median_s']:.1f} ms (wanted < 10)",
                gated["median_s"] < 0.01,
            ),
            (f"peak memory {relu['peak_mb']:.0f} MB (wanted < 1024)", relu["peak_mb"] < 1024),
        ]
    return checks


def versions() -> dict:
    import clarabel
    import cvxpy
    import scs

    names = {module.__name__: module.__version__ for module in (np, cvxpy, clarabel, scs)}
    return names | {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="write every figure to this JSON file")
    parser.add_argument("--quick", action="store_true", help="fewer formulations and repeats")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="cases to run; 'runs' for whole runs and latency"
    )
    parser.add_argument("--ours-only", action="store_true", help="skip the rivals")
    parser.add_argument("--repeats", type=int, help="repeats of ours (default 15, quick 5)")
    options = parser.parse_args()
    repeats = options.repeats or (5 if options.quick else 15)
    results = []
    for key, case in make_cases(options.quick).items():
        if options.only and key not in options.only:
            continue
        ours = OurTimings(case)
        ours.round(repeats)
        print(f"{case.title}: ours {1e3 * ours.median('total'):.1f} ms", flush=True)
        solved = [] if options.ours_only else run_rivals(case, ours, options.quick)
        result = describe(case, ours)
        rank(result, solved)
        results.append(result)
    whole = run_whole(options.quick) if not options.only or "runs" in options.only else {}
    checks = verdicts(results, whole)
    if results:
        print("\n" + table(results) + "\n")
    for name, figures in whole.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in figures.items()))
    print("\n".join(f"{'reached' if ok else 'MISSED '}  {text}" for text, ok in checks))
    if options.out:
        record = {
            "versions": versions(),
            "cases": [asdict(r) for r in results],
            "runs": whole,
            "checks": checks,
        }
        options.out.write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
