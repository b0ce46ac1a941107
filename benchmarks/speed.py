"""Seconds and memory of one question, against labels, gates, depth, features and pool size.

    python benchmarks/speed.py --out DIR [--quick] [--axes labels ...] [--methods relu ...]

One question is ``ask`` and ``tell`` with the labels so far already held: rank the pool, hear one
answer, center again; ``tell`` alone is one more label learnt. "relu" and "gated" have the analytic
center, the methods with "gravity" the center of gravity; axis "one label" has both at the sizes
that releases are held to. "torch" retrains a two-layer ReLU network with as many hidden units from
nothing (Adam, 2,000 epochs, learning rate 0.001) and ranks the pool by its margin, as deep
active learning does. "CLARABEL" and "SCS" solve the center of the relu version space cold
through CVXPY, the faster of their formulations, and do not rank the pool. Every measurement
runs in a process of its own, on one thread; memory is what the process grows by. What is
measured is kept in DIR/speed.json, and what that already holds is not measured again. Once a
method exceeds the time limit on an axis, larger problems of that axis are not tried. Needs the
extra `bench`.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from center_suite.problems import CenterProblem, teacher_pool
from center_suite.rivals import solve_rival
from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.space.arrangement import sample_arrangement
from harness import Stopwatch, in_own_process, parser
from speed_report import ONE_LABEL, report

#: Questions timed; the median counts.
QUESTIONS = 3
SOLVERS = {"CLARABEL": ("slack variables", "matrix"), "SCS": ("slack variables",)}


@dataclass(frozen=True)
class Setting:
    """The size of a problem; one field at a time grows."""

    labels: int = 50
    patterns: int = 200
    layers: int = 1
    features: int = 64
    pool: int = 2_000

    @property
    def hidden(self) -> tuple[int, ...]:
        """Gates of each hidden layer; deeper networks are narrow, leaves multiply."""
        return (self.patterns,) if self.layers == 1 else (6,) * self.layers

    @property
    def units(self) -> int:
        """First-layer units of the network."""
        return int(np.prod([2 * width for width in self.hidden]))

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """A pool with the labels of a random network."""
        rng = np.random.default_rng(0)
        return teacher_pool(max(self.pool, self.labels + QUESTIONS + 1), self.features, rng)


AXES = {
    "labels": (10, 30, 100, 300, 1_000),
    "patterns": (25, 50, 100, 200, 400, 800, 1_600),
    "layers": (1, 2, 3, 4),
    "features": (10, 40, 160, 640, 2_560),
    "pool": (1_000, 10_000, 100_000, 1_000_000),
}
#: What is asked of ours by the names of the methods.
OURS = {
    "relu": {"activation": "relu", "center": "analytic"},
    "gated": {"activation": "gated_relu", "center": "analytic"},
    "relu, gravity": {"activation": "relu", "center": "gravity"},
    "gated, gravity": {"activation": "gated_relu", "center": "gravity"},
}
METHODS = (*OURS, "torch", *SOLVERS)
#: Sizes at which one more label is timed, by the activation.
CASES = {
    "relu": [Setting(labels=60, features=30)],
    "gated_relu": [Setting(labels=100, patterns=400), Setting(labels=1_000, patterns=400)],
}


def settings(axis: str, method: str, quick: bool) -> list[Setting]:
    """Problems of an axis for a method, small ones first."""
    if axis == ONE_LABEL:
        cases = CASES[OURS[method]["activation"]] if method in OURS else []
        return cases[:1] if quick else cases
    if axis == "pool" and method in SOLVERS:
        return []  # they do not look at the pool
    base = Setting(patterns=6) if axis == "layers" else Setting()
    values = AXES[axis][:3] if quick else AXES[axis]
    return [replace(base, **{axis: value}) for value in values]


# --- what is timed ----------------------------------------------------------------------------


def cutting_planes(setting: Setting, method: str, learning: Stopwatch) -> Callable[[], None]:
    """One question to an ActiveLearner that holds the labels already."""
    X, y = setting.data()
    model = CuttingPlaneClassifier(hidden=setting.hidden, random_state=0, **OURS[method])
    learner = ActiveLearner(model, X, query="margin", random_state=0)
    held = np.arange(setting.labels)
    learner.tell(held, y[held])

    def question() -> None:
        rows = learner.ask()
        learning.time(lambda: learner.tell(rows, y[rows]))

    return question


def deep_network(setting: Setting, learning: Stopwatch) -> Callable[[], None]:
    """Retrain a network from nothing and find the row with the smallest margin."""
    import torch

    torch.set_num_threads(1)
    X, y = setting.data()
    pool = torch.as_tensor(X, dtype=torch.float32)
    target = torch.as_tensor(y, dtype=torch.float32)

    def trained() -> torch.nn.Module:
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Linear(setting.features, setting.units),
            torch.nn.ReLU(),
            torch.nn.Linear(setting.units, 1),
        )
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        for _ in range(2_000):
            optimizer.zero_grad()
            margins = network(pool[: setting.labels + 1])[:, 0] * target[: setting.labels + 1]
            torch.nn.functional.softplus(-margins).mean().backward()
            optimizer.step()
        return network

    def question() -> None:
        network = learning.time(trained)
        with torch.no_grad():
            network(pool).abs().argmin()

    return question


def measure(method: str, setting: Setting) -> dict:
    """Median seconds and the memory of a question; run in a process of its own."""
    learning = Stopwatch()
    if method == "torch":
        question, count = deep_network(setting, learning), 1
    else:
        question, count = cutting_planes(setting, method, learning), QUESTIONS
    before = memory("VmRSS", forget_peak=True)
    watch = Stopwatch()
    for _ in range(count):
        watch.time(question)
    grown = memory("VmHWM") - before
    times = {"seconds": watch.median, "cpu_s": watch.median_cpu, "learn_s": learning.median_cpu}
    return {**times, "mb": grown}


def memory(line: str, *, forget_peak: bool = False) -> float:
    """Resident memory of this process, now or at its peak, in MB; NaN where there is no /proc."""
    try:
        if forget_peak:
            Path("/proc/self/clear_refs").write_text("5")
        text = Path("/proc/self/status").read_text()
    except OSError:
        return float("nan")
    return next(int(row.split()[1]) / 1024 for row in text.splitlines() if row.startswith(line))


def measure_apart(method: str, setting: Setting, limit: float) -> dict:
    """:func:`measure` in a process of its own, stopped after ``limit`` seconds."""
    try:
        return in_own_process(measure, method, setting, limit=limit)
    except multiprocessing.TimeoutError:
        return {"failed": f"stopped after {limit:.0f} s"}
    except (MemoryError, RuntimeError, ValueError) as error:
        return {"failed": str(error).splitlines()[0][:200]}


def measure_solver(solver: str, setting: Setting, limit: float) -> dict:
    """The center of the relu version space by a conic solver: the faster formulation."""
    X, y = setting.data()
    arrangement = sample_arrangement(X, setting.hidden, np.random.default_rng(0))
    held = slice(setting.labels)
    problem = CenterProblem.of("speed", arrangement, X[held], y[held])
    results = [solve_rival(problem, form, solver, limit) for form in SOLVERS[solver]]
    best = min(results, key=lambda r: r.total_s if np.isfinite(r.objective) else np.inf)
    if not np.isfinite(best.objective):
        return {"failed": best.status}
    times = {"seconds": best.total_s, "cpu_s": best.cpu_s, "learn_s": best.cpu_s}
    return {**times, "mb": best.peak_mb}


class Measured:
    """What a folder holds by method, axis and size; written after every measurement."""

    def __init__(self, out: Path):
        self._path = out / "speed.json"
        self.rows = json.loads(self._path.read_text()) if self._path.exists() else []

    def get(self, method: str, axis: str, setting: Setting, limit: float) -> dict:
        """The row of a measurement, which is made if it is not there."""
        head = {"method": method, "axis": axis, "units": setting.units} | asdict(setting)
        for row in self.rows:
            if head.items() <= row.items():
                return row
        measurement = measure_solver if method in SOLVERS else measure_apart
        result = measurement(method, setting, limit)
        print(method, setting, result, flush=True)
        self.rows.append(head | result)
        self._path.write_text(json.dumps(self.rows, indent=1), encoding="utf-8")
        return self.rows[-1]


def main() -> None:
    made = parser(__doc__, out=False, quick="the three smallest of every axis")
    made.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder")
    made.add_argument("--axes", nargs="+", choices=[*AXES, ONE_LABEL], default=[*AXES, ONE_LABEL])
    made.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    made.add_argument("--limit", type=float, default=60.0, help="seconds for one measurement")
    options = made.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    measured = Measured(options.out)
    for axis in options.axes:
        for method in options.methods:
            for setting in settings(axis, method, options.quick):
                if "failed" in measured.get(method, axis, setting, options.limit):
                    break
    report(measured.rows, options.out)


if __name__ == "__main__":
    main()
