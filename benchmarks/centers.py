"""Centers of the version space compared: accuracy per label, and time per label.

Every model asks by margin, every label counts from the first, and the centers of one seed
share gates and first questions. The area is the mean test accuracy over 1, 2, ..., N labels.

    python benchmarks/centers.py [--data FOLDER] [--shapes gated,relu] [--seeds 5]

"small" is the size that the maximum-volume ellipsoid can still do (at most 30 weights, two
features). Digits, breast cancer, spambase and magic are too wide for it.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import make_moons

from cutplane import CuttingPlaneClassifier
from cutplane.tables.datasets import load_dataset
from label_data import load_sets, split
from label_methods import Method, accuracy_curve

#: Hidden layer, activation and centers of each shape of model.
SHAPES = {
    "gated": ((100,), "gated_relu", ("analytic", "gravity", "chebyshev")),
    "small": ((2,), "gated_relu", ("analytic", "gravity", "chebyshev", "max_volume_ellipsoid")),
    "relu": ((20,), "relu", ("analytic", "gravity", "chebyshev")),
}
WIDE = ("digits odd/even", "breast cancer", "spambase", "magic")


def main() -> None:
    options = _options()
    sets = _sets(options.data)
    runs = []
    for shape in options.shapes.split(","):
        for data, (X, y) in sets.items():
            if (shape == "small" and data in WIDE) or (options.sets and data not in options.sets):
                continue
            mine = [
                {"shape": shape, "data": data, "center": center, "seed": seed}
                | run(shape, center, split(X, y, seed), options.labels, seed)
                for seed in range(options.seeds)
                for center in SHAPES[shape][2]
            ]
            print_set(shape, data, mine)
            runs += mine
    print_losses(runs)
    if options.out:
        options.out.write_text(json.dumps({"labels": options.labels, "runs": runs}, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the .npz tables")
    parser.add_argument("--out", type=Path, help="JSON file for every run's curve")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--labels", type=int, default=60)
    parser.add_argument("--shapes", default="gated,small,relu", help="separated by commas")
    parser.add_argument("--sets", nargs="+", help="only these data sets")
    return parser.parse_args()


def _sets(folder: Path | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rows and labels 0 and 1 by name."""
    spiral = load_dataset("spiral")
    moons = make_moons(n_samples=1000, noise=0.2, random_state=0)
    sets = {"moons": moons, "spiral": (spiral.X, (spiral.y == spiral.y.max()).astype(int))}
    return sets | {name: s for name, s in load_sets(folder).items() if name in WIDE}


def run(shape: str, center: str, problem, n_labels: int, seed: int) -> dict:
    """One run: its curve, area and CPU seconds per label, scoring of the test rows included."""
    hidden, activation, _ = SHAPES[shape]
    method = Method(
        lambda s: CuttingPlaneClassifier(
            hidden=hidden, activation=activation, center=center, random_state=s
        ),
        "margin",
        ours=True,
    )
    begin = time.process_time()
    curve = accuracy_curve(method, problem, n_labels, seed)
    seconds = (time.process_time() - begin) / n_labels
    return {"area": float(np.mean(curve)), "seconds": seconds, "accuracy": curve}


def print_set(shape: str, data: str, runs: list[dict]) -> None:
    """Mean and standard deviation over seeds, and the paired difference from analytic."""
    print(f"\n{shape}, {data}")
    print(f"{'center':<22}{'area':>7}{'sd':>7}{'- analytic':>12}{'sd':>7}{'last':>7}{'s/label':>9}")
    base = np.array([r["area"] for r in runs if r["center"] == "analytic"])
    for center in dict.fromkeys(r["center"] for r in runs):
        mine = [r for r in runs if r["center"] == center]
        area = np.array([r["area"] for r in mine])
        gap, last = area - base, np.mean([r["accuracy"][-1] for r in mine])
        seconds = np.mean([r["seconds"] for r in mine])
        print(
            f"{center:<22}{area.mean():7.3f}{area.std():7.3f}{gap.mean():+12.3f}{gap.std():7.3f}"
            f"{last:7.3f}{seconds:9.3f}",
            flush=True,
        )


def print_losses(runs: list[dict]) -> None:
    """Where each center's mean area is below the best of the same problem."""
    means: dict[tuple[str, str], dict[str, float]] = {}
    for r in runs:
        problem = means.setdefault((r["shape"], r["data"]), {})
        same = [q["area"] for q in runs if all(q[n] == r[n] for n in ("shape", "data", "center"))]
        problem[r["center"]] = float(np.mean(same))
    print("\nwhere each loses to the best:")
    for center in dict.fromkeys(r["center"] for r in runs):
        gaps = [
            (max(problem.values()) - problem[center], f"{shape} {data}")
            for (shape, data), problem in means.items()
            if center in problem
        ]
        lost = [f"{name} by {gap:.3f}" for gap, name in gaps if gap > 0]
        print(f"  {center}: {'; '.join(lost) or 'nowhere'}")


if __name__ == "__main__":
    main()
