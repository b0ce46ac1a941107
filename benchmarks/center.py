"""Analytic centers: ours against CVXPY with CLARABEL and SCS, and against CLARABEL's own interface.

    python benchmarks/center.py --out DIR [--quick] [--only NAME ...] [--ours-only]

Every solver gets the same problem. Rivals get each formulation of `center_suite`, and the
fastest that reaches the common objective counts. Ours is timed again after every rival, so that
both see the same machine, and ratios of CPU time stand beside those of elapsed time, because
other programs slow whichever solver happens to run. Times of ours are medians and include
building the version space and writing out all leaf weights. Rivals with "classes" are also
granted our merging of units that agree on every labelled row. Ours runs on one thread. Needs the
extra `bench`.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

import numpy as np

from center_suite.native_forms import NATIVE_FORMULATIONS
from center_suite.ours import OurTimings
from center_suite.problems import CenterProblem, digits_pool, spiral_pool, teacher_pool
from center_suite.report import CaseResult, table, verdicts
from center_suite.result import RivalResult
from center_suite.rivals import solve_rival
from center_suite.whole_runs import run_whole
from cutplane.space.arrangement import Arrangement, sample_arrangement
from harness import parser, versions, write_record

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
    clarabel: tuple[str, ...] = (*CVXPY_CLARABEL, *NATIVE_FORMULATIONS)
    scs: tuple[str, ...] = SCS

    def problem(self) -> CenterProblem:
        """What rivals solve."""
        return CenterProblem.of(self.key, self.arrangement, self.X, self.y)


def make_cases(quick: bool) -> dict[str, Case]:
    """Cases by their key."""
    rng = np.random.default_rng(0)
    cases = {}

    def add(key: str, title: str, pool: tuple, hidden: tuple[int, ...], k: int, **options) -> None:
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
        deep |= {"clarabel": ("explicit",), "rival_limit": 100.0}
        widest = (24, 12, 4)
        add("deep-24x12x4", "digits, hidden (24, 12, 4)", digits_pool(), widest, 30, **deep)
    return cases


def describe(case: Case, ours: OurTimings) -> CaseResult:
    """What was measured of ours."""
    problem, times = case.problem(), ours.times
    return CaseResult(
        key=case.key,
        title=case.title,
        rows=problem.rows.shape,
        leaves=problem.n_leaves,
        leaf_classes=problem.merged().n_leaves,
        slacks=problem.n_slacks,
        ours_total_s=times["total"].median,
        ours_total_cpu_s=times["total"].median_cpu,
        ours_warm_cpu_s=times["warm"].median_cpu,
        ours_center_s=times["center"].median,
        ours_iterations=ours.last["center"].n_iter,
        ours_tight_s=times["tight"].median,
        ours_objective=problem.objective(problem.rescaled(ours.last["total"].weights)),
        ours_warm_s=times["warm"].median,
        ours_warm_iterations=ours.last["warm"].n_iter,
        target=case.target,
    )


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
        finished = [rival for _, rival in solved if np.isfinite(rival.objective)]
        for rival in sorted(finished, key=lambda r: r.total_s)[:4]:
            solved.append(run_one(case, merged, rival.formulation, rival.solver, " classes"))
            ours.round(3)
    return solved


def run_one(
    case: Case, problem: CenterProblem, name: str, solver: str, suffix: str
) -> tuple[str, RivalResult]:
    """One formulation by one solver, and the group that it is compared in."""
    if name == "native values" and problem.rows.shape[0] > problem.rows.shape[1]:
        return f"{solver} native{suffix}", RivalResult(name, solver, "needs k <= d")
    is_native = name in NATIVE_FORMULATIONS
    group = f"{solver} native{suffix}" if is_native else f"CVXPY + {solver}{suffix}"
    rival = solve_rival(problem, name, solver, case.rival_limit)
    print(
        f"    {group:24s} {name:16s} {rival.status[:40]:40s} compile {rival.compile_s:7.3f} s   "
        f"solve {rival.solve_s:8.3f} s   objective {rival.objective:.9g}   {rival.peak_mb:6.0f} MB",
        flush=True,
    )
    return group, rival


def run_case(case: Case, options: argparse.Namespace) -> CaseResult:
    """Ours, and the rivals unless they are left out."""
    ours = OurTimings(case.arrangement, case.X, case.y)
    ours.round(options.repeats or (5 if options.quick else 15))
    print(f"{case.title}: ours {1e3 * ours.times['total'].median:.1f} ms", flush=True)
    solved = [] if options.ours_only else run_rivals(case, ours, options.quick)
    result = describe(case, ours)
    result.rank(solved)
    return result


def main() -> None:
    made = parser(__doc__, quick="fewer formulations and repeats")
    made.add_argument(
        "--only", nargs="+", metavar="NAME", help="cases to run; 'runs' for whole runs and latency"
    )
    made.add_argument("--ours-only", action="store_true", help="skip the rivals")
    made.add_argument("--repeats", type=int, help="repeats of ours (default 15, quick 5)")
    options = made.parse_args()
    cases = make_cases(options.quick)
    chosen = [case for key, case in cases.items() if not options.only or key in options.only]
    results = [run_case(case, options) for case in chosen]
    whole = run_whole(options.quick) if not options.only or "runs" in options.only else {}
    checks = verdicts(results, whole)
    if results:
        print("\n" + table(results) + "\n")
    for name, figures in whole.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in figures.items()))
    print("\n".join(f"{'reached' if ok else 'MISSED '}  {text}" for text, ok in checks))
    record = {
        "versions": versions("cvxpy", "clarabel", "scs"),
        "cases": [asdict(r) for r in results],
        "runs": whole,
        "checks": checks,
    }
    write_record(options.out, "center", record)


if __name__ == "__main__":
    main()
