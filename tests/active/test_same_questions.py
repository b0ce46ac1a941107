"""Questions depend on rows and labels alone: not on storage, blocks, engines, or what is kept."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor, stored_rows
from cutplane.active import offer as offer_module
from cutplane.active import question as question_module
from cutplane.active.offer import Offer
from cutplane.active.pool import Pool
from cutplane.scanning.arrays import ArrayFragment, ArraySource
from cutplane.scanning.block import Block

N = 170


class Cut(ArraySource):
    """Blocks of so many rows, two to a fragment, gone through in any order."""

    def __init__(self, rows, memory=0, size=7):
        super().__init__(rows, memory)
        blocks = [Block(at, rows[at : at + size]) for at in range(0, rows.shape[0], size)]
        cut = [blocks[at : at + 2] for at in range(0, len(blocks), 2)]
        self.__dict__["_fragments"] = [ArrayFragment(own) for own in cut]
        rng = np.random.default_rng(0)
        self.engine = lambda function, state, fragments: (
            function(state, fragments[at]) for at in rng.permutation(len(fragments))
        )


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    """Pools that are larger than what is looked at closely, and than the first rows."""
    for name, value in (("N_CLOSE", 40), ("_N_CLOSE_LEAST", 30), ("_N_NEAREST", 16)):
        monkeypatch.setattr(question_module, name, value)
    monkeypatch.setattr(offer_module, "_FIRST_ROWS", 60)


@pytest.fixture
def table():
    """Rows that single precision holds, and labels of several kinds."""

    def build(n_classes=2, n=N, d=3):
        X = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32).astype(float)
        X[np.abs(X) < 0.3] = 0
        score = X[:, 0] + X[:, -1] ** 2
        return X, np.digitize(score, [0.5, 1.5][: n_classes - 1]) if n_classes else score

    return build


def asked(X, y, query="variance_reduction", *, n=1, source=None, **options):
    """Rows asked, in order: without a model, and twice with one."""
    model = CuttingPlaneClassifier if y.dtype.kind == "i" else CuttingPlaneRegressor
    options = {"hidden": (12,), "random_state": 0} | options
    query_model = options.pop("query_model", None)
    learner = ActiveLearner(
        model(**options), X, query=query, query_model=query_model, random_state=0
    )
    if source is not None:
        learner.domain.source = source
    first = learner.ask(4)
    known = np.union1d(first, np.arange(8))
    learner.tell(known, y[known])
    second = learner.ask(n)
    learner.tell(second, y[second])
    return [*first.tolist(), *second.tolist(), *learner.ask(n).tolist()]


def sources(X, folder):
    """The same rows, held and gone through in other ways."""
    single = X.astype(np.float32)
    table = pa.table({f"x{at}": column for at, column in enumerate(single.T)})
    pq.write_table(table, folder / "pool.parquet", row_group_size=33)
    np.save(folder / "pool.npy", single)
    yield stored_rows(folder / "pool.parquet")
    yield stored_rows(table.to_batches(max_chunksize=40))
    yield ArraySource(np.load(folder / "pool.npy", mmap_mode="r"))
    yield ArraySource(X, memory=0)
    yield Cut(X, memory=2**28)
    yield Cut(single, size=1)
    yield Cut(sparse.csr_matrix(X), size=50)


CASES = [
    ({}, 2, {}),
    ({"query": "margin"}, 2, {}),
    ({"n": 3}, 2, {}),
    ({"query": "margin", "n": 3}, 3, {}),
    ({}, 3, {}),
    ({}, 0, {}),
    ({"query": "halving"}, 2, {"activation": "relu"}),
    ({}, 3, {"activation": "relu", "n_jobs": 1}),
    ({}, 2, {"hidden": (8, 4)}),
    ({"query": "margin"}, 2, {"hidden": ()}),
    ({"query": "margin", "query_model": "final"}, 2, {"final_solve": "ridge"}),
    ({"query": "coverage"}, 2, {}),
    ({"query": "random"}, 2, {}),
]


@pytest.mark.parametrize(("how", "n_classes", "options"), CASES)
def test_where_and_how_rows_are_held_changes_no_question(how, n_classes, options, table, tmp_path):
    X, y = table(n_classes)
    expected = asked(X, y, **how, **options)
    for source in sources(X, tmp_path):
        assert asked(X, y, source=source, **how, **options) == expected


@pytest.mark.parametrize("query", ["variance_reduction", "margin"])
def test_a_question_is_one_pass_and_takes_no_array_of_the_pool(query, table, monkeypatch):
    X, y = table()
    passes = []
    learner = ActiveLearner(
        CuttingPlaneClassifier(hidden=(12,), random_state=0), X, query=query, random_state=0
    )
    own = learner.domain.source.engine
    learner.domain.source.engine = lambda *args: passes.append(args[0].__name__) or own(*args)
    learner.tell(np.arange(10), y[:10])
    monkeypatch.setattr(Offer, "places", property(lambda self: pytest.fail("all places")))
    for _ in range(3):
        passes.clear()
        learner.ask()
        assert passes == ["score_fragment"]


def test_values_need_no_pass(table):
    X, y = table(0)
    learner = ActiveLearner(CuttingPlaneRegressor(hidden=(12,), random_state=0), X, random_state=0)
    learner.tell(np.arange(10), y[:10])
    learner.domain.source.engine = lambda *_: pytest.fail("passed")
    assert learner.ask(2).size == 2


@pytest.mark.parametrize("query", ["variance_reduction", "margin", "coverage"])
def test_only_candidates_are_read(query, table):
    X, y = table()
    learner = ActiveLearner(
        CuttingPlaneClassifier(hidden=(12,), random_state=0), X, query=query, random_state=0
    )
    learner.tell(np.arange(10), y[:10])
    learner.domain.source.engine = lambda *_: pytest.fail("passed")
    rows = np.arange(5, 155)[::-1]
    assert set(learner.ask(3, candidates=rows)) <= set(range(10, 155))
    assert learner.ask(3, candidates=np.arange(10)).size == 0
    assert learner.ask(candidates=[5, 77]).tolist() == [77]


def test_many_candidates_are_those_of_a_pass(table, monkeypatch):
    X, y = table()
    rows = np.arange(20, 160)
    learners = [
        ActiveLearner(CuttingPlaneClassifier(hidden=(12,), random_state=0), X, random_state=0)
        for _ in range(2)
    ]
    found = []
    for few, learner in zip((2**14, 0), learners, strict=True):
        monkeypatch.setattr(offer_module, "_FEW", few)
        learner.tell(np.arange(30), y[:30])
        found.append(learner.ask(3, candidates=rows).tolist())
    assert found[0] == found[1]


def test_the_least_margin_of_all_rows_is_asked(table, monkeypatch):
    X, y = table()
    passing = asked(X, y, "margin")
    monkeypatch.setattr(question_module, "_N_NEAREST", N)
    assert asked(X, y, "margin") == passing


@pytest.mark.parametrize("n", [1, 39, 41, 90])
@pytest.mark.parametrize("query", ["variance_reduction", "margin"])
def test_pools_of_any_size_run_out(n, query, table):
    X, y = table(n=max(n, 4), d=1)
    learner = ActiveLearner(
        CuttingPlaneClassifier(hidden=(12,), random_state=0), X, query=query, random_state=0
    )
    told = []
    while (chosen := learner.ask(20)).size:
        told += chosen.tolist()
        learner.tell(chosen, y[chosen])
    assert sorted(told) == list(range(max(n, 4)))
    assert learner.ask().size == 0


@pytest.mark.parametrize("n_closed", [0, 1, 30, 99, 100])
def test_positions_on_offer_are_places_that_are_open(n_closed):
    rng = np.random.default_rng(n_closed)
    closed = np.sort(rng.choice(100, size=n_closed, replace=False))
    offer = Offer(ArraySource(np.zeros((100, 1))), closed)
    left = np.setdiff1d(np.arange(100), closed)
    assert offer.size == left.size
    np.testing.assert_array_equal(offer.places, left)
    np.testing.assert_array_equal(offer.places_at(np.arange(left.size)), left)
    drawn = offer.drawn(min(7, left.size), rng)
    assert np.isin(drawn, left).all()
    assert np.unique(drawn).size == drawn.size


def test_random_rows_favour_nobody():
    closed, rng = np.array([0, 3, 9]), np.random.default_rng(0)
    offer = Offer(ArraySource(np.zeros((10, 1))), closed)
    counts = np.bincount(np.concatenate([offer.drawn(2, rng) for _ in range(700)]), minlength=10)
    assert counts[closed].sum() == 0
    assert counts[offer.places].min() > 150


def test_a_sampled_pool_is_a_domain(table):
    """The example of the page on the architecture."""
    from cutplane.scanning.arrays import Taken

    class Sampled(Pool):
        kind = "sampled pool"

        def offer(self, closed, n, rng, *, is_first, candidates=None):
            offer = super().offer(closed, n, rng, is_first=is_first, candidates=candidates)
            few = np.sort(offer.drawn(min(50, offer.size), rng))
            return Offer(Taken(offer.source, few), closed[:0], offer.questions_at(few))

    pool = Sampled(table()[0])
    offer = pool.offer(np.arange(90), 1, np.random.default_rng(0), is_first=False)
    assert offer.size == 50
    assert offer.questions.min() >= 90
    np.testing.assert_array_equal(offer.source.rows, pool.rows[offer.questions])
