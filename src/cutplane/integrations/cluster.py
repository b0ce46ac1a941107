"""A Dask cluster: who answers at an address, and whether workers are like this process."""

from __future__ import annotations

import socket
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from joblib import parallel_config

from cutplane.errors import ClusterError, ClusterWarning
from cutplane.extras import require

if TYPE_CHECKING:
    from distributed import Client

#: Packages whose versions decide digits, or whether a model can be read at all.
_PACKAGES = ("python", "cutplane", "numpy", "scipy", "scikit-learn", "pyarrow")
#: Seconds between two questions for a worker.
_NAP = 0.1


def connected(address: str, *, timeout: float = 5.0) -> Client:
    """A client of the scheduler at an address.

    Parameters
    ----------
    address : str
        Such as ``"tcp://10.0.0.1:8786"``.
    timeout : float, default=5.0
        Seconds within which it has to answer.

    Returns
    -------
    distributed.Client
        To be closed by the caller.

    Raises
    ------
    InvalidInputError
        The extra ``dask`` is missing.
    ClusterError
        Nobody answers.
    """
    dask = require("distributed", "dask", "a cluster of Dask")
    try:
        # Asked first, because a client that nobody answers complains again when it is collected.
        where = dask.comm.get_address_host_port(address)
        socket.create_connection(where, timeout=timeout).close()
        with warnings.catch_warnings():  # check_versions says it in a sentence
            warnings.simplefilter("ignore", dask.versions.VersionMismatchWarning)
            return dask.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterError(
            f"no scheduler of Dask answers at {address!r} ({error}); start one with `dask "
            "scheduler`, and give the address that it prints"
        ) from error


@contextmanager
def jobs_on(address: str, *data: object, timeout: float = 5.0) -> Iterator[None]:
    """Context in which the workers of a cluster do what joblib has to do.

    Parameters
    ----------
    address : str
        Of the scheduler.
    *data : objects
        Sent to all workers once, where jobs have them as arguments.
    timeout : float, default=5.0
        Seconds within which the scheduler has to answer, and a worker to be there.

    Raises
    ------
    InvalidInputError, ClusterError
        As :func:`connected`.

    Warns
    -----
    ClusterWarning
        A worker has other versions than this process.
    """
    with connected(address, timeout=timeout) as client:
        check_versions(client, threads_of(client, timeout=timeout))
        with parallel_config(backend="dask", client=client, scatter=list(data)):
            yield


def threads_of(client: Client, *, timeout: float = 5.0) -> dict[str, int]:
    """Threads of every running worker, by its address; at least one.

    ClusterError where no worker comes in ``timeout`` seconds.
    """
    end = time.monotonic() + timeout
    try:
        # One question: of two, one whether there is a worker and one for its threads, the worker
        # may die in between, and its threads be none.
        while not (threads := client.sync(client.scheduler.ncores_running)):
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(_NAP)
        return dict(threads)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"the scheduler {_address(client)} has no worker, and none came in {timeout:g} "
            f"seconds; start some with `dask worker {_address(client)}`"
        ) from error


def check_versions(client: Client, workers: Iterable[str]) -> None:
    """Warn (ClusterWarning) where workers or the scheduler have other versions than this process.

    ClusterError where one has no cutplane: models and fragments are objects of it.
    """
    versions = client.get_versions(packages=list(_PACKAGES[1:]))
    here = versions["client"]["packages"]
    others = {"the scheduler": versions["scheduler"]["packages"]}
    for worker in sorted(set(workers) & set(versions["workers"])):
        others[f"the worker {worker}"] = versions["workers"][worker]["packages"]
    for who, there in others.items():
        if there.get("cutplane") is None:
            raise ClusterError(f"{who} has no cutplane; install {here['cutplane']} where it runs")
        differ = [name for name in _PACKAGES if there.get(name) != here.get(name)]
        if differ:
            what = ", ".join(f"{name} {there.get(name)} (here {here.get(name)})" for name in differ)
            warnings.warn(
                f"{who} has {what}; with other versions it may fail, or digits may differ: "
                "install the same ones",
                ClusterWarning,
                stacklevel=2,
            )


def _address(client: Client) -> str:
    return client.scheduler.address if client.scheduler else "that is gone"
