"""The table of `center.py`, and whether what was wanted is reached."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np

from center_suite.result import RivalResult

#: Relative; a rival further away from the best objective does not count.
OBJECTIVE_TOLERANCE = 1e-6
CVXPY_GROUPS = ("CVXPY + CLARABEL", "CVXPY + SCS")
GROUPS = (
    "CVXPY + CLARABEL",
    "CLARABEL native",
    "CVXPY + SCS",
    "CVXPY + CLARABEL classes",
    "CLARABEL native classes",
)


@dataclass
class CaseResult:
    """Everything measured on one case; times in seconds.

    Attributes
    ----------
    rows : tuple of int
        Labelled rows and their features.
    target : float, optional
        The time of the best rival over ours that is wanted.
    rivals, best : dict
        Every solve, and the fastest accurate one, of each group of rivals.
    relative_gap : float
        Of our objective to the best of theirs.
    """

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

    def rank(self, solved: list[tuple[str, RivalResult]]) -> None:
        """Keep the fastest accurate rival of each group, and our gap to their objective."""
        accurate = min([self.ours_objective, *(r.objective for _, r in solved)])
        threshold = accurate + OBJECTIVE_TOLERANCE * abs(accurate)
        for group, rival in solved:
            record = asdict(rival) | {"total_s": rival.total_s}
            self.rivals.setdefault(group, []).append(record)
            best = self.best.get(group)
            if rival.objective <= threshold and (best is None or rival.total_s < best["total_s"]):
                self.best[group] = record
        others = [r.objective for _, r in solved if np.isfinite(r.objective)]
        if others:
            self.relative_gap = (self.ours_objective - min(others)) / abs(min(others))


def table(results: list[CaseResult]) -> str:
    """Ours, then each group of rivals: fastest total time; ratios of total, solve, warm."""
    header = ["problem", "k x d", "leaves", "ours cold", "ours warm", *GROUPS, "objective gap"]
    lines = [header, ["---"] * len(header)]
    for r in results:
        cells = [
            r.title,
            f"{r.rows[0]} x {r.rows[1]}",
            f"{r.leaves} ({r.leaf_classes})",
            f"{1e3 * r.ours_total_s:.1f} ms, {r.ours_iterations} it",
            f"{1e3 * r.ours_warm_s:.1f} ms, {r.ours_warm_iterations} it",
        ]
        cells += [rival_cell(r, group) for group in GROUPS]
        lines.append([*cells, f"{r.relative_gap:+.1e}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rival_cell(result: CaseResult, group: str) -> str:
    """The best of a group against ours, or why there is none."""
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
    """What was wanted, what was measured, and whether that is enough."""
    checks = [check for result in results for check in _case_verdicts(result)]
    if not whole:
        return checks
    run, relu, gated = whole.values()
    limits = [
        ("whole spiral run {:.2f} s", run["seconds"], 1),
        ("whole spiral run {:.0f} MB extra", run["extra_mb"], 200),
        ("added label, relu {:.3f} s", relu["median_s"], 0.25),
        ("added label, gated {:.4f} s", gated["median_s"], 0.01),
        ("peak memory {:.0f} MB", relu["peak_mb"], 1024),
    ]
    return checks + [
        (f"{text.format(value)} (wanted < {limit:g})", value < limit)
        for text, value, limit in limits
    ]


def _case_verdicts(r: CaseResult) -> list[tuple[str, bool]]:
    checks = []
    through_cvxpy = [r.best[group] for group in CVXPY_GROUPS if group in r.best]
    best = min(through_cvxpy, key=lambda rival: rival["total_s"], default=None)
    if best and r.target:
        ratio, warm = best["total_s"] / r.ours_total_s, best["total_s"] / r.ours_warm_s
        text = f"{r.title}: cold {ratio:.0f}x (wanted {r.target:.0f}x)"
        checks.append((text, ratio >= r.target))
        if r.key.startswith("d65"):
            checks.append((f"{r.title}: warm {warm:.0f}x (wanted 300x)", warm >= 300))
    if np.isfinite(r.relative_gap):
        gap = r.relative_gap
        checks.append((f"{r.title}: objective {gap:+.1e} (wanted <= 1e-6)", gap <= 1e-6))
    return checks
