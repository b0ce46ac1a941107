"""What is saved goes on as if nothing had happened; what is damaged says so."""

import numpy as np
import pytest

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators.base import CuttingPlaneEstimator
from rewriting import contents, rewritten
from targets import data, estimator_for, reloaded

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
    {"units": "mixed"},
    {"units": "balls", "activation": "gated_relu"},
]
TARGETS = ("two", "three", "text", "objects", "numbers")


@pytest.mark.slow
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


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_depths_survive(activation, tmp_path):
    X, y = data("two")
    known = estimator_for("two", activation=activation)
    known.fit(X[:10], y[:10]).partial_fit(X[10:20], 1 - y[10:20], depth=1.0)
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
    arrays, metadata = contents(path)
    for lost in arrays:
        rewritten(path, {k: v for k, v in arrays.items() if k != lost}, metadata)
        with pytest.raises(ModelFileError, match="damaged"):
            CuttingPlaneClassifier.load(path)
    for lost in metadata.keys() - {"cutplane"}:
        rewritten(path, arrays, {k: v for k, v in metadata.items() if k != lost})
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

    monkeypatch.setattr("cutplane.archive.write_npz", no_room)
    with pytest.raises(OSError, match=r"No space left.*estimator\.npz"):
        CuttingPlaneClassifier().save(path)
    assert CuttingPlaneClassifier.load(path).radius == 2.0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "activation"),
    [
        ("labels", "gated_relu"),
        ("weight", "gated_relu"),
        ("log_z", "gated_relu"),
        ("space/rows", "gated_relu"),
        ("score0/member0/root", "gated_relu"),
        ("score0/root", "relu"),
        ("score1/sign_0", "relu"),
    ],
)
def test_arrays_of_other_lengths_are_damage(name, activation, tmp_path):
    path = tmp_path / "estimator.npz"
    X, y = data("three")
    estimator_for("three", activation=activation).fit(X, y).save(path)
    arrays, metadata = contents(path)
    rewritten(path, arrays | {name: arrays[name][:-1]}, metadata)
    with pytest.raises(ModelFileError, match="damaged"):
        CuttingPlaneClassifier.load(path)


@pytest.mark.slow
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
