"""The estimators among the tools of scikit-learn, with frames of pandas and of polars."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import estimator_html_repr, get_tags

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.run import run

NAMES = ["length", "width", "height"]
MODELS = [
    CuttingPlaneClassifier(hidden=(15,), random_state=0),
    CuttingPlaneClassifier(hidden=(15,), activation="gated_relu", random_state=0),
    CuttingPlaneRegressor(hidden=(15,), random_state=0),
]
by_name = pytest.mark.parametrize("model", MODELS, ids=["relu", "gated", "regressor"])


def data(model, n=60):
    X = np.random.default_rng(0).normal(size=(n, 3))
    value = X[:, 0] - X[:, 1] ** 2
    return X, value if is_regressor(model) else (value > -0.5).astype(int)


def frame_of(library, X):
    module = pytest.importorskip(library)
    return module.DataFrame({name: X[:, i] for i, name in enumerate(NAMES)})


@pytest.mark.parametrize("library", ["pandas", "polars"])
@by_name
def test_frames_are_arrays_with_names(model, library):
    X, y = data(model)
    frame = frame_of(library, X)
    labels = pytest.importorskip(library).Series(y.tolist())
    named = clone(model).fit(frame, labels)
    plain = clone(model).fit(X, y)
    assert named.feature_names_in_.tolist() == NAMES
    np.testing.assert_allclose(named.predict(frame), plain.predict(X))
    np.testing.assert_allclose(named.spread(frame), plain.spread(X))
    named.partial_fit(frame[:5], labels[:5])
    with pytest.raises(ValueError, match="feature names"):
        named.predict(frame[NAMES[::-1]])
    with pytest.warns(UserWarning, match="feature names"):
        named.predict(X)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_may_be_the_pool(library):
    X, y = data(MODELS[0])
    one = ActiveLearner(MODELS[0], frame_of(library, X), random_state=0)
    two = ActiveLearner(MODELS[0], X, random_state=0)
    for learner in (one, two):
        run(learner, y.__getitem__, 10)
    np.testing.assert_array_equal(one.labels_rows_, two.labels_rows_)


@pytest.mark.parametrize("output", ["pandas", "polars"])
@by_name
def test_after_transformers_that_set_their_output(model, output):
    X, y = data(model)
    frame = frame_of(output, X)
    pipe = make_pipeline(StandardScaler(), clone(model)).set_output(transform=output)
    pipe.fit(frame, y)
    assert pipe[-1].feature_names_in_.tolist() == NAMES
    expected = make_pipeline(StandardScaler(), clone(model)).fit(X, y).predict(X)
    np.testing.assert_allclose(pipe.predict(frame), expected)


def test_columns_of_several_kinds():
    X, y = data(MODELS[0])
    frame = frame_of("pandas", X).assign(color=np.where(X[:, 2] > 0, "red", "blue"))
    columns = make_column_transformer(
        (OneHotEncoder(sparse_output=True), ["color"]), (StandardScaler(), NAMES)
    )
    pipe = make_pipeline(columns, clone(MODELS[0])).fit(frame, np.where(y, "yes", "no"))
    assert set(pipe.predict(frame)) == {"yes", "no"}
    assert pipe.score(frame, np.where(y, "yes", "no")) > 0.9


@by_name
def test_parameters_are_searched(model):
    X, y = data(model)
    pipe = make_pipeline(StandardScaler(), clone(model))
    name = pipe.steps[-1][0]
    grid = {f"{name}__hidden": [(), (10,), (4, 3)], f"{name}__cost": [1.0, "auto"]}
    search = GridSearchCV(pipe, grid, cv=3, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 6
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.score(X, y) > 0.5


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("model", MODELS[:2], ids=["relu", "gated"])
def test_probabilities_can_be_calibrated(model, method):
    X, y = data(model)
    calibrated = CalibratedClassifierCV(clone(model), method=method, cv=3).fit(X, y)
    probabilities = calibrated.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert calibrated.score(X, y) > 0.8


@by_name
def test_model_selection_tools(model):
    X, y = data(model)
    assert cross_val_score(model, X, y, cv=3, error_score="raise").shape == (3,)
    assert cross_val_predict(model, X, y, cv=3).shape == y.shape
    sizes, *_ = learning_curve(model, X, y, cv=3, train_sizes=[10, 30], error_score="raise")
    assert sizes.tolist() == [10, 30]
    fitted = clone(model).fit(X, y)
    importance = permutation_importance(fitted, X, y, random_state=0, n_repeats=3)
    assert importance.importances_mean[0] > importance.importances_mean[2]


def test_inside_a_meta_estimator():
    X, _ = data(MODELS[0])
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    assert OneVsOneClassifier(clone(MODELS[0])).fit(X, y).score(X, y) > 0.9


@by_name
def test_sparse_rows(model):
    X, y = data(model)
    X = np.where(np.abs(X) < 0.5, 0.0, X)
    dense = clone(model).fit(X, y)
    for form in (sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix):
        np.testing.assert_allclose(
            clone(model).fit(form(X), y).scores(form(X)), dense.scores(X), atol=1e-8
        )


@by_name
def test_types_of_numbers(model):
    X, y = data(model)
    X = np.round(4 * X)
    expected = clone(model).fit(X, y).predict(X)
    for dtype in (np.float32, np.int64, np.int16):
        np.testing.assert_array_equal(clone(model).fit(X.astype(dtype), y).predict(X), expected)
    nullable = pd.DataFrame(X, columns=NAMES).astype("Int64")
    np.testing.assert_array_equal(clone(model).fit(nullable, y).predict(nullable), expected)


@pytest.mark.parametrize(
    "labels",
    [
        lambda y: pd.Series(np.where(y, "yes", "no")),
        lambda y: pd.Series(np.where(y, "yes", "no"), dtype="category"),
        lambda y: pd.Series(y, dtype="Int64"),
        lambda y: y.astype(bool),
        lambda y: y.tolist(),
    ],
    ids=["str", "category", "Int64", "bool", "list"],
)
def test_types_of_labels(labels):
    X, y = data(MODELS[0])
    given = labels(y)
    model = clone(MODELS[0]).fit(X, given)
    expected = clone(MODELS[0]).fit(X, y)
    np.testing.assert_array_equal(model.predict(X) == model.classes_[1], expected.predict(X) == 1)
    assert model.score(X, given) == expected.score(X, y)


@by_name
def test_what_scikit_learn_asks_of_an_estimator(model):
    tags = get_tags(model)
    assert tags.input_tags.sparse
    assert is_classifier(model) != is_regressor(model)
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert type(model)(**model.get_params()).get_params() == model.get_params()
    assert type(model).__name__ in estimator_html_repr(again.set_params(radius=3.0))
    assert "radius=3.0" in repr(again)
    with pytest.raises(NotFittedError):
        again.predict(data(model)[0])
    with pytest.raises(ValueError, match="Invalid parameter"):
        again.set_params(depth=3)


@by_name
def test_metadata_routing_knows_the_pool(model):
    with sklearn.config_context(enable_metadata_routing=True):
        request = clone(model).set_fit_request(X_pool=True).get_metadata_routing()
    assert request.fit.requests["X_pool"] is True


@by_name
def test_skops_keeps_a_pipeline(model, tmp_path):
    skops = pytest.importorskip("skops.io")
    X, y = data(model)
    pipe = make_pipeline(StandardScaler(), clone(model)).fit(X, y)
    skops.dump(pipe, tmp_path / "pipe.skops")
    trusted = skops.get_untrusted_types(file=tmp_path / "pipe.skops")
    assert all(name.startswith("cutplane.") for name in trusted)
    again = skops.load(tmp_path / "pipe.skops", trusted=trusted)
    np.testing.assert_array_equal(again.predict(X), pipe.predict(X))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_boosting_weighs_labels(n_classes):
    X, _ = data(MODELS[0])
    y = np.digitize(X[:, 0], [0.0] if n_classes == 2 else [-0.5, 0.5])
    boosted = AdaBoostClassifier(clone(MODELS[0]), n_estimators=10, random_state=0).fit(X, y)
    assert boosted.score(X, y) > 0.85


def test_a_threshold_is_tuned_by_folds_too():
    X, y = data(MODELS[0])
    tuned = TunedThresholdClassifierCV(clone(MODELS[0]), scoring="balanced_accuracy", cv=3)
    assert tuned.fit(X, y).score(X, y) > 0.8
