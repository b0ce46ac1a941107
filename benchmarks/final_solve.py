"""The final solve against CVXPY + CLARABEL, at equal objective.

    python benchmarks/final_solve.py [--quick] [--out DIR]

The rival gets a vectorised statement, once with every unit on its own and once with the
pattern classes merged (a reduction of ours that it is free to use). Times are CPU seconds
of the process with one thread: the best of three for cutplane, one whole ``solve``
call, compilation included, for the rival.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from cutplane.active.selection import farthest_first
from cutplane.final.final_solve import final_solve
from cutplane.space.arrangement import sample_arrangement
from cutplane.space.gate_tree import GateTree
from cutplane.space.version_space import VersionSpace
from cutplane.tables.datasets import load_dataset
from harness import Stopwatch, one_thread, parser, write_record

BETA = 1e-3


@dataclass(frozen=True)
class Case:
    name: str
    space: VersionSpace
    y: np.ndarray
    rival: bool  # whether the conic solver is practical


def spiral(k: int) -> Case:
    """k rows, farthest first, of an 80-row pool; 620 patterns sampled on the pool."""
    rng = np.random.default_rng(0)
    data = load_dataset("spiral")
    pool = rng.permutation(100)[:80]
    X, y = data.X[pool], data.y[pool].astype(float)
    rows = farthest_first(X, k)
    arrangement = sample_arrangement(X, (620,), rng)
    space = VersionSpace.classification(arrangement, X[rows], y[rows])
    return Case(f"spiral, {k} labels", space, y[rows], True)


def teacher(d: int, n_patterns: int, k: int, *, rival: bool) -> Case:
    """Gaussian rows labelled by a random network of eight units."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2 * k, d)) / np.sqrt(d)
    score = np.maximum(X @ rng.standard_normal((d, 8)), 0) @ rng.standard_normal(8)
    y = np.where(score > np.median(score), 1.0, -1.0)
    space = VersionSpace.classification(sample_arrangement(X, (n_patterns,), rng), X[:k], y[:k])
    return Case(f"d = {d + 1}, {n_patterns} patterns, {k} labels", space, y[:k], rival)


def conic(tree: GateTree, rows: np.ndarray, y: np.ndarray) -> float:
    """Objective by CVXPY + CLARABEL on the classes of a tree."""
    import cvxpy as cp

    if rows.shape[0] < rows.shape[1]:  # the weights lie in the span of the rows
        rows = np.linalg.qr(rows.T, mode="r").T
    weights = cp.Variable((rows.shape[1], tree.n_nodes[0]))
    value, constraints = rows @ weights, []
    for layer in tree.layers:
        n_parents = value.shape[1] // layer.width
        constraints.append(cp.multiply(np.tile(layer.sigma.T, n_parents), value) >= 0)
        total = sp.kron(sp.eye(n_parents), np.ones((layer.width, 1))).tocsr()
        value = cp.multiply(np.tile(layer.counted_mask.T, n_parents), value) @ total
    penalty = cp.sum(cp.multiply(tree.multiplicity[0], cp.norm(weights, 2, axis=0)))
    loss = cp.sum_squares(value[:, 0] - y) / (2 * y.size)
    statement = cp.Problem(cp.Minimize(loss + BETA * penalty), constraints)
    statement.solve(solver="CLARABEL")
    return float(statement.value)


def measure(case: Case) -> dict:
    """Ours and the rival's seconds and objectives, printed as they come."""
    watch = Stopwatch()
    for _ in range(3):
        ours = watch.time(lambda: final_solve(case.space, case.y, beta=BETA))
    best = min(watch.cpu)
    gap = ours.duality_gap / ours.objective
    print(f"{case.name:30s} {best:8.3f} s {ours.n_iter:3d} it, gap {gap:8.1e}", end="")
    print(f" {ours.n_active:4d} units", end="", flush=True)
    record = {"case": case.name, "seconds": best, "n_iter": ours.n_iter, "gap": gap}
    if case.rival:
        full = GateTree.without_classes(case.space.tree.rows, case.space.patterns)
        for name, tree in (("every unit", full), ("merged", case.space.tree)):
            rival = Stopwatch()
            objective = rival.time(lambda tree=tree: conic(tree, case.space.rows, case.y))
            seconds, difference = rival.cpu[0], ours.objective / objective - 1
            print(f" | {name} {seconds:7.2f} s, {seconds / best:5.1f} x", end="")
            print(f" ({difference:+.0e})", end="", flush=True)
            record |= {f"{name}, seconds": seconds, f"{name}, objective above": difference}
    print(flush=True)
    return record


@one_thread
def main() -> None:
    options = parser(__doc__, quick="the spiral, 16 and 30 labels").parse_args()
    cases = [spiral(16), spiral(30)]
    if not options.quick:
        cases += [
            spiral(80),
            teacher(30, 200, 30, rival=True),
            teacher(64, 200, 50, rival=True),
            teacher(384, 200, 200, rival=False),
        ]
    write_record(options.out, "final_solve", [measure(case) for case in cases])


if __name__ == "__main__":
    main()
