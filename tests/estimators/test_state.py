"""What is saved goes on as if nothing had happened; what is damaged says so."""

import json

import numpy as np
import pytest
from scipy import sparse

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.run import run
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators.base import CuttingPlaneEstimator

SPACES = [
    {},
    {"activation": "gated_relu"},
    {"hidden": (6, 4)},
    {"hidden": (6, 4), "activation": "gated_relu"},
    {"hidden": ()},
    {"cost": np.inf},
    {"cost": "auto"},
    {"fit_intercept": False},
    {"final_solve": "sparse"},
]
TARGETS = ("two", "three", "text", "objects", "numbers")


def data(target, n=40, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 3))
    value = X[:, 0] - 0.5 * X[:, 1]
    text = np.array(["no", "yes"])[(value > 0).astype(int)]
    return X, {
        "two": (value > 0).astype(int),
        "three": np.digitize(value, [-0.5, 0.5]),
        "text": text,
        "objects": text.astype(object),
        "numbers": 3 * value + 10,
    }[target]


def estimator_for(target, **options):
    options = {"hidden": (12,), "random_state": 0} | options
    if target == "numbers":
        return CuttingPlaneRegressor(**{k: v for k, v in options.items() if v != np.inf})
    return CuttingPlaneClassifier(**options)


def reloaded(saved, path):
    saved.save(path)
    return type(saved).load(path)


@pytest.mark.parametrize("options", SPACES)
@pytest.mark.parametrize("target", ["two", "three", "numbers"])
def test_partial_fit_goes_on_identically(options, target, tmp_path):
    X, y = data(target)
    known = estimator_for(target, **options).fit(X[:25], y[:25])
    for part in (slice(25, 30), slice(30, 40)):
        again = reloaded(known, tmp_path / "estimator.npz")
        np.testing.assert_array_equal(again.scores(X), known.scores(X))
        np.testing.assert_array_equal(again.spread(X), known.spread(X))
        for estimator in (known, again):
            estimator.partial_fit(X[part], y[part])
        assert again.n_iter_ == known.n_iter_
        np.testing.assert_array_equal(again.predict(X), known.predict(X))
        np.testing.assert_array_equal(again.scores(X), known.scores(X))


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_an_estimator_knows_is_lost(target, tmp_path):
    X, y = data(target)
    known = estimator_for(target).fit(X, y)
    again = reloaded(known, tmp_path / "estimator.npz")
    assert vars(again).keys() == vars(known).keys()
    assert again.get_params() == known.get_params()
    if target != "numbers":
        np.testing.assert_array_equal(again.classes_, known.classes_)
        assert again.classes_.dtype == known.classes_.dtype
        assert [s.name for s in again._scores] == [s.name for s in known._scores]
        np.testing.assert_array_equal(again.predict_proba(X), known.predict_proba(X))
    for one, other in zip(again._scores, known._scores, strict=True):
        np.testing.assert_array_equal(one.space.y, other.space.y)
        np.testing.assert_array_equal(one.space.depth, other.space.depth)
        one, other = one.center, other.center
        np.testing.assert_array_equal(one.weights, other.weights)
        assert (one.status, one.n_iter, one.decrement) == (
            other.status,
            other.n_iter,
            other.decrement,
        )


def test_depths_survive(tmp_path):
    X, y = data("two")
    known = estimator_for("two").fit(X[:10], y[:10]).partial_fit(X[10:20], 1 - y[10:20], depth=1.0)
    assert known.version_space_.depth.any()
    again = reloaded(known, tmp_path / "estimator.npz")
    for estimator in (known, again):
        estimator.partial_fit(X[20:], y[20:], depth=1.0)
    np.testing.assert_array_equal(again.scores(X), known.scores(X))


def test_an_unfitted_estimator_keeps_its_parameters(tmp_path):
    known = CuttingPlaneClassifier(hidden=[30, 20], cost=np.float64(3), n_jobs=2)
    again = reloaded(known, tmp_path / "estimator.npz")
    assert again.get_params() == known.get_params()
    assert not again.__sklearn_is_fitted__()


def test_feature_names_survive(tmp_path):
    pd = pytest.importorskip("pandas")
    X, y = data("two")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    again = reloaded(estimator_for("two").fit(frame, y), tmp_path / "estimator.npz")
    assert again.feature_names_in_.tolist() == ["a", "b", "c"]
    again.predict(frame)  # would warn without the names


def test_the_base_class_reads_either_kind(tmp_path):
    X, y = data("numbers")
    path = tmp_path / "estimator.npz"
    estimator_for("numbers").fit(X, y).save(path)
    assert isinstance(CuttingPlaneEstimator.load(path), CuttingPlaneRegressor)
    with pytest.raises(ModelFileError, match="CuttingPlaneRegressor, not a CuttingPlaneClassifier"):
        CuttingPlaneClassifier.load(path)


