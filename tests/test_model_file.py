import json

import numpy as np
import pandas as pd
import pytest

from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier
from cutplane.model_file import FORMAT_VERSION, Model, load_model
from cutplane.preprocessing import Preprocessing


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    a = rng.normal(size=40)
    a[3] = np.nan
    return pd.DataFrame({"a": a, "b": rng.normal(size=40), "c": rng.choice(["x", "y"], 40)})


def fit(frame, classes=("no", "yes"), **options):
    preprocessing = Preprocessing.fit(frame)
    X = preprocessing.transform(frame)
    labels = np.array(classes)[(X[:, 0] + X[:, 1] > 0).astype(int)]
    classifier = CuttingPlaneClassifier(hidden=(20,), random_state=0, **options).fit(X, labels)
    return classifier, Model.from_classifier(classifier, preprocessing, "answer")


@pytest.mark.parametrize("activation", ["relu", "gated_relu"])
def test_the_file_predicts_as_the_classifier_did(frame, tmp_path, activation):
    classifier, model = fit(frame, activation=activation)
    model.save(tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")
    X = model.preprocessing.transform(frame)
    scores = loaded.decision_function(frame)
    np.testing.assert_array_equal(scores, model.decision_function(frame))
    np.testing.assert_allclose(scores, classifier.decision_function(X))
    np.testing.assert_array_equal(loaded.predict(frame), classifier.predict(X))
    assert loaded.target == "answer"


@pytest.mark.parametrize("classes", [("no", "yes"), (-1, 1), (False, True), (2, 7)])
def test_classes_keep_their_type(frame, tmp_path, classes):
    _, model = fit(frame, classes)
    model.save(tmp_path / "model.npz")
    loaded = load_model(tmp_path)  # the folder will do
    assert loaded.classes.tolist() == list(classes)
    assert loaded.classes.dtype.kind == np.array(classes).dtype.kind


def test_the_file_holds_no_pickle(frame, tmp_path):
    fit(frame)[1].save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        metadata = json.loads(str(file["metadata"]))
        assert all(file[key].dtype.kind != "O" for key in file.files)
    assert metadata["format_version"] == FORMAT_VERSION


def test_missing_model(tmp_path):
    with pytest.raises(InvalidInputError, match="there is no model"):
        load_model(tmp_path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, X=np.eye(2))
    with pytest.raises(ModelFileError, match="is not a cutplane model"):
        load_model(path)
    path.write_text("text")
    with pytest.raises(ModelFileError, match="is not a cutplane model"):
        load_model(path)


def test_a_damaged_model_is_named(frame, tmp_path):
    path = tmp_path / "model.npz"
    fit(frame)[1].save(path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, metadata=arrays["metadata"])
    with pytest.raises(ModelFileError, match="is damaged"):
        load_model(path)
    np.savez(path, **arrays | {"metadata": np.array("{")})
    with pytest.raises(ModelFileError, match="is damaged"):
        load_model(path)


def test_a_newer_format_asks_to_upgrade(frame, tmp_path):
    path = tmp_path / "model.npz"
    fit(frame)[1].save(path)
    with np.load(path) as file:
        arrays = dict(file)
    metadata = json.loads(str(arrays["metadata"])) | {"format_version": FORMAT_VERSION + 1}
    np.savez(path, **arrays | {"metadata": np.array(json.dumps(metadata))})
    with pytest.raises(ModelFileError, match="upgrade cutplane"):
        load_model(path)


def test_a_table_without_the_columns_is_named(frame):
    _, model = fit(frame)
    with pytest.raises(InvalidInputError, match=r"lacks 2 of the columns .*\(b, c\)"):
        model.predict(frame[["a"]])
