"""What an index of neighbours costs: seconds, bytes, and how many true neighbours it finds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cutplane import ActiveLearner, CuttingPlaneClassifier
from cutplane.active.cells import faiss
from cutplane.active.neighbours import Neighbours
from harness import Stopwatch

N_ROWS, N_QUICK = 1_000_000, 40_000
N_SEARCHED, N_NEAREST = 100, 10
N_LABELS, N_QUESTIONS = 200, 2


def measure(columns: list[int], *, quick: bool) -> list[dict[str, Any]]:
    """Costs for rows of some numbers of columns, printed as they come."""
    n = N_QUICK if quick else N_ROWS
    faiss()  # limits of threads find no libraries that are not loaded
    records = []
    for d in columns:
        X = rows(n, d)
        for record in chain(products(X), indices(X), questions(X)):
            found = {"rows": n, "columns": d, **record}
            print(", ".join(f"{key} {value:.4g}" for key, value in found.items()), flush=True)
            records.append(found)
    return records


def rows(n: int, d: int) -> NDArray[np.float32]:
    """Rows of unit length about 200 topics, of which 32 directions matter most."""
    rng = np.random.default_rng(0)
    topics, directions = rng.normal(size=(200, d)), rng.normal(size=(32, d))
    X = np.empty((n, d), dtype=np.float32)
    for part in np.array_split(np.arange(n), -(-n // 50_000)):
        noise = 0.5 * rng.normal(size=(part.size, d))
        wide = 0.2 * rng.normal(size=(part.size, 32)) @ directions
        own = 0.5 * topics[rng.integers(200, size=part.size)] + wide + noise
        X[part] = own / np.linalg.norm(own, axis=1, keepdims=True)
    return X


def products(X: NDArray[np.float32]) -> Iterator[dict[str, float]]:
    """One product of all rows with 200 columns, the least that a whole pass costs."""
    columns = X[:N_LABELS].T.copy()
    for threads in (1, 2):
        watch = Stopwatch()
        with threadpool_limits(threads):
            for _ in range(3):
                watch.time(lambda: X @ columns)
        yield {"threads": threads, "product (s)": watch.median}


def indices(X: NDArray[np.float32]) -> Iterator[dict[str, float]]:
    """Making, searching and saving an index, on one thread and on two."""
    at = np.random.default_rng(1).choice(len(X), N_SEARCHED, replace=False)
    for threads in (1, 2):
        making, searching, saving, loading = (Stopwatch() for _ in range(4))
        with threadpool_limits(threads), tempfile.TemporaryDirectory() as folder:
            near = making.time(lambda: Neighbours(X, n_neighbours=N_NEAREST, random_share=0))
            found = [searching.time(partial(neighbours, near, row)) for row in X[at]]
            path = Path(folder) / "index"
            saving.time(partial(near.save, path))
            loading.time(partial(Neighbours.load, path, X))
        yield {
            "threads": threads,
            "making (s)": making.median,
            "bytes a row": near.n_bytes / len(X),
            "search (ms)": 1e3 * searching.median,
            "recall": recall(X, at, found),
            "saving (s)": saving.median,
            "loading (s)": loading.median,
        }


def neighbours(near: Neighbours, row: NDArray) -> NDArray:
    """Of one row."""
    return near.offered(row[None].astype(float), near.n_rows, np.random.default_rng(0))


def recall(X: NDArray[np.float32], at: NDArray, found: list[NDArray]) -> float:
    """Share of the true neighbours (of unit rows, the largest products) that were found."""
    products = X[at] @ X.T
    true = np.argpartition(-products, N_NEAREST, axis=1)[:, : N_NEAREST + 1]
    return float(np.mean([np.isin(own, got).mean() for own, got in zip(true, found, strict=True)]))


def questions(X: NDArray[np.float32]) -> Iterator[dict[str, float]]:
    """Seconds of the default question at 200 labels: the whole pool, and neighbours; one thread."""
    y = (X[:, 0] + X[:, 1] * X[:, 2] * np.sqrt(X.shape[1]) > 0).astype(int)
    first = np.random.default_rng(2).choice(len(X), N_LABELS, replace=False)
    for near in (None, Neighbours(X, n_neighbours=10, random_share=0.005)):
        watch = Stopwatch()
        with threadpool_limits(1):
            model = CuttingPlaneClassifier(random_state=0)
            learner = ActiveLearner(model, X, random_state=0, candidates=near)
            learner.tell(first, y[first])
            offered = learner.n_offered_
            for _ in range(N_QUESTIONS):
                asked = watch.time(learner.ask)
                learner.tell(asked, y[asked])
        yield {
            "on offer": offered,
            "first question (s)": watch.elapsed[0],
            "second (s)": watch.elapsed[1],
        }
