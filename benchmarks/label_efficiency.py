"""Area under test accuracy against labels asked: ours against the usual active learners.

Every label counts, from the first. The area is the mean of the curve over 1, 2, ..., N labels;
before two classes are known a method earns the accuracy of always answering the one it knows.

    python benchmarks/label_efficiency.py --data FOLDER --out runs.json
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from label_data import load_sets, split
from label_methods import accuracy_curve, methods

#: Areas of a first sketch of the method, which counted from about ten labels on.
FLOORS = {
    ("ours gated", "digits odd/even"): 0.870,
    ("ours gated", "spambase"): 0.889,
    ("ours gated", "magic"): 0.761,
    ("ours gated", "letter A-M v N-Z"): 0.666,
    ("ours relu", "breast cancer"): 0.957,
    ("ours relu", "digits odd/even"): 0.850,
}


def main() -> None:
    options = _options()
    chosen = methods(quick=options.quick)
    if options.methods:
        chosen = {name: m for name, m in chosen.items() if name in options.methods.split(";")}
    sets = load_sets(options.data)
    if options.sets:
        sets = {name: s for name, s in sets.items() if name in options.sets.split(",")}
    runs = []
    for data, (X, y) in sets.items():
        for seed in range(options.seeds):
            problem = split(X, y, seed)
            for name, method in chosen.items():
                begin = time.perf_counter()
                curve = accuracy_curve(method, problem, options.labels, seed)
                seconds = time.perf_counter() - begin
                runs.append(
                    {"data": data, "method": name, "seed": seed, "area": float(np.mean(curve)),
                     "seconds": seconds, "accuracy": curve}
                )  # fmt: skip
        print_set(data, [run for run in runs if run["data"] == data])
    print_summary(runs)
    if options.out:
        options.out.write_text(json.dumps({"labels": options.labels, "runs": runs}, indent=1))
        print(f"runs written to {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the .npz tables")
    parser.add_argument("--out", type=Path, help="JSON file for every run's curve")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--labels", type=int, default=60)
    parser.add_argument("--sets", help="only these data sets, separated by commas")
    parser.add_argument("--methods", help="only these methods, separated by semicolons")
    parser.add_argument("--quick", action="store_true", help="2 seeds, 25 labels, small forests")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.labels = min(options.seeds, 2), min(options.labels, 25)
    return options


def _areas(runs: list[dict]) -> dict[str, np.ndarray]:
    """Areas of every method over the seeds, in the order of the seeds."""
    names = dict.fromkeys(run["method"] for run in runs)
    return {n: np.array([run["area"] for run in runs if run["method"] == n]) for n in names}


def print_set(data: str, runs: list[dict]) -> None:
    """Mean and standard deviation over the seeds, and the last accuracy."""
    print(f"\n{data}\n{'method':<22}{'area':>8}{'+-':>7}{'from 10':>9}{'last':>8}{'seconds':>9}")
    for name, area in _areas(runs).items():
        mine = [run for run in runs if run["method"] == name]
        last = np.mean([run["accuracy"][-1] for run in mine])
        seconds = np.mean([run["seconds"] for run in mine])
        late = np.mean([run["accuracy"][9:] for run in mine])
        cells = f"{area.mean():8.3f}{area.std():7.3f}{late:9.3f}{last:8.3f}{seconds:9.2f}"
        print(f"{name:<22}{cells}", flush=True)


def print_summary(runs: list[dict]) -> None:
    """Ours minus the best rival on every set, over the same seeds, and the floors."""
    print(
        f"\n{'data':<18}{'ours':<14}{'area':>7}  {'best rival':<18}{'area':>7}{'diff':>8}{'+-':>7}"
    )
    lost = []
    for data in dict.fromkeys(run["data"] for run in runs):
        areas = _areas([run for run in runs if run["data"] == data])
        rivals = [name for name in areas if not name.startswith("ours")]
        best = max(rivals, key=lambda name: areas[name].mean(), default=None)
        for name in ("ours relu", "ours gated"):
            if name not in areas:
                continue
            floor = FLOORS.get((name, data), 0.0)
            curves = [r["accuracy"][9:] for r in runs if (r["data"], r["method"]) == (data, name)]
            late = float(np.mean(curves))
            note = f"  from 10 labels {late:.3f} (sketch {floor:.3f})" if floor else ""
            line = f"{data:<18}{name:<14}{areas[name].mean():7.3f}"
            if best is not None:
                gap = areas[name] - areas[best]
                line += f"  {best:<18}{areas[best].mean():7.3f}{gap.mean():+8.3f}{gap.std():7.3f}"
                if gap.mean() < 0:
                    lost.append(f"{name} on {data}, by {-gap.mean():.3f} to {best}")
            print(line + note)
    print("\nwhere we lose: " + ("; ".join(lost) or "nowhere"))


if __name__ == "__main__":
    main()
