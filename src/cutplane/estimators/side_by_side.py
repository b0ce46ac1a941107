"""Jobs on threads, each with one BLAS thread: scores, final solves, folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from joblib import Parallel, delayed

from cutplane.blas import one_thread
from cutplane.progress import track

T = TypeVar("T")


def side_by_side(
    jobs: Sequence[Callable[[], T]], description: str, *, n_jobs: int | None, verbose: bool
) -> list[T]:
    """Results of jobs, in their order.

    Parameters
    ----------
    jobs : sequence of functions without arguments
    description : str
        What stands before the bar.
    n_jobs : int or None
        Threads, as joblib counts them; None for this one.
    verbose : bool
        Whether a bar shows how many are done.
    """
    with one_thread():
        parallel = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")
        done = parallel(delayed(job)() for job in jobs)
        return list(track(done, len(jobs), description, verbose=verbose))
