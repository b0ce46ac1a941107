"""Jobs next to each other: scores, final solves, folds.

They are threads, each with one BLAS thread, unless joblib is told another backend. All that they
read is one object: a cluster gets it once, packed, and what is the same for several stays so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from joblib import Parallel, delayed

from cutplane.blas import one_thread
from cutplane.packed import Packed
from cutplane.progress import track

S = TypeVar("S")
T = TypeVar("T")


def side_by_side(
    job: Callable[[S, int], T],
    shared: S,
    n: int,
    description: str,
    *,
    n_jobs: int | None,
    verbose: bool,
) -> list[T]:
    """``job(shared, i)`` for every i below n, in this order.

    Parameters
    ----------
    job : callable
        Of a module, so that another process can run it.
    shared : object
        What jobs read.
    n : int
    description : str
        What stands before the bar.
    n_jobs : int or None
        Threads, as joblib counts them; None for this one, or for all workers of the backend in a
        ``joblib.parallel_config``. A single job stays here.
    verbose : bool
        Whether a bar shows how many are done.
    """
    with one_thread():
        if n == 1:
            return list(track([job(shared, 0)], n, description, verbose=verbose))
        parallel = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")
        once = _Shared(shared)
        done = parallel(delayed(_run)(job, once, i) for i in range(n))
        return list(track(done, n, description, verbose=verbose))


class _Shared(Packed[S]):
    """What jobs read, however small: too much for a cluster to send it with each of them."""

    def __sizeof__(self) -> int:
        return 2**20  # joblib's Dask backend sends objects once from a kilobyte


def _run(job: Callable[[S, int], T], shared: _Shared[S], i: int) -> T:
    with one_thread():  # of the process where this runs
        return job(shared.value, i)