def test_the_file_needs_no_pickle(tmp_path):
    X, y = data("objects")
    estimator_for("objects").fit(X, y).save(tmp_path / "estimator.npz")
    with np.load(tmp_path / "estimator.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind != "O" for name in file.files)
    assert [p.name for p in tmp_path.iterdir()] == ["estimator.npz"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"random_state": np.random.RandomState(0)}, "random_state is a RandomState"),
        ({"n_jobs": object()}, "n_jobs is a object"),
    ],
)
def test_what_cannot_be_stored_is_named(options, message, tmp_path):
    with pytest.raises(InvalidInputError, match=message):
        CuttingPlaneClassifier(**options).save(tmp_path / "estimator.npz")


def test_a_damaged_estimator_says_so(tmp_path):
    path = tmp_path / "estimator.npz"
    X, y = data("three")
    estimator_for("three").fit(X, y).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    metadata = json.loads(arrays["metadata"].tobytes())
    for lost in arrays.keys() - {"metadata"}:
        np.savez(path, **{name: array for name, array in arrays.items() if name != lost})
        with pytest.raises(ModelFileError, match="damaged"):
            CuttingPlaneClassifier.load(path)
    for lost in metadata.keys() - {"cutplane"}:
        text = json.dumps({name: value for name, value in metadata.items() if name != lost})
        changed = arrays | {"metadata": np.frombuffer(text.encode(), dtype=np.uint8)}
        np.savez(path, **changed)
        with pytest.raises(ModelFileError, match="damaged"):
            CuttingPlaneClassifier.load(path)
    path.write_bytes(b"PK\x03\x04 not much")
    with pytest.raises(ModelFileError, match="damaged"):
        CuttingPlaneClassifier.load(path)


def test_an_absent_file_and_an_absent_folder_are_named(tmp_path):
    with pytest.raises(InvalidInputError, match="does not exist"):
        CuttingPlaneClassifier.load(tmp_path / "estimator.npz")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        CuttingPlaneClassifier().save(tmp_path / "absent" / "estimator.npz")


def test_a_newer_file_asks_to_upgrade(tmp_path, monkeypatch):
    CuttingPlaneClassifier().save(tmp_path / "estimator.npz")
    monkeypatch.setattr("cutplane.archive.FORMAT_VERSION", 0)
    with pytest.raises(ModelFileError, match="upgrade cutplane"):
        CuttingPlaneClassifier.load(tmp_path / "estimator.npz")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "estimator.npz"
    CuttingPlaneClassifier(radius=2.0).save(path)

    def no_room(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.savez", no_room)
    with pytest.raises(InvalidInputError, match="No space left"):
        CuttingPlaneClassifier().save(path)
    assert CuttingPlaneClassifier.load(path).radius == 2.0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["labels", "space/rows", "score0/root", "score1/sign_0"])
def test_arrays_of_other_lengths_are_damage(name, tmp_path):
    path = tmp_path / "estimator.npz"
    X, y = data("three")
    estimator_for("three").fit(X, y).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **(arrays | {name: arrays[name][:-1]}))
    with pytest.raises(ModelFileError, match="damaged"):
        CuttingPlaneClassifier.load(path)


@pytest.mark.parametrize(
    "query", ["margin", "extremes", "random", "spread", "coverage", "frontier"]
)
@pytest.mark.parametrize("told", [1, 7])
def test_a_learner_goes_on_as_if_uninterrupted(query, told, tmp_path):
    X, y = data("two", n=60)
    learner = ActiveLearner(
        estimator_for("two"), X, query=query, batch_size=2, random_state=3, depth=0.5
    )
    run(learner, y.__getitem__, told)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert again.n_labels_ == told
    assert vars(again).keys() == vars(learner).keys()
    for one in (learner, again):
        run(one, y.__getitem__, 20)
    np.testing.assert_array_equal(again.labels_rows_, learner.labels_rows_)
    np.testing.assert_array_equal(again.labels_, learner.labels_)
    assert again.cut_rows_ == learner.cut_rows_
    np.testing.assert_array_equal(again.estimator_.scores(X), learner.estimator_.scores(X))
    known = [{k: v for k, v in entry.items() if k != "seconds"} for entry in learner.history_]
    assert [{k: v for k, v in e.items() if k != "seconds"} for e in again.history_] == known


@pytest.mark.parametrize("target", ["three", "text", "numbers"])
def test_a_learner_of_any_target(target, tmp_path):
    X, y = data(target)
    learner = run(ActiveLearner(estimator_for(target), X, random_state=0), y.__getitem__, 6)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert again.labels_.dtype == learner.labels_.dtype
    for one in (learner, again):
        run(one, y.__getitem__, 12)
    np.testing.assert_array_equal(again.labels_rows_, learner.labels_rows_)
    np.testing.assert_array_equal(again.estimator_.predict(X), learner.estimator_.predict(X))


