"""No name, however long, leaves the canvas of a picture of a run."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from canvas import leaving
from cutplane import CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.drawing import lines, write, write_legend
from cutplane.estimators.evidence import Evidence
from cutplane.runs.evidence import evidence_figure
from cutplane.runs.figures import curve_figure, model_figure
from cutplane.runs.simulation import Curve
from cutplane.space.hypothesis import Hypothesis
from cutplane.tables.model import TableModel
from cutplane.tables.preprocessing import Preprocessing

NAMES = {
    "words": "the mean of the third measurement\nof the left ventricle, in millimetres " * 4,
    "one word": "W" * 150,
    "mathematics": "_cost_$x_{$",
    "no letters of the font": "分類" * 60,
}


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request):
    return request.param


@pytest.mark.parametrize(("measures", "volume"), [(("accuracy",), -1.0), (("rmse", "r2"), None)])
def test_curves(name, measures, volume):
    height = {own: [0.5, 0.75, 0.9] for own in measures}
    log_volume, ratio = [volume] * 3, [volume and 0.5] * 3
    curves = [
        Curve(query, [1, 2, 3], [1, 2, 3], height, log_volume, ratio)
        for query in ("variance_reduction", name, "random")
    ]
    figure = curve_figure(curves, f"{name}: 3 labels, 3 cuts")
    assert leaving(figure) == {}
    assert len(figure.legends[0].get_texts()) == 3


def pictured(estimator, y, columns, target):
    X = np.random.default_rng(0).normal(size=(40, len(columns)))
    y = np.take(y, np.arange(40) % len(y))
    frame = pd.DataFrame(X, columns=columns)
    preprocessing = Preprocessing.fit(frame)
    estimator.fit(preprocessing.transform(frame), y)
    model = TableModel.from_estimator(estimator, preprocessing, target)
    asked = np.arange(20)
    return model_figure(model, frame, asked, y[asked], target)


def classifier():
    return CuttingPlaneClassifier(hidden=(4,), activation="relu", center="analytic", random_state=0)


def test_regions(name):
    classes = np.array([f"{name}{number}" for number in range(11)])
    figure = pictured(classifier(), classes, [name, f"{name} too"], name)
    assert leaving(figure) == {}
    assert len(figure.legends[0].get_texts()) == len(classes) + 1


@pytest.mark.parametrize("columns", [1, 2])
def test_values(name, columns):
    model = CuttingPlaneRegressor(hidden=(4,), activation="relu", center="analytic", random_state=0)
    figure = pictured(model, np.arange(7.0), [name, f"{name} too"][:columns], name)
    assert leaving(figure) == {}


def test_evidence(name):
    found = Evidence((Hypothesis(1.0, 0.0, 0.5),), np.array([-3.0]), 10, 10)
    figure = evidence_figure(found, name, Figure(figsize=(4, 4.4), layout="constrained"))
    assert leaving(figure) == {}


def test_the_check_sees_what_leaves():
    figure = Figure(figsize=(3, 2), layout="constrained")
    figure.subplots()
    assert leaving(figure) == {}
    figure.suptitle("W" * 60)
    assert set(leaving(figure)) == {"left", "right"}


def test_words_are_kept_whole_where_they_fit():
    text = Figure().suptitle("")
    write(text, "one two", 5.0)
    assert text.get_text() == "one two"
    write(text, "one two three four five six seven", 0.8, 2)
    first, second = text.get_text().split("\n")
    assert first.startswith("one")
    assert second.endswith("…")
    font = text.get_fontproperties()
    assert " ".join(lines("one two three four", font, 0.8)) == "one two three four"
    assert lines("", font, 1.0) == [""]


@pytest.mark.parametrize(("length", "columns"), [(3, 4), (30, 2), (90, 1)])
def test_a_legend_has_as_many_columns_as_hold_its_names(length, columns):
    figure = Figure(figsize=(7, 4), layout="constrained")
    handles = figure.subplots().plot(np.eye(4))
    write_legend(figure, handles, ["n" * length] * 4)
    (legend,) = figure.legends
    assert legend._ncols == columns
    assert figure.get_figheight() > 4 or columns == 4
