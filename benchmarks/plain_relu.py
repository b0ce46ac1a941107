"""How far a gated network and its plain ReLU network are apart, on labelled and other rows.

    python benchmarks/plain_relu.py [--seeds 3] [--labels 60] [--patterns 100] [--out DIR]

Differences are over the root mean square score of the pool: the largest on labelled rows, the
largest and the mean on the other rows, and the largest on labelled rows in single precision.
Sharpness 0 is the least that the labelled rows ask for. The table holds means over the seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from sklearn.datasets import make_circles
from sklearn.preprocessing import StandardScaler

from cutplane import CuttingPlaneClassifier, ReluNetwork
from cutplane.network.plain import SHARPNESS
from cutplane.tables.datasets import load_dataset
from harness import one_thread, parser, write_record

COLUMNS = ("units", "labelled", "largest", "mean", "decisions", "float32")


def built_in(name: str) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    def read() -> tuple[np.ndarray, np.ndarray]:
        table = load_dataset(name)
        return table.X, table.y

    return read


SETS: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
    "breast cancer": built_in("breast-cancer"),
    "digits odd": built_in("digits-odd"),
    "moons": built_in("moons"),
    "circles": lambda: make_circles(2000, noise=0.1, factor=0.5, random_state=0),
}


def in_single(network: ReluNetwork, X: np.ndarray) -> np.ndarray:
    """Scores computed in float32."""
    rows = np.hstack([X, np.ones((X.shape[0], 1))]).astype(np.float32)
    hidden = rows @ network.weights[0].astype(np.float32)
    for layer in network.weights[1:]:
        hidden = np.maximum(hidden, 0) @ layer.astype(np.float32)
    return hidden[:, 0]


def compared(
    name: str, seed: int, sharpness: float, options: argparse.Namespace
) -> dict[str, float]:
    """One row of the table for one seed."""
    X, y = SETS[name]()
    X = StandardScaler().fit_transform(X)
    told = np.random.default_rng(seed).permutation(len(y))[: options.labels]
    model = CuttingPlaneClassifier(
        hidden=(options.patterns,), activation="gated_relu", random_state=seed
    ).fit(X[told], y[told])
    gated = model.network_
    plain = gated.plain(X[told], sharpness=sharpness)
    before, after = gated(X), plain(X)
    size = np.sqrt(np.mean(before**2))
    difference = np.abs(after - before) / size
    single = np.abs(in_single(plain, X[told]) - before[told]) / size
    others = np.delete(np.arange(len(y)), told)
    differ = (before > 0) != (after > 0)
    found = (plain.n_units, difference[told].max(), difference[others].max())
    found += (difference[others].mean(), differ[others].mean(), single.max())
    return dict(zip(COLUMNS, map(float, found), strict=True))


@one_thread
def main() -> None:
    made = parser(__doc__, seeds=3)
    made.add_argument("--labels", type=int, default=60)
    made.add_argument("--patterns", type=int, default=100)
    options = made.parse_args()
    record = []
    print("| data | sharpness | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for name in SETS:
        for sharpness in (0.0, SHARPNESS):
            runs = [compared(name, seed, sharpness, options) for seed in range(options.seeds)]
            mean = {key: float(np.mean([run[key] for run in runs])) for key in COLUMNS}
            cells = " | ".join(f"{value:.3g}" for value in mean.values())
            print(f"| {name} | {sharpness:.0f} | {cells} |", flush=True)
            record.append({"data": name, "sharpness": sharpness, **mean})
    write_record(options.out, "plain_relu", record)


if __name__ == "__main__":
    main()
