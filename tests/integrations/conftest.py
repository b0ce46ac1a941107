"""A Dask cluster of two processes with one thread each, which this folder's tests share."""

import pytest


@pytest.fixture(scope="session")
def cluster():
    """The client of a cluster whose workers come back when they die."""
    distributed = pytest.importorskip("distributed")
    local = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        memory_limit=0,
        dashboard_address=":0",
    )
    with local, distributed.Client(local, set_as_default=False) as client:
        yield client


@pytest.fixture
def both_workers(cluster):
    """The same client, once both workers are there."""
    cluster.wait_for_workers(2, timeout=60)
    return cluster
