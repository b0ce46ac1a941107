"""Centers and passes on a GPU, beside the same on the CPU and beside pyscnn at equal objective.

    python benchmarks/gpu.py [--out DIR] [--device cuda] [--units 100 10000] [--quick]

Rows and gates are Gaussian, 200 labels in 64 columns. Of every number of units: seconds of the
analytic center and of the center of gravity of a gated network, of the analytic center of a ReLU
network (50 labels), and of a pass over a pool of 384 columns in single precision. Gates are drawn
and grouped in NumPy before the clock starts; moving them to the device counts, and so does
bringing the center back. Each is run once to warm up.

pyscnn trains gated networks on the squared error with weight decay, whose minimum the center of
gravity under normal noise is in closed form. Its solver runs until its objective is within
``--gap`` of that minimum, or gives up; the objectives stand beside the seconds. It is compared
where it is installed (``pip install pyscnn``).

Without a GPU the script says so and stops; ``--device cpu`` runs PyTorch on the CPU, to see that
everything works. Needs PyTorch (the extra `torch`) and array-api-compat (the extra `array-api`).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from cutplane import CuttingPlaneClassifier
from cutplane.arrays import HOST, Place
from cutplane.errors import InvalidInputError
from cutplane.newton.analytic import analytic_center
from cutplane.newton.center import Center
from cutplane.newton.gravity import gravity_center
from cutplane.scanning.arrays import ArraySource
from cutplane.scanning.device import DeviceEngine
from cutplane.scanning.engine import serial
from cutplane.scanning.scan import Scan, scanned
from cutplane.space.arrangement import Arrangement
from cutplane.space.hypothesis import Hypothesis
from cutplane.space.inputs import Inputs
from cutplane.space.version_space import VersionSpace
from harness import parser, write_record

UNITS, QUICK_UNITS = (100, 1_000, 10_000, 100_000, 1_000_000), (100, 1_000)
N_LABELS, N_LABELS_RELU, N_COLUMNS, WIDE = 200, 50, 64, 384
#: Gates that a pass is tried with at most: one product of the pool has as many columns.
MOST_GATES = 10_000
DECAY = 1e-3

Record = dict[str, Any]


def problem(units: int, k: int) -> tuple[Arrangement, np.ndarray, np.ndarray]:
    """Gates as they are drawn, rows, and labels of a random network of ten units."""
    rng = np.random.default_rng(units)
    X = rng.standard_normal((k, N_COLUMNS))
    gates = rng.standard_normal((N_COLUMNS, units))
    hidden = np.maximum(X @ rng.standard_normal((N_COLUMNS, 10)), 0)
    score = hidden @ rng.standard_normal(10)
    inputs = Inputs(N_COLUMNS, fit_intercept=False)
    return Arrangement((gates,), inputs), X, score - np.median(score)


def seconds(call: Callable[[], Any], place: Place, repeats: int) -> float:
    """Median of some calls, after one to warm up; the device has finished when each ends."""
    times = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        call()
        if place.device is not None and place.device.type == "cuda":
            place.xp.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    return float(np.median(times[1:]))


def centered(center: Callable[..., Center], space: VersionSpace, place: Place) -> Center:
    """A center of gates that are grouped, nothing else known; moved to its place and back."""
    fresh = HOST.moved(space.relabelled(space.y))  # without Gram matrix and kernel
    return center(fresh.at(place))


def center_rows(units: int, places: dict[str, Place], repeats: int) -> Iterator[Record]:
    """Seconds of every center in every place; why not where a tree does not fit."""
    kinds = {
        "gated, analytic": (analytic_center, N_LABELS, True),
        "gated, gravity": (gravity_center, N_LABELS, True),
        "relu, analytic": (analytic_center, N_LABELS_RELU, False),
    }
    for name, (center, k, gated) in kinds.items():
        arrangement, X, score = problem(units, k)
        space = VersionSpace.classification(arrangement, X, np.sign(score), gated=gated)
        space = space.assuming(Hypothesis(flip=0.1, noise=0.1)) if gated else space
        _ = space.operator  # gates are grouped
        for where, place in places.items():
            row: Record = {"what": name, "units": units, "where": where}
            try:
                call = partial(centered, center, space, place)
                yield row | {"seconds": seconds(call, place, repeats)}
            except (InvalidInputError, MemoryError, RuntimeError) as error:
                yield row | {"failed": f"{type(error).__name__}: {error}"[:120]}


def pass_rows(
    units: int, places: dict[str, Place], pool: np.ndarray, repeats: int
) -> Iterator[Record]:
    """Seconds of one pass over a pool whose blocks are where they are scored already."""
    what = f"pass, {len(pool)} rows"
    if units > MOST_GATES:
        why = f"not tried: a product of the pool has {units:,} columns"
        yield {"what": what, "units": units, "where": "", "failed": why}
        return
    labelled = pool[:N_LABELS].astype(float)
    y = (labelled[:, 0] + labelled[:, 1] > 0).astype(int)
    model = CuttingPlaneClassifier(hidden=(units,), center="analytic", random_state=0)
    passing = model.fit(labelled, y).passing()
    none = np.empty(0, dtype=np.intp)
    for where, place in places.items():
        source = ArraySource(pool, memory=0).on(serial if place.is_host else DeviceEngine(place))
        once = seconds(partial(scanned, Scan(passing, 100, none, none), source), place, repeats)
        yield {"what": what, "units": units, "where": where, "seconds": once}


def training_rows(units: int, where: str, place: Place, gap: float) -> Iterator[Record]:
    """Ours in closed form and pyscnn's solver, on one objective."""
    arrangement, X, score = problem(units, N_LABELS)
    y, k = score / score.std(), N_LABELS
    noise = float(np.sqrt(2 * k * DECAY))  # two weights of ours are one of pyscnn's
    space = VersionSpace.regression(arrangement, X, y, epsilon=0.1, gated=True)
    space = space.assuming(Hypothesis(noise=noise))
    _ = space.operator
    row: Record = {"what": "training", "units": units, "where": where}
    solve = partial(centered, gravity_center, space, place)
    spent, fitted = seconds(solve, place, 1), solve().prediction
    force = (y - fitted) / (k * DECAY)
    best = float(np.sum((y - fitted) ** 2) / (2 * k) + DECAY / 2 * force @ fitted)
    yield row | {"solver": "cutplane", "seconds": spent, "objective": best}
    if find_spec("scnn") is None:
        return
    try:
        yield row | {"solver": "pyscnn"} | pyscnn(arrangement, X, y, best * (1 + gap), place)
    except (MemoryError, RuntimeError) as error:
        yield row | {"failed": f"pyscnn, {type(error).__name__}: {error}"[:120]}


