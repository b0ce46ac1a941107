"""CPU seconds and memory of margin questions in pools of many columns, sparse and dense.

    python benchmarks/wide_pool.py [--labels 40] [--rows 20000] [--out DIR]

Every pool is asked twice, in processes of their own: with first-layer weights written out, and
through the products with the labelled rows (what the library does where that is quicker). Sparse
rows have 80 words of a Zipf law, weighted by inverse frequency. One thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import StandardScaler

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.run import run
from cutplane.network import SpannedNetwork
from harness import Stopwatch, in_own_process, parser, peak_mb, write_record

WORDS = 80
POOLS = (("sparse", 50_000), ("sparse", 100_000), ("dense", 768))


def pool(kind: str, n: int, d: int) -> tuple[Any, np.ndarray]:
    """Rows of two topics, and which topic a row has."""
    rng = np.random.default_rng(0)
    topic = rng.integers(2, size=n)
    if kind == "dense":
        X = rng.normal(size=(n, d)) + 0.4 * topic[:, None] * (np.arange(d) < 40)
        return StandardScaler().fit_transform(X), topic
    frequency = 1 / np.arange(1, d + 1) ** 0.9
    words = rng.choice(d, size=(n, WORDS), p=frequency / frequency.sum())
    own = rng.integers(200, 400, size=words.shape) + 200 * topic[:, None]
    words = np.where(rng.random(words.shape) < 0.15, own, words)
    counts = (np.ones(words.size), (np.repeat(np.arange(n), WORDS), words.ravel()))
    return TfidfTransformer().fit_transform(sparse.csr_matrix(counts, (n, d))), topic


def ask(kind: str, n: int, d: int, n_labels: int, written_out: bool) -> tuple[float, float, float]:
    """CPU seconds a label, peak memory in MB above that of the pool, accuracy on the pool."""
    if written_out:
        SpannedNetwork.pays = staticmethod(lambda tree: False)  # type: ignore[method-assign]
    X, topic = pool(kind, n, d)
    before = peak_mb()
    model = CuttingPlaneClassifier(activation="relu", center="analytic", random_state=0)
    learner = ActiveLearner(model, X, random_state=0)
    watch = Stopwatch()
    watch.time(lambda: run(learner, topic.__getitem__, n_labels))
    seconds, memory = watch.median_cpu / n_labels, peak_mb() - before
    return seconds, memory, learner.estimator_.score(X, topic)


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--rows", type=int, default=20_000)
    made.add_argument("--labels", type=int, default=40)
    options = made.parse_args()
    rows = []
    print("| pool | first layer | CPU s a label | MB above the pool | accuracy |")
    print("|---|---|---|---|---|")
    for kind, d in POOLS:
        for written_out in (True, False):
            found = in_own_process(ask, kind, options.rows, d, options.labels, written_out)
            seconds, memory, accuracy = found
            how = "written out" if written_out else "products"
            cells = f"{seconds:.2f} | {memory:.0f} | {accuracy:.3f}"
            print(f"| {kind}, {d:,} columns | {how} | {cells} |", flush=True)
            rows.append({"pool": kind, "d": d, "how": how, "seconds": seconds, "mb": memory})
    write_record(options.out, "wide_pool", rows)


if __name__ == "__main__":
    main()
