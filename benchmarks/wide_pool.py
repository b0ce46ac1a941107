"""CPU seconds and memory of margin questions in pools of many columns, sparse and dense.

    python benchmarks/wide_pool.py [--labels 40] [--rows 20000]

Every pool is asked twice, in processes of their own: with first-layer weights written out, and
through the products with the labelled rows (what the library does where that is quicker). Sparse
rows have 80 words of a Zipf law, weighted by inverse frequency. One BLAS thread.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import StandardScaler

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.run import run
from cutplane.blas import one_thread
from cutplane.network import SpannedNetwork

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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    learner = ActiveLearner(CuttingPlaneClassifier(random_state=0), X, random_state=0)
    start = time.process_time()
    with one_thread():
        run(learner, topic.__getitem__, n_labels)
    seconds = (time.process_time() - start) / n_labels
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return seconds, memory, learner.estimator_.score(X, topic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--labels", type=int, default=40)
    arguments = parser.parse_args()
    print("| pool | first layer | CPU s a label | MB above the pool | accuracy |")
    print("|---|---|---|---|---|")
    spawn = multiprocessing.get_context("spawn")
    for kind, d in POOLS:
        for written_out in (True, False):
            task = (kind, arguments.rows, d, arguments.labels, written_out)
            with spawn.Pool(1) as process:
                seconds, memory, accuracy = process.apply(ask, task)
            how = "written out" if written_out else "products"
            print(
                f"| {kind}, {d:,} columns | {how} | {seconds:.2f} | {memory:.0f} | {accuracy:.3f} |"
            )


if __name__ == "__main__":
    main()
