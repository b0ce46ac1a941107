"""A pool's fragments on the workers of a Dask cluster, one task for each.

The model is sent once, rows in memory once for all questions, and only what a fragment gives comes
back. Nothing is pinned to a worker: with one that dies, its fragments are done again elsewhere, and
what only it held is sent again. All that workers give each other is packed.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from cutplane.errors import ClusterError, CutplaneError, InvalidInputError
from cutplane.extras import require
from cutplane.integrations.cluster import check_versions, connected, threads_of
from cutplane.packed import Packed

if TYPE_CHECKING:
    from distributed import Client, Future

State = TypeVar("State")
Part = TypeVar("Part")
Result = TypeVar("Result")

#: Tasks that are with the cluster for each of its threads: one at work, one ready.
AHEAD = 2
#: How often rows are sent that workers keep losing.
_MOST_TRIES = 5
#: Bytes from which a fragment is rows in memory, which workers keep, and not a path to them.
_HEAVY = 2**18
_GONE = "the scheduler is gone; start it, and ask again"
#: What Dask calls a task that is to be done, or to be done again.
_COMING = "pending", "lost"
#: Seconds between two looks at whether there is a worker left.
_LOOK = 5.0


class DaskEngine:
    """The engine of a pool's source on a Dask cluster.

    Parameters
    ----------
    cluster : distributed.Client or str
        A client, or the address of a scheduler such as ``"tcp://10.0.0.1:8786"``.
    timeout : float, default=5.0
        Seconds within which the scheduler has to answer, and a worker to be there.

    Attributes
    ----------
    client : distributed.Client

    Raises
    ------
    InvalidInputError
        The extra ``dask`` is missing, or ``cluster`` is neither client nor address.
    ClusterError
        Nobody answers at the address, there is no worker, or one without cutplane.

    Warns
    -----
    ClusterWarning
        A worker has other versions than this process.

    Examples
    --------
    >>> from cutplane import ActiveLearner, CuttingPlaneClassifier, stored_rows
    >>> from cutplane.integrations.dask import DaskEngine
    >>> with DaskEngine("tcp://10.0.0.1:8786") as engine:  # doctest: +SKIP
    ...     source = stored_rows("patients").on(engine)
    ...     learner = ActiveLearner(CuttingPlaneClassifier(), domain=source)
    """

    def __init__(self, cluster: Client | str, *, timeout: float = 5.0):
        self._dask = require("distributed", "dask", "a cluster of Dask")
        self._config = require("dask.config", "dask", "a cluster of Dask")
        if not isinstance(cluster, str | self._dask.Client):
            raise InvalidInputError(
                f"a {type(cluster).__name__} arrived; give a distributed.Client or the address of "
                "a scheduler, such as 'tcp://10.0.0.1:8786'"
            )
        self.timeout, self._is_own = timeout, isinstance(cluster, str)
        self.client: Client = (
            connected(cluster, timeout=timeout) if isinstance(cluster, str) else cluster
        )
        self._met: set[str] = set()
        self._held: dict[int, tuple[weakref.ref, Future]] = {}
        try:
            self._n_threads()
        except BaseException:
            self.close()
            raise

    def __call__(
        self, function: Callable[[State, Part], Result], state: State, fragments: Sequence[Part]
    ) -> Iterator[Result]:
        """``function(state, fragment)`` of every fragment, as they are done.

        Parameters
        ----------
        function : callable
        state : object
            Sent once.
        fragments : sequence
            Those of more than 256 KB are sent once, and workers keep them for as long as they
            exist here.

        Yields
        ------
        What the function gives of each fragment, in any order.

        Raises
        ------
        ClusterError
            The scheduler is gone, no worker is left, or a fragment ends every worker it meets.
        Exception
            What the function raises, as it is.
        """
        n_most = AHEAD * self._n_threads()
        left, tries = deque(range(len(fragments))), Counter[int]()
        pending: dict[Future, int] = {}
        shared = self._shared(state)
        try:
            while left or pending:
                while left and len(pending) < n_most:
                    place = left.popleft()
                    pending[self._submitted(function, shared, fragments[place])] = place
                for future in self._done(pending):
                    place = pending.pop(future)
                    try:
                        result = self._result(future)
                    except self._dask.CancelledError:
                        tries[place] += 1
                        _check(tries[place])
                        left.appendleft(place)
                        self._held.pop(id(fragments[place]), None)  # it may look alive for ever
                        shared = self._shared(state) if shared.cancelled() else shared
                    else:
                        yield result
        finally:
            if pending and self.client.status == "running":
                self.client.cancel(list(pending))

    def close(self) -> None:
        """Leave the cluster, where the engine made the client; a client that was given stays."""
        self._held.clear()
        if self._is_own:
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _n_threads(self) -> int:
        """Threads of all workers; those that are new are compared with this process."""
        if self.client.status == "closed":
            raise ClusterError("the client of this engine is closed; make another engine")
        threads = threads_of(self.client, timeout=self.timeout)
        if new := set(threads) - self._met:
            self._met |= new
            check_versions(self.client, new)
        return sum(threads.values())

    def _shared(self, state: object) -> Future:
        """A state that workers get from each other; the scheduler has it anew where it is lost."""
        with self._config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return self.client.submit(_itself, Packed(state), pure=False)

    def _submitted(self, function: Callable, shared: Future, fragment: object) -> Future:
        """The task of one fragment."""
        part = self._on_cluster(fragment)
        return self.client.submit(_on_a_worker, function, shared, part, pure=False)

    def _on_cluster(self, fragment: object) -> Packed | Future:
        """A fragment, or the future of its rows, which a worker keeps."""
        if (kept := self._held.get(id(fragment))) is not None:
            ref, future = kept
            if ref() is fragment and future.status == "finished":
                return future
        packed = Packed(fragment)
        if packed.n_bytes < _HEAVY:
            return packed
        place, held = id(fragment), self._held
        future = self._scattered(packed)
        held[place] = weakref.ref(fragment, lambda _: held.pop(place, None)), future
        return future

    def _scattered(self, rows: Packed) -> Future:
        """Rows in the memory of a worker, of another one where that dies meanwhile.

        KeyError is the scheduler's, where the worker dies once it has the rows and the scheduler
        does not know that yet.
        """
        for n in range(1, _MOST_TRIES + 1):
            with suppress(OSError, KeyError):
                return self.client.scatter([rows], hash=False)[0]
            self._n_threads()
            _check(n)

    def _done(self, pending: Collection[Future]) -> list[Future]:
        """Those that need not be waited for, at least one."""
        while not (done := [future for future in pending if future.status not in _COMING]):
            try:
                with self.client.as_current(), suppress(self._dask.CancelledError):
                    self._dask.wait(list(pending), timeout=_LOOK, return_when="FIRST_COMPLETED")
            except TimeoutError:
                self._n_threads()
        return done

    def _result(self, future: Future) -> Any:
        """What a task gave; CancelledError where what it needs died with a worker.

        A result that dies before it is here is computed again: this may take, and is looked at, as
        what is pending.
        """
        if self.client.status == "closed":  # and its loop, which would be asked
            raise ClusterError(_GONE)
        coming = asyncio.run_coroutine_threadsafe(
            self.client.gather(future, asynchronous=True), self.client.loop.asyncio_loop
        )
        try:
            while not wait([coming], timeout=_LOOK).done:
                self._n_threads()
            return coming.result()
        except self._dask.KilledWorker as error:
            raise ClusterError(
                f"{error.allowed_failures + 1} workers died on the same fragment; give them more "
                "memory, or the fragment fewer rows"
            ) from error
        except self._dask.CancelledError:
            if self.client.status != "running":
                raise ClusterError(_GONE) from None
            raise
        finally:
            coming.cancel()


def _itself(state: Packed) -> Packed:
    return state


def _on_a_worker(
    function: Callable[[State, Part], Result], state: Packed[State], fragment: Packed[Part]
) -> Result:
    """What a task does; files that are not there are reported with the worker's name."""
    try:
        return function(state.value, fragment.value)
    except (OSError, CutplaneError) as error:
        reason = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(reason, OSError):
            raise
        from distributed import get_worker

        raise InvalidInputError(
            f"{error} (on the worker {get_worker().address}); every worker has to reach the files "
            "under the same path"
        ) from error


def _check(n_lost: int) -> None:
    """ClusterError where rows were lost too often."""
    if n_lost >= _MOST_TRIES:
        raise ClusterError(
            f"workers lost the same rows {n_lost} times; see what ends them, for example their "
            "memory"
        )
