import numpy as np
import pandas as pd
import pytest

from cutplane.archive import read_archive, write_archive
from cutplane.errors import InvalidInputError, ModelFileError
from cutplane.estimators import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.tables.model import TableModel, load_model
from cutplane.tables.preprocessing import Preprocessing
from cutplane.tables.report import TableReport
from cutplane.tables.table import Table
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
    with pytest.raises(InvalidInputError, match=r"lacks 2 of the columns .*\('b', 'c'\)"):
        model.predict(frame[["a"]])


def partly_empty(frame):
    """A table whose rows 0, 1 and 5 of the file were empty, with an odd level in line 12."""
    numbers = np.delete(np.arange(len(frame) + 3), [0, 1, 5])
    odd = frame.assign(c=frame["c"].where(np.arange(len(frame)) != 7, "w"), who=frame.index * 7)
    return Table("new", odd, numbers=numbers)


def test_predictions_carry_the_numbers_of_the_file_and_what_was_not_read(frame):
    _, model = fit(frame)
    table = partly_empty(frame.assign(answer="yes"))
    predictions = model.predictions(table)
    assert predictions.frame["row"].tolist() == table.numbers.tolist()
    assert predictions.frame["label"].tolist() == model.predict(table.features).tolist()
    shares = predictions.frame[["probability no", "probability yes"]].to_numpy()
    np.testing.assert_array_equal(shares, model.predict_proba(table.features))
    answer, ignored, filled, unseen = predictions.remarks
    assert answer.message == "Column 'answer' is left out: it is what the model predicts."
    assert ignored.columns == ("who",)
    assert filled.line == table.lines[3]
    assert unseen.message == (
        "Column 'c': 1 of 40 cells holds levels never seen in training (first: 'w', line 12); they "
        "count as none of the known."
    )


def test_an_id_column_stands_beside_the_answers_as_in_the_table(frame):
    _, model = fit(frame)
    ids = pd.DataFrame(
        {
            "whole": np.where(np.arange(40) == 3, np.nan, 10.0**9 + np.arange(40)),
            "text": [f"{i:03}" for i in range(40)],
            "day": pd.date_range("2024-01-01", periods=40),
        }
    )
    table = Table("new", pd.concat([frame, ids], axis=1))
    shown = {name: model.predictions(table, name).frame[name].tolist() for name in ids}
    assert shown["whole"][:4] == [10**9, 10**9 + 1, 10**9 + 2, None]
    assert shown["text"][7] == "007"
    assert shown["day"][0] == "2024-01-01"
    assert list(model.predictions(table, "text").frame)[:3] == ["row", "text", "label"]
    with pytest.raises(InvalidInputError, match=r"asked for \('Text'; it has 'text'\)"):
        model.predictions(table, "Text")
    renamed = Table("new", table.features.rename(columns={"text": "row"}))
    with pytest.raises(InvalidInputError, match="the answers have a column 'row' too"):
        model.predictions(renamed, "row")


def test_the_report_of_the_training_table_is_kept(frame, tmp_path):
    classifier, _ = fit(frame)
    preprocessing = Preprocessing.fit(frame.assign(unit="kg"))
    report = TableReport("mine", 40, 5).with_remarks(preprocessing.remarks)
    TableModel.from_estimator(classifier, preprocessing, "y", report).save(tmp_path / "model.npz")
    assert load_model(tmp_path).report == report


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("classes", ["no"]),
        ("classes", ["no", "no"]),
        ("classes", ["a", "b", "c"]),
        ("classes", None),
        ("offset", float("nan")),
        ("scale", 0.0),
        ("scale", float("inf")),
        ("threshold", 1.5),
        ("threshold", "f1"),
        ("report", {"name": "x"}),
        ("report", {"name": "x", "n_rows": 1, "n_columns": 1, "remarks": [{"kind": "odd"}]}),
    ],
)
def test_what_a_model_says_of_itself_has_to_fit_together(frame, tmp_path, name, value):
    _, model = fit(frame, activation="relu")
    path = tmp_path / "model.npz"
    model.save(path)
    arrays, metadata = read_archive(path, what="model")
    write_archive(path, arrays, {**metadata, name: value}, what="model")
    with pytest.raises(ModelFileError, match="damaged"):
        load_model(path)


def test_networks_read_the_columns_of_the_preprocessing(frame):
    classifier, _ = fit(frame)
    with pytest.raises(ValueError, match="do not read the 2 columns"):
        TableModel.from_estimator(classifier, Preprocessing.fit(frame[["a", "b"]]), "y")


def test_classes_that_are_python_objects_are_kept_as_text(frame, tmp_path):
    preprocessing = Preprocessing.fit(frame)
    X = preprocessing.transform(frame)
    labels = np.array(["no", "yes"], dtype=object)[(X[:, 0] > 0).astype(int)]
    classifier = CuttingPlaneClassifier(hidden=(5,), random_state=0).fit(X, labels)
    TableModel.from_estimator(classifier, preprocessing, "answer").save(tmp_path / "model.npz")
    assert load_model(tmp_path).classes.tolist() == ["no", "yes"]
    assert load_model(tmp_path).predict(frame).tolist() == classifier.predict(X).tolist()
