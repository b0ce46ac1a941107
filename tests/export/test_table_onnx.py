"""ONNX of a table model: raw columns in; label, probabilities and scores as the model's own."""

import json

import numpy as np
import pandas as pd
import pytest

from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.errors import InvalidInputError
from cutplane.export.onnx import write
from cutplane.tables.date_numbers import PARTS, date_numbers
from cutplane.tables.export import pruned_source, write_source
from cutplane.tables.model import TableModel, load_model
from cutplane.tables.preprocessing import Preprocessing

onnxruntime = pytest.importorskip("onnxruntime")

MODELS = [
    {},
    {"hidden": (8, 5)},
    {"activation": "relu", "hidden": (6,), "center": "gravity"},
    {"activation": "relu", "hidden": (10,)},
    {"hidden": (20,), "center": "analytic"},
    {"final_solve": "ridge"},
]
NAMES = {"two": ["no", "yes"], "three": ["lo", "mid", "hi"], "numbers": None, "codes": [7, 12]}


def mixed(n=120):
    """Three columns of numbers in their own units, two of text; some cells are missing."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.normal(size=(n, 3)) * [1, 20, 1000] + [0, 50, 3e4], columns=["a", "b c", "scores"]
    )
    table["kind"] = rng.choice(["red", "green", "blue"], n).astype(object)
    table["code"] = rng.choice(["1", "2", "x"], n).astype(object)
    value = table["a"] + 1.5 * (table["kind"] == "red") - 0.3
    table.loc[3, "a"] = np.nan
    table.loc[5, "kind"] = np.nan
    return table, value.to_numpy()


def table_model(target, **options):
    table, value = mixed()
    rows = np.arange(40)
    preprocessing = Preprocessing.fit(table)
    X = np.asarray(preprocessing.transform(table))
    if target == "numbers":
        estimator, y = CuttingPlaneRegressor(random_state=0), 3 * value + 10
    else:
        edges = [-0.5, 1.0] if target == "three" else [0.0]
        y = np.array(NAMES[target])[np.digitize(value, edges)]
        estimator = CuttingPlaneClassifier(random_state=0)
    estimator.set_params(**options).fit(X[rows], y[rows], X_pool=X)
    return TableModel.from_estimator(estimator, preprocessing, "y"), table


def answers(model, table, dtype="float64"):
    exported = write(pruned_source(model)[0], None, dtype)
    given = json.loads({own.key: own.value for own in exported.metadata_props}["inputs"])
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    text = {own.name for own in session.get_inputs() if own.type == "tensor(string)"}
    feed = {}
    for column, name in given.items():
        cells = table[[column]]
        is_text = name in text
        feed[name] = (
            cells.fillna("").to_numpy(dtype=object) if is_text else cells.to_numpy().astype(dtype)
        )
    names = [own.name for own in session.get_outputs()]
    return dict(zip(names, session.run(None, feed), strict=True))


@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("target", ["two", "three"])
def test_label_and_probabilities_are_the_models_own(target, options):
    model, table = table_model(target, **options)
    got = answers(model, table)
    assert list(got) == ["scores", "label", "probabilities"]
    np.testing.assert_array_equal(got["label"], model.predict(table))
    np.testing.assert_allclose(got["probabilities"], model.predict_proba(table), atol=1e-6)
    scores = np.asarray(model.scores(table)).reshape(len(table), -1)
    np.testing.assert_allclose(got["scores"], scores, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 0.2},
        {"threshold": 0.8, "center": "analytic"},
        {"threshold": 0.3, "final_solve": "ridge"},
        {"threshold": "f1"},
        {"threshold": "balanced_accuracy", "class_weight": "balanced"},
    ],
)
def test_labels_begin_at_the_threshold(options, tmp_path):
    model, table = table_model("two", **options)
    called = np.where(model.predict_proba(table)[:, 1] > model.threshold, "yes", "no")
    np.testing.assert_array_equal(model.predict(table), called)
    np.testing.assert_array_equal(answers(model, table)["label"], called)
    model.save(tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")
    assert again.threshold == model.threshold
    np.testing.assert_array_equal(again.predict(table), called)


def test_a_threshold_moves_labels_and_networks_alone_have_none(tmp_path):
    often, table = table_model("two", threshold=0.1)
    seldom, _ = table_model("two", threshold=0.9)
    assert (often.predict(table) == "yes").sum() > (seldom.predict(table) == "yes").sum()
    for kind in ("torch", "npz"):
        with pytest.raises(InvalidInputError, match=rf"threshold 0.1\).* {kind} file.* to onnx"):
            write_source(pruned_source(often)[0], tmp_path / "network", kind, "float32")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [MODELS[0], MODELS[2]])
@pytest.mark.parametrize("target", ["two", "three"])
def test_single_precision_keeps_five_digits(target, options):
    model, table = table_model(target, **options)
    got = answers(model, table, "float32")
    assert got["probabilities"].dtype == np.float32
    np.testing.assert_allclose(got["probabilities"], model.predict_proba(table), atol=2e-5)


@pytest.mark.parametrize("options", [MODELS[0], MODELS[3]])
def test_values_are_the_models_own(options):
    model, table = table_model("numbers", **options)
    got = answers(model, table)
    np.testing.assert_allclose(got["prediction"][:, 0], model.predict(table), rtol=1e-8)


def test_classes_of_numbers_stay_numbers():
    model, table = table_model("codes")
    got = answers(model, table)
    assert got["label"].dtype == np.int64
    np.testing.assert_array_equal(got["label"], model.predict(table))


def test_cells_that_name_no_level_are_none_of_them():
    model, table = table_model("two")
    table["kind"] = "violet"
    table["code"] = table["code"].where(table["code"] != "x", "17")
    np.testing.assert_allclose(
        answers(model, table)["probabilities"], model.predict_proba(table), atol=1e-6
    )


def test_levels_may_be_spelled_in_capitals():
    model, table = table_model("two")
    got = answers(model, table.assign(kind=table["kind"].str.upper()))
    np.testing.assert_array_equal(got["scores"], answers(model, table)["scores"])


def test_columns_called_as_outputs_or_nodes_have_inputs_of_their_own():
    model, table = table_model("two", center="analytic")
    exported = write(pruned_source(model)[0], None, "float64")
    names = [own.name for own in exported.graph.input]
    assert names == ["a", "b c", "column scores", "kind", "code"]
    renamed = table.rename(columns={"a": "constant_0", "b c": "MatMul_0"})
    estimator = CuttingPlaneClassifier(center="analytic", random_state=0)
    preprocessing = Preprocessing.fit(renamed)
    X = np.asarray(preprocessing.transform(renamed))
    model = TableModel.from_estimator(
        estimator.fit(X[:40], mixed()[1][:40] > 0, X_pool=X), preprocessing, "y"
    )
    got = answers(model, renamed)
    assert got["label"].dtype == bool
    np.testing.assert_array_equal(got["label"], model.predict(renamed))


def test_levels_are_taken_as_the_training_table_spelled_them_and_dates_by_their_parts():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "z": rng.normal(size=90),
            "maker": rng.choice(["McDonald", "O'Neil", "de Vries", "DE VRIES"], 90),
            "flag": rng.choice(["TRUE", "FALSE", "unclear"], 90),
            "code": rng.choice(["007", "7", "seven"], 90),
            "day": pd.Timestamp("2023-12-20") + pd.to_timedelta(rng.integers(900, size=90), "h"),
        }
    )
    preprocessing = Preprocessing.fit(table)
    X = preprocessing.transform(table)
    y = np.where(table["z"] + (table["maker"] == "McDonald") > 0.3, "yes", "no")
    fitted = CuttingPlaneClassifier(random_state=0).fit(X[:40], y[:40], X_pool=X)
    model = TableModel.from_estimator(fitted, preprocessing, "y")
    numbers = zip(PARTS, date_numbers(table["day"]).T, strict=True)
    given = table.assign(**{f"day ({part})": own for part, own in numbers})
    np.testing.assert_allclose(
        answers(model, given)["probabilities"], model.predict_proba(table), atol=1e-6
    )
    other = {"maker": "MCDONALD", "flag": "true", "code": "7.0"}
    expected = model.predict_proba(table.assign(**other))
    found = answers(model, given.assign(**other))["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-6)
