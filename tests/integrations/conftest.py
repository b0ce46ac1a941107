"""A Dask cluster of two processes with one thread each, which this folder's tests share."""

from contextlib import ExitStack

import pytest


class Shared:
    """A cluster whose workers come back when they die; another one where they do not."""

    def __init__(self):
        self.stack, self.client = ExitStack(), None

    def ready(self):
        """The client, once both workers are there."""
        distributed = pytest.importorskip("distributed")
        if self.client is not None:
            try:
                self.client.wait_for_workers(2, timeout=15)
            except TimeoutError:  # a worker that was killed while it started
                self.close()
        if self.client is None:
            dask = pytest.importorskip("dask")
            # 15 seconds after a worker died, Dask closes its nanny for good where the worker is not
            # there at that moment, be it that another test has just killed it again.
            self.stack.enter_context(
                dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
            )
            cluster = distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, memory_limit=0, dashboard_address=":0"
            )
            self.stack.enter_context(cluster)
            # By its address: a client that knows the cluster changes what that keeps of workers,
            # and one that dies at that moment cannot be taken off any more.
            client = distributed.Client(cluster.scheduler_address, set_as_default=False)
            self.client = self.stack.enter_context(client)
            self.client.wait_for_workers(2, timeout=60)
        return self.client

    def close(self):
        self.stack.close()
        self.client = None


@pytest.fixture(scope="session")
def shared_cluster():
    shared = Shared()
    yield shared
    shared.close()


@pytest.fixture
def both_workers(shared_cluster):
    """A client of two workers."""
    return shared_cluster.ready()
