import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.model import TableModel, load_model
from cutplane.tables.preprocessing import Preprocessing
from rewriting import contents, rewritten


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    a[3] = np.nan
    return pd.DataFrame({"a": a, "b": rng.normal(size=40), "c": rng.choice(["x", "y"], 40)})


def fit(frame, classes=("no", "yes"), **options):
    preprocessing = Preprocessing.fit(frame)
    X = preprocessing.transform(frame)
    labels = np.array(classes)[np.digitize(X[:, 0] + X[:, 1], [0.0, 0.7][: len(classes) - 1])]
    classifier = CuttingPlaneClassifier(hidden=(20,), random_state=0, **options).fit(X, labels)
    return classifier, TableModel.from_estimator(classifier, preprocessing, "answer")


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
@pytest.mark.parametrize("classes", [("no", "yes"), ("a", "b", "c")])
def test_the_file_predicts_as_the_classifier_did(frame, tmp_path, activation, classes):
    classifier, model = fit(frame, classes, activation=activation)
    model.save(tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")
    X = model.preprocessing.transform(frame)
    scores = loaded.scores(frame)
    np.testing.assert_array_equal(scores, model.scores(frame))
    np.testing.assert_allclose(scores, classifier.decision_function(X), atol=1e-12)
    np.testing.assert_array_equal(loaded.predict(frame), classifier.predict(X))
    np.testing.assert_allclose(loaded.predict_proba(frame), classifier.predict_proba(X))
    assert loaded.task == "classification"
    assert loaded.target == "answer"


@pytest.mark.parametrize("options", [{"center": "analytic"}, {"final_solve": "ridge"}])
def test_models_without_a_law_link_their_scores(frame, tmp_path, options):
    classifier, model = fit(frame, **options)
    assert model.law is None
    model.save(tmp_path / "model.npz")
    loaded = load_model(tmp_path)
    assert loaded.law is None
    X = model.preprocessing.transform(frame)
    np.testing.assert_allclose(loaded.predict_proba(frame), classifier.predict_proba(X))


@pytest.mark.parametrize("classes", [("no", "yes"), (-1, 1), (False, True), (2, 7)])
def test_classes_keep_their_type(frame, tmp_path, classes):
    _, model = fit(frame, classes)
    model.save(tmp_path / "model.npz")
    loaded = load_model(tmp_path)  # the folder will do
    assert loaded.classes.tolist() == list(classes)
    assert loaded.classes.dtype.kind == np.array(classes).dtype.kind


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_the_file_predicts_as_the_regressor_did(frame, tmp_path, activation):
    preprocessing = Preprocessing.fit(frame)
    X = preprocessing.transform(frame)
    y = 50 + 10 * X[:, 0]
    regressor = CuttingPlaneRegressor(hidden=(20,), activation=activation, random_state=0).fit(X, y)
    TableModel.from_estimator(regressor, preprocessing, "price").save(tmp_path / "model.npz")
    loaded = load_model(tmp_path)
    np.testing.assert_allclose(loaded.predict(frame), regressor.predict(X))
    assert loaded.classes is None
    assert loaded.task == "regression"
    assert loaded.target == "price"


def test_missing_model(tmp_path):
    with pytest.raises(InvalidInputError, match="there is no model"):
        load_model(tmp_path)


def test_a_network_is_not_a_model(frame, tmp_path):
    fit(frame)[0].network_.save(tmp_path / "network.npz")
    with pytest.raises(ModelFileError, match="cutplane-network file, not a model"):
        load_model(tmp_path / "network.npz")


RELU, GATED = {"activation": "relu"}, {"activation": "gated_relu"}


@pytest.mark.parametrize(
    ("lost", "options"),
    [
        ("network0/weights_0", RELU),
        ("preprocessing", RELU),
        ("classes", GATED),
        ("network0/coefficients", GATED),
        ("law/log_z", GATED),
    ],
)
def test_a_model_that_lacks_a_part_is_damaged(frame, tmp_path, lost, options):
    path = tmp_path / "model.npz"
    fit(frame, **options)[1].save(path)
    arrays, metadata = contents(path)
    arrays.pop(lost, None)
    metadata.pop(lost, None)
    rewritten(path, arrays, metadata)
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(path)


def test_a_table_without_the_columns_is_named(frame):
    _, model = fit(frame)
    with pytest.raises(InvalidInputError, match=r"lacks 2 of the columns .*\(b, c\)"):
        model.predict(frame[["a"]])