def pyscnn(
    arrangement: Arrangement, X: np.ndarray, y: np.ndarray, target: float, place: Place
) -> Record:
    """Seconds and objective of pyscnn's accelerated gradient method, to ever smaller tolerances."""
    from scnn.metrics import Metrics
    from scnn.models import ConvexGatedReLU
    from scnn.optimize import optimize_model
    from scnn.regularizers import L2
    from scnn.solvers import RFISTA

    device = "cuda" if place.device.type == "cuda" else "cpu"
    for tolerance in (1e-6, 1e-8, 1e-10, 1e-12):
        model = ConvexGatedReLU(arrangement.gates[0])
        solver = RFISTA(model, max_iters=20_000, tol=tolerance)
        begin = time.perf_counter()
        model, _ = optimize_model(
            model, solver, Metrics(), X, y, regularizer=L2(DECAY), return_convex=True,
            unitize_data=False, device=device, dtype="float32",
        )  # fmt: skip
        spent = time.perf_counter() - begin
        weights = model.parameters[0][0]
        fitted = np.sum((X @ weights.T) * (X @ model.G >= 0), axis=1)
        objective = np.sum((y - fitted) ** 2) / (2 * len(y)) + DECAY / 2 * np.sum(weights**2)
        if objective <= target:
            break
    return {"seconds": spent, "objective": float(objective), "tolerance": tolerance}


def place_of(device: str) -> Place | None:
    """PyTorch's arrays on a device; None where it has no such device."""
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        return None
    return Place("array_api_compat.torch", torch.device(device))


def shown(row: Record) -> str:
    """One line."""
    text = f"{row['what']:22s} {row['units']:>9,} units   {row['where']:12s}"
    if "failed" in row:
        return f"{text} {row['failed']}"
    objective = f"   {row['solver']} {row['objective']:.6g}" if "solver" in row else ""
    return f"{text} {row['seconds']:10.4f} s{objective}"


def measured(options: argparse.Namespace, place: Place) -> Iterator[Record]:
    """Everything, a line at a time."""
    where = f"torch {place.device}"
    places = {"numpy": HOST, where: place}
    repeats, rows = (1, 20_000) if options.quick else (3, 1_000_000)
    pool = np.random.default_rng(0).standard_normal((rows, WIDE), dtype=np.float32)
    for units in options.units or (QUICK_UNITS if options.quick else UNITS):
        yield from center_rows(units, places, repeats)
        yield from pass_rows(units, places, pool, repeats)
        yield from training_rows(units, where, place, options.gap)


def main() -> None:
    made = parser(__doc__, quick="two numbers of units, a pool of 20,000 rows, one repeat")
    made.add_argument("--device", default="cuda", help="what PyTorch calls the device")
    made.add_argument("--units", nargs="+", type=int, metavar="N", help="gates of the networks")
    made.add_argument("--gap", type=float, default=1e-3, help="of objectives, relatively")
    options = made.parse_args()
    place = place_of(options.device)
    if place is None:
        print(f"no GPU here: PyTorch has no device {options.device!r}; --device cpu tries it out")
        return
    if find_spec("scnn") is None:
        print("pyscnn is not installed: training is ours alone")
    record = []
    for row in measured(options, place):
        record.append(row)
        print(shown(row), flush=True)
    write_record(options.out, "gpu", record)


if __name__ == "__main__":
    main()
