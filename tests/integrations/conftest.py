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
            except TimeoutError:  # a nanny that was killed with its worker, on a busy machine
                self.close()
        if self.client is None:
            cluster = distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, memory_limit=0, dashboard_address=":0"
            )
            self.stack.enter_context(cluster)
            client = distributed.Client(cluster, set_as_default=False)
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
