"""The pass as plain functions: partitions of any kind give the rows that a learner asks."""

import pickle

import numpy as np
import pyarrow as pa
import pytest

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor, InvalidInputError
from cutplane.integrations.batches import BatchScan
from cutplane.uncertainty.link import gap

N, COLUMNS = 3_000, ["a", "b", "c"]
X = np.random.default_rng(0).normal(size=(N, 3)).astype(np.float32)
TRUTHS = {
    "two": np.where(X[:, 0] + X[:, 1] ** 2 > 0.5, "yes", "no"),
    "three": np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3]),
}


def partitions(n, size):
    """All rows in random order, in n partitions of record batches."""
    order = np.random.default_rng(1).permutation(N)
    for part in np.array_split(order, n):
        few = [part[i : i + size] for i in range(0, part.size, size)]
        yield [
            pa.RecordBatch.from_pydict(
                {"note": ["-"] * at.size, "row": at, **dict(zip("abc", X[at].T, strict=True))}
            )
            for at in few
        ]


def learner(truth):
    """A learner that knows ten labels and asks by margin."""
    learner = ActiveLearner(
        CuttingPlaneClassifier(hidden=(30,), random_state=0), X, query="margin", random_state=0
    )
    rows = np.arange(0, N, N // 10)
    learner.tell(rows, truth[rows])
    return learner, rows


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize(("n", "size"), [(1, 5_000), (7, 100)])
def test_record_batches_give_the_rows_that_a_learner_asks(truth, n, size):
    asking, known = learner(TRUTHS[truth])
    scan = BatchScan.of(asking.estimator_, COLUMNS, closed=known)
    sent = pickle.loads(pickle.dumps(scan))
    found = [batch for part in partitions(n, size) for batch in sent.of_batches(part)]
    assert len(found) == n
    assert all(batch.num_rows <= 1024 for batch in found)
    rows = scan.ranked(pa.Table.from_batches(found), asking.estimator_)
    assert not set(rows) & set(known)
    asked = asking.ask(4)
    assert asking.ask(4, candidates=rows).tolist() == asked.tolist()


def test_dicts_of_arrays_give_the_same():
    asking, known = learner(TRUTHS["two"])
    scan = BatchScan.of(asking.estimator_, COLUMNS, closed=known, n=50)
    batches = [batch for part in partitions(3, 400) for batch in part]
    arrays = [{n: batch.column(n).to_numpy() for n in ["row", *COLUMNS]} for batch in batches]
    found = [scan.of_arrays(batch) for batch in arrays]
    assert set(found[0]) == {"row", *COLUMNS, "distance"}
    rows = scan.ranked(found, asking.estimator_)
    on_offer = np.setdiff1d(np.arange(N), known)
    distance = gap(asking.estimator_.scores(X[on_offer]))
    assert rows.tolist() == on_offer[np.argsort(distance)[:50]].tolist()
    table = pa.concat_tables([pa.Table.from_pydict(dict(own)) for own in found])
    assert scan.ranked(table, asking.estimator_).tolist() == rows.tolist()


def test_keys_may_be_names_and_partitions_empty():
    asking, _ = learner(TRUTHS["two"])
    scan = BatchScan.of(asking.estimator_, COLUMNS, key="name", n=3, closed=["r7"])
    names = [f"r{i}" for i in range(8)]
    batch = pa.RecordBatch.from_pydict({"name": names, **dict(zip("abc", X[:8].T, strict=True))})
    (found,) = scan.of_batches([batch[:0], batch])
    assert found.num_rows == 3
    assert list(scan.of_batches([])) == []
    assert "r7" not in scan.ranked(pa.Table.from_batches([found]), asking.estimator_)
    (only,) = scan.of_batches([batch[7:]])
    assert only.num_rows == 0
    assert scan.ranked(pa.Table.from_batches([only]), asking.estimator_).size == 0


def test_what_cannot_be_looked_for_is_a_sentence():
    asking, _ = learner(TRUTHS["two"])
    with pytest.raises(InvalidInputError, match=r"^2 columns arrived, the classifier was"):
        BatchScan.of(asking.estimator_, ["a", "b"])
    with pytest.raises(InvalidInputError, match=r"^a regressor arrived, whose values have no"):
        BatchScan.of(CuttingPlaneRegressor(hidden=(5,)).fit(X[:9], X[:9, 0]), COLUMNS)
    scan = BatchScan.of(asking.estimator_, COLUMNS)
    rows = {name: np.array([0.0, np.nan]) for name in COLUMNS}
    with pytest.raises(InvalidInputError, match="column 'a' of 'the batches' has no number in row"):
        scan.of_arrays({"row": np.arange(2), **rows})
    with pytest.raises(InvalidInputError, match="column 'row' is not in 'the batches'"):
        scan.of_arrays(rows)