@pytest.mark.parametrize("query", ["margin", "spread"])
@pytest.mark.parametrize("told", [0, 1, 6])
def test_a_learner_on_a_domain(query, told, tmp_path):
    learner = ActiveLearner(
        estimator_for("two"), domain=([-1, -1, -1], [1, 1, 1]), query=query, random_state=0
    )

    def oracle(points):
        return (points[:, 0] > points[:, 1]).astype(int)

    run(learner, oracle, told)
    again = reloaded(learner, tmp_path / "learner.npz")
    for one in (learner, again):
        run(one, oracle, 10)
    np.testing.assert_array_equal(again.X_pool, learner.X_pool)


def test_a_sparse_pool(tmp_path):
    X, y = data("two")
    X[np.abs(X) < 0.5] = 0
    pool = sparse.csr_matrix(X)
    learner = run(ActiveLearner(estimator_for("two"), pool, random_state=0), y.__getitem__, 5)
    again = reloaded(learner, tmp_path / "learner.npz")
    assert (again.X_pool != pool).nnz == 0
    np.testing.assert_array_equal(again.ask(3), learner.ask(3))


def test_the_pool_may_stay_outside(tmp_path):
    X, y = data("two", n=2000)
    path = tmp_path / "learner.npz"
    learner = run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 5)
    learner.save(path)
    with_pool = path.stat().st_size
    learner.save(path, with_pool=False)
    assert path.stat().st_size < with_pool - X.nbytes / 2
    with pytest.raises(InvalidInputError, match="saved without its pool"):
        ActiveLearner.load(path)
    with pytest.raises(InvalidInputError, match="not the pool"):
        ActiveLearner.load(path, X[::-1])
    with pytest.raises(InvalidInputError, match="not the pool"):
        ActiveLearner.load(path, X[:3])
    again = ActiveLearner.load(path, X.tolist())
    np.testing.assert_array_equal(again.ask(4), learner.ask(4))


@pytest.mark.parametrize("domain", [False, True])
def test_the_journal_goes_on(domain, tmp_path):
    X, y = data("two")
    journal, path = tmp_path / "labels.csv", tmp_path / "learner.npz"
    where = {"domain": ([-1] * 3, [1] * 3)} if domain else {"X_pool": X}

    def oracle(asked):
        return (asked[:, 0] > 0).astype(int) if domain else y[asked]

    learner = ActiveLearner(estimator_for("two"), random_state=0, journal=journal, **where)
    run(learner, oracle, 6)
    learner.save(path)
    run(learner, oracle, 8)  # two labels that the file does not know, but the journal does
    again = ActiveLearner.load(path)
    assert again.n_labels_ == 8
    np.testing.assert_array_equal(again.labels_, learner.labels_)
    run(again, oracle, 10)
    assert len(journal.read_text().splitlines()) == 11
    other = ActiveLearner.load(path, journal=tmp_path / "copy.csv")
    assert other.n_labels_ == 6
    assert len((tmp_path / "copy.csv").read_text().splitlines()) == 7


def test_the_journal_of_another_run_is_refused(tmp_path):
    X, y = data("two")
    run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 6).save(
        tmp_path / "learner.npz"
    )
    (tmp_path / "labels.csv").write_text("order,row,label\n0,39,1\n1,38,0\n")
    with pytest.raises(InvalidInputError, match="other labels"):
        ActiveLearner.load(tmp_path / "learner.npz", journal=tmp_path / "labels.csv")


def test_a_damaged_learner_says_so(tmp_path):
    X, y = data("two")
    path = tmp_path / "learner.npz"
    run(ActiveLearner(estimator_for("two"), X, random_state=0), y.__getitem__, 6).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    metadata = json.loads(arrays["metadata"].tobytes())
    for lost in metadata.keys() - {"cutplane", "fingerprint", "has_domain"}:
        text = json.dumps({name: value for name, value in metadata.items() if name != lost})
        np.savez(path, **(arrays | {"metadata": np.frombuffer(text.encode(), dtype=np.uint8)}))
        with pytest.raises(ModelFileError, match="damaged"):
            ActiveLearner.load(path)
    np.savez(path, **{name: array for name, array in arrays.items() if name != "rows"})
    with pytest.raises(ModelFileError, match="damaged"):
        ActiveLearner.load(path)


def test_skops_keeps_an_estimator(tmp_path):
    skops = pytest.importorskip("skops.io")
    X, y = data("three")
    known = estimator_for("three").fit(X[:30], y[:30])
    skops.dump(known, tmp_path / "estimator.skops")
    trusted = skops.get_untrusted_types(file=tmp_path / "estimator.skops")
    assert all(name.startswith("cutplane.") for name in trusted)
    again = skops.load(tmp_path / "estimator.skops", trusted=trusted)
    for estimator in (known, again):
        estimator.partial_fit(X[30:], y[30:])
    np.testing.assert_array_equal(again.scores(X), known.scores(X))
